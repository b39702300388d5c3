"""What stands against a booking, or should be known before it, in words; on plain values.

Sentences speak to whoever books themselves, or of somebody who is booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from training.web.formats import day, listing

NOTE_MISSING = "Enter why this course is right for you"


class WarnedKind(StrEnum):
    """What is checked when somebody books."""

    PREREQUISITE = "prerequisite"
    COMES_FIRST = "comes-first"
    AUDIENCE = "audience"
    CLASH = "clash"
    DONE = "done"
    OTHER_DATE = "other-date"
    REQUIRED = "required"
    NOT_REQUIRED = "not-required"

    @property
    def is_information(self) -> bool:
        """Whether nothing stands against the booking: there is nothing to ask the officer."""
        return self in (WarnedKind.COMES_FIRST, WarnedKind.REQUIRED, WarnedKind.NOT_REQUIRED)


WARNED_KIND_LABELS = {
    WarnedKind.PREREQUISITE: "Something to do first",
    WarnedKind.AUDIENCE: "Meant for other roles",
    WarnedKind.CLASH: "Something else in these hours",
    WarnedKind.DONE: "Done already",
    WarnedKind.OTHER_DATE: "Another date of the same course",
}


@dataclass(frozen=True)
class Warned:
    """One thing found: a whole sentence, and the session it names, if it names one."""

    kind: WarnedKind
    sentence: str
    ref: str = ""


@dataclass(frozen=True)
class Voice:
    """To whom a sentence speaks, or of whom."""

    who: str
    whose: str
    theirs: str


YOU = Voice("You", "Your", "yours")
THEY = Voice("They", "Their", "theirs")


def needs_note(warned: Sequence[Warned]) -> bool:
    """Whether somebody who books all the same must say why: where they have not done what comes first."""
    return any(one.kind is WarnedKind.PREREQUISITE for one in warned)


def questions_in(warned: Sequence[Warned]) -> list[Warned]:
    """What stands against the booking, without what is said for information."""
    return [one for one in warned if not one.kind.is_information]


def not_done(voice: Voice, title: str, in_place: Sequence[str], ran_out: date | None) -> str:
    """A prerequisite is missing: never done, or done on a day and no longer counting; what counts in its place."""
    also = f" {listing([f'“{other}”' for other in in_place], 'or')} counts as well." if in_place else ""
    if ran_out is not None:
        return (
            f"{voice.who} should have done “{title}” before this. What we have on record was on {day(ran_out)}, "
            f"and no longer counts on the day of this session.{also}"
        )
    return f"{voice.who} should have done “{title}” before this, and we have no record of it.{also}"


def comes_first(voice: Voice, title: str, ref: str, on: date) -> str:
    """A prerequisite is missing, and they have a place on it before this session."""
    return f"“{title}” comes before this course. {voice.who} have a place on it on {day(on)} ({ref}), in time for this."


def required(voice: Voice, every_months: int | None, source: str, done_on: date | None, until: date | None) -> str:
    """What the role must have done, where that is written, and how the person stands.

    `done_on` is when they did it last, None for never; `until` is the last day that counts for a requirement that
    comes round. The caller passes an `until` in the past as it is: `today` decides nothing here.
    """
    often = "once" if every_months is None else "every month" if every_months == 1 else f"every {every_months} months"
    begins = f"{voice.whose} role must have done this {often} ({source})"
    if done_on is None:
        return f"{begins}; we have no record that {voice.who.lower()} did."
    if until is None:
        return f"{begins}; {voice.who.lower()} did it on {day(done_on)}."
    return f"{begins}; {voice.who.lower()} are in date until {day(until)}."


def ran_out(voice: Voice, every_months: int, source: str, done_on: date, until: date) -> str:
    """What the role must have done, and that what was done no longer counts."""
    begins = required(voice, every_months, source, None, None).partition(";")[0]
    return f"{begins}; what {voice.who.lower()} did on {day(done_on)} counted until {day(until)}."


def not_required(voice: Voice, of_whom: Sequence[str]) -> str:
    """Others must do the course; the role of this person need not."""
    return f"{voice.whose} role does not have to do this course. It is required of {listing(of_whom)}."


def for_others(voice: Voice, groups: Sequence[str]) -> str:
    """The course is meant for other workforce groups."""
    return f"This course is meant for other roles than {voice.theirs}: {listing(groups)}."


def clash(voice: Voice, title: str, ref: str, when: str, *, teaches: bool) -> str:
    """Something else in the same hours; no title where whoever reads it may not know what."""
    if not title:
        return f"{voice.who} have something else in these hours: {when}."
    does = "teach" if teaches else "have something else in these hours:"
    return f"{voice.who} {does} “{title}” ({ref}), {when}." + (" That is in the same hours." if teaches else "")


def teaches_this(voice: Voice) -> str:
    """The person teaches the session they are about to book."""
    return f"{voice.who} teach this session."


def done_already(voice: Voice, title: str, on: date, *, in_place: bool) -> str:
    """The course, or one accepted in its place, is done and still counts."""
    what = f"“{title}”, which counts as this course," if in_place else "this course"
    return f"{voice.who} did {what} on {day(on)}, and it still counts on the day of this session."


def other_date(voice: Voice, ref: str, on: date, how: str) -> str:
    """They have, or asked for, a place on another date; `how` is “have a place”, “wait for a place”."""
    return f"{voice.who} {how} on another date of this course: {day(on)} ({ref})."
