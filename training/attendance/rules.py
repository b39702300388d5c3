"""Decisions on the register, on plain values: how somebody's marks end, and whether they completed the training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from training.attendance.models import Presence


class Outcome(StrEnum):
    """How the marks of one booking or walk-in on a session end; exactly one of these."""

    ATTENDED = "attended"
    ABSENT = "absent"
    EXCUSED = "excused"
    NOT_MARKED = "not-marked"


@dataclass(frozen=True)
class MarkState:
    """What a register says, or is asked to say, about one person; no presence is “not marked”."""

    presence: Presence | None = None
    late: int = 0
    early: int = 0


NOT_MARKED = MarkState()


@dataclass(frozen=True)
class PartAttendance:
    """One part of a session as one person sat through it; minutes."""

    part_minutes: int
    presence: Presence | None
    counted: int = 0


def outcome_of(marks: Mapping[int, Presence], parts: Sequence[int]) -> Outcome:
    """How `marks` (by part) end over the session's `parts`.

    Attended in any part is attended. A part without a mark leaves the outcome open, for not marked is not
    absent; of what is marked, absent outweighs excused.
    """
    present = [marks.get(part) for part in parts]
    if Presence.ATTENDED in present:
        return Outcome.ATTENDED
    if not present or None in present:
        return Outcome.NOT_MARKED
    return Outcome.ABSENT if Presence.ABSENT in present else Outcome.EXCUSED


def minutes_counted(part_minutes: int, late: int, early: int) -> int:
    """The minutes of a part somebody was there for, never fewer than none."""
    return max(0, part_minutes - late - early)


def completed(parts: Sequence[PartAttendance], percent: int) -> bool:
    """Whether every part was attended for at least `percent` of its minutes; a session without parts never is."""
    return bool(parts) and all(
        part.presence is Presence.ATTENDED and part.counted * 100 >= percent * part.part_minutes for part in parts
    )


def minutes_problem(wanted: MarkState, part_minutes: int) -> str | None:
    """What is wrong with the minutes late and early, as the end of a sentence about the person; None if nothing."""
    if wanted.late < 0 or wanted.early < 0:
        return "cannot have fewer than no minutes"
    if wanted.presence is not Presence.ATTENDED and (wanted.late or wanted.early):
        return "has minutes but is not marked as attended"
    if wanted.late + wanted.early > part_minutes:
        return f"cannot miss more than the {part_minutes} minutes of this part"
    return None


def register_opens_at(starts_at: datetime, hours: int) -> datetime:
    """From when the register of a part that starts at `starts_at` can be taken."""
    return starts_at - timedelta(hours=hours)


@dataclass(frozen=True)
class Merge:
    """What becomes of a mark when a form comes in: what is to be written, and whether somebody else was first."""

    result: MarkState
    conflict: bool = False


def merged(before: MarkState, wanted: MarkState, present: MarkState) -> Merge:
    """`wanted` on top of `present`, where the form was opened when the mark was `before`.

    What the form did not change keeps what somebody else wrote meanwhile. Where both changed it to different
    things the earlier one stands and the later is reported, so that no mark is lost without a word.
    """
    if wanted in (before, present):
        return Merge(present)
    return Merge(wanted) if present == before else Merge(present, conflict=True)
