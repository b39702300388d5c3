"""What people know of a session, what it is now, and the difference in sentences; on plain values.

A change that waits to be told keeps every state the session has had since people were last told: somebody who booked
between two changes knows the one in the middle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from training.bookings.wording import place, sitting
from training.schedule.models import CourseSession
from training.schedule.operations import times_of
from training.schedule.rules import PartTimes


@dataclass(frozen=True)
class Known:
    """A session as somebody knows it."""

    parts: tuple[PartTimes, ...]
    place: str
    link: str
    notes: str
    venue_id: int | None

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return self.parts[0].starts_at


@dataclass(frozen=True)
class Step:
    """What was known until a change."""

    until: datetime
    known: Known


def known_now(course_session: CourseSession) -> Known:
    """The session as it stands."""
    return Known(
        tuple(times_of(course_session)),
        place(course_session),
        course_session.online_link,
        course_session.joining_notes,
        course_session.venue_id,
    )


def to_json(steps: Sequence[Step]) -> dict[str, Any]:
    """Steps as a row keeps them."""
    return {
        "steps": [
            asdict(step.known)
            | {
                "until": step.until.isoformat(),
                "parts": [[f"{p.on}", f"{p.starts:%H:%M}", f"{p.ends:%H:%M}"] for p in step.known.parts],
            }
            for step in steps
        ]
    }


def from_json(was: Mapping[str, Any]) -> list[Step]:
    """The steps that a row keeps, in order of time."""
    return [_step(kept) for kept in was.get("steps", [])]


def _step(kept: Mapping[str, Any]) -> Step:
    parts = tuple(
        PartTimes(date.fromisoformat(on), time.fromisoformat(starts), time.fromisoformat(ends))
        for on, starts, ends in kept["parts"]
    )
    known = Known(parts, kept["place"], kept["link"], kept["notes"], kept["venue_id"])
    return Step(datetime.fromisoformat(kept["until"]), known)


def known_since(steps: Sequence[Step], moment: datetime) -> Known | None:
    """What somebody knows who was told at `moment`; None where that is how the session is now."""
    return next((step.known for step in steps if moment <= step.until), None)


def differences(was: Known, now: Known, *, comes: bool) -> list[str]:
    """What changed, a sentence each, from what to what; how to join and the notes only to somebody who `comes`."""
    several = len(was.parts) > 1 or len(now.parts) > 1
    found: list[str] = []
    for index in range(max(len(was.parts), len(now.parts))):
        before = sitting(was.parts[index]) if index < len(was.parts) else ""
        after = sitting(now.parts[index]) if index < len(now.parts) else ""
        if before != after:
            found.append(_from_to(f"Day {index + 1}" if several else "When", before, after))
    if was.place != now.place:
        found.append(_from_to("Where", was.place, now.place))
    if comes and was.link != now.link and now.link:
        found.append("The link to join online is new.")
    if comes and was.notes != now.notes:
        found.append("What to know before you come is new.")
    return found


def moves_day(was: Known, now: Known) -> bool:
    """Whether people have to keep another day free, or one more."""
    return not {part.on for part in now.parts} <= {part.on for part in was.parts}


def _from_to(name: str, was: str, now: str) -> str:
    if not was:
        return f"{name} is new: {now}."
    return f"{name}: was {was}; is now {now}." if now else f"{name} falls away: it was {was}."
