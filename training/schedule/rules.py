"""When a session may stand in the programme: its parts, its place, its link, its time; on plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from training.catalogue.models import Mode
from training.core import clock
from training.core.calendars import shown_once

LINK_TO_FOLLOW = "to follow"
MOST_PARTS = 6


@dataclass(frozen=True, order=True)
class PartTimes:
    """One sitting as the clock on the wall says it."""

    on: date
    starts: time
    ends: time

    @property
    def starts_at(self) -> datetime:
        """The moment it begins, in UTC."""
        return clock.instant(self.on, self.starts)

    @property
    def ends_at(self) -> datetime:
        """The moment it ends, in UTC."""
        return clock.instant(self.on, self.ends)


@dataclass(frozen=True)
class PartProblem:
    """What is wrong with a part: its place in the order given (from 0), the field, and a sentence."""

    index: int
    field: str
    sentence: str


def parts_problems(parts: Sequence[PartTimes]) -> list[PartProblem]:
    """Everything that is wrong with the parts of one session, at most one problem a part."""
    problems: dict[int, PartProblem] = {}
    for index, part in enumerate(parts):
        if problem := _problem_of(index, part):
            problems[index] = problem
    sound = sorted((part, index) for index, part in enumerate(parts) if index not in problems)
    taken_until: datetime | None = None
    for part, index in sound:
        if taken_until is not None and part.starts_at < taken_until:
            problems[index] = PartProblem(index, "starts", "Enter a time that does not overlap with another part")
        taken_until = part.ends_at if taken_until is None else max(taken_until, part.ends_at)
    return [problems[index] for index in sorted(problems)]


def _problem_of(index: int, part: PartTimes) -> PartProblem | None:
    if part.ends <= part.starts:
        return PartProblem(index, "ends", "Enter an end time after the start time")
    for field, at in (("starts", part.starts), ("ends", part.ends)):
        if not shown_once(datetime.combine(part.on, at)):
            return PartProblem(index, field, "Enter a time that clocks show once: they change in this hour")
    return None


def is_link(text: str) -> bool:
    """Whether `text` is a complete address of an online meeting."""
    return text.startswith(("https://", "http://")) and not any(character.isspace() for character in text)


def link_problem(text: str) -> str:
    """What is wrong with the online link, as a sentence; empty when nothing is, or there is none yet."""
    if not text or text == LINK_TO_FOLLOW or is_link(text):
        return ""
    return f"Enter a link that begins with https://, or the words “{LINK_TO_FOLLOW}”"


def needs_venue(mode: Mode) -> bool:
    """Whether people come to a place."""
    return mode in (Mode.FACE_TO_FACE, Mode.HYBRID)


def needs_link(mode: Mode) -> bool:
    """Whether people come online."""
    return mode in (Mode.VIRTUAL, Mode.HYBRID)


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What decides whether a draft may be published."""

    course_is_live: bool
    mode: Mode
    has_venue: bool
    link: str
    capacity: int
    starts: Sequence[datetime]
    """When each part begins."""
    booking_closes_at: datetime | None


def missing_to_publish(draft: Readiness, now: datetime) -> list[str]:
    """What stands between a draft and its publication, as sentences without a full stop; empty when it may be."""
    missing: list[str] = []
    if not draft.course_is_live:
        missing.append("Make the course live")
    if not draft.starts:
        missing.append("Add a date")
    elif min(draft.starts) <= now:
        missing.append("Choose a date in the future")
    if needs_venue(draft.mode) and not draft.has_venue:
        missing.append("Choose a venue")
    if needs_link(draft.mode) and not draft.link:
        missing.append(f"Add the online link, or say that it is “{LINK_TO_FOLLOW}”")
    if draft.capacity < 1:
        missing.append("Give the number of places")
    if draft.booking_closes_at is not None and draft.booking_closes_at <= now:
        missing.append("Let booking close in the future")
    return missing


def booking_times_problem(
    opens_at: datetime | None,
    closes_at: datetime | None,
    starts_at: datetime,
    applications_close_at: datetime | None = None,
) -> tuple[str, str]:
    """What is wrong with when booking opens and closes and applications close: a field and a sentence, else empty."""
    if opens_at is not None and opens_at >= starts_at:
        return "booking_opens", "Booking must open before the session starts"
    if closes_at is not None and closes_at > starts_at:
        return "booking_closes", "Booking must close by the time the session starts"
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        return "booking_closes", "Booking must close after it opens"
    if applications_close_at is None:
        return "", ""
    if applications_close_at >= starts_at:
        return "applications_close", "Applications must close before the session starts"
    if opens_at is not None and applications_close_at <= opens_at:
        return "applications_close", "Applications must close after booking opens"
    if closes_at is not None and applications_close_at > closes_at:
        return "applications_close", "Applications must close by the time booking closes"
    return "", ""


def publish_time_problem(publish_at: datetime | None, starts_at: datetime, now: datetime) -> str:
    """What is wrong with the moment at which a draft is to be published, as a sentence; empty when nothing is."""
    if publish_at is None:
        return ""
    if publish_at <= now:
        return "Enter a time in the future"
    return "" if publish_at < starts_at else "Enter a time before the session starts"
