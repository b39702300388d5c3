"""What deserves a look before a session stands in the programme: its days, its trainers, its room; on plain values."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from training.core.working_days import bank_holiday_on, is_weekend
from training.schedule.rules import PartTimes
from training.web.formats import WEEKDAYS, listing, short_day, time_range

TEACHERS_WANTED = 2
WEEK = timedelta(weeks=1)
WEEKS_TRIED = 26
"""How many weeks on a free day of the same name is looked for: half a year has one, whatever the holidays."""


class Mark(StrEnum):
    """What a concern is about, in the few words of a tag."""

    PAST = "In the past"
    WEEKEND = "Weekend"
    BANK_HOLIDAY = "Bank holiday"
    SCHOOL_HOLIDAY = "School holiday"
    ROOM = "Room clash"
    TRAINER = "Trainer clash"
    NO_TRAINER = "No trainer"
    NO_SECOND = "No second trainer"
    ONE_AGENCY = "Trainers of one agency only"


@dataclass(frozen=True)
class Concern:
    """Something to look at, as a tag and as a sentence with its full stop."""

    mark: Mark
    sentence: str


@dataclass(frozen=True)
class Closure:
    """Days on which the schools of the area are closed."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Teacher:
    """Somebody on a session, with the agencies they work for on its first day."""

    person_id: int
    name: str
    agencies: frozenset[str]
    teaches: bool = True
    """Whether as lead or co-trainer; a shadow or an observer is busy as well, but does not teach."""


@dataclass(frozen=True)
class Slot:
    """A session as the checks see it: what it is called in a sentence, when, where and with whom."""

    key: str
    called: str
    parts: tuple[PartTimes, ...]
    venue_id: int | None = None
    venue: str = ""
    teachers: tuple[Teacher, ...] = ()


def day_concerns(days: Iterable[date], closures: Sequence[Closure], today: date) -> list[Concern]:
    """What is unusual about the days of a session."""
    found: list[Concern] = []
    for day in sorted(set(days)):
        if day < today:
            found.append(Concern(Mark.PAST, f"{short_day(day)} is in the past."))
        if is_weekend(day):
            found.append(Concern(Mark.WEEKEND, f"{short_day(day)} is a {WEEKDAYS[day.weekday()]}."))
        if name := bank_holiday_on(day):
            found.append(Concern(Mark.BANK_HOLIDAY, f"{short_day(day)} is a bank holiday: {name}."))
        closed = [closure.name for closure in closures if closure.first <= day <= closure.last]
        if closed:
            found.append(
                Concern(Mark.SCHOOL_HOLIDAY, f"{short_day(day)} is in the school holidays: {listing(closed)}.")
            )
    return found


def is_free(day: date, closures: Sequence[Closure]) -> bool:
    """Whether training is usually held on `day`: no weekend, no bank holiday, no school holiday."""
    return not day_concerns([day], closures, day)


def next_free_weekday(day: date, closures: Sequence[Closure]) -> date | None:
    """The first day from `day` on that is the same day of the week and free; None where half a year has none."""
    if is_weekend(day):
        return None
    return next((on for week in range(WEEKS_TRIED) if is_free(on := day + week * WEEK, closures)), None)


def teacher_concerns(teachers: Collection[Teacher]) -> list[Concern]:
    """Whether two people of different agencies teach, which is the aim."""
    teaching = [teacher for teacher in teachers if teacher.teaches]
    if not teaching:
        return [Concern(Mark.NO_TRAINER, "Nobody teaches it yet.")]
    if len(teaching) < TEACHERS_WANTED:
        return [Concern(Mark.NO_SECOND, f"There is no second trainer beside {teaching[0].name}.")]
    agencies = frozenset[str]().union(*(teacher.agencies for teacher in teaching))
    # Of somebody without an agency it is not known that they are of the same.
    if len(agencies) == 1 and all(teacher.agencies for teacher in teaching):
        names = listing([teacher.name for teacher in teaching])
        return [Concern(Mark.ONE_AGENCY, f"{names} are all of one agency, {next(iter(agencies))}.")]
    return []


class Timetable:
    """Who and what is taken when, to name the other session where two meet."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self._by_day: dict[date, list[Slot]] = defaultdict(list)
        for slot in slots:
            self.add(slot)

    def add(self, slot: Slot) -> None:
        """Note one more session."""
        for day in {part.on for part in slot.parts}:
            self._by_day[day].append(slot)

    def concerns(self, slot: Slot) -> list[Concern]:
        """Where the session meets others in its room or with its trainers, a sentence for each other session."""
        found: list[Concern] = []
        seen: set[tuple[str, str]] = set()
        for part in slot.parts:
            for other in self._by_day.get(part.on, ()):
                met = None if other.key == slot.key else _met(part, other)
                for concern in _shared(slot, other, met) if met else ():
                    if (other.key, concern.mark) not in seen:
                        seen.add((other.key, concern.mark))
                        found.append(concern)
        return found


def _met(part: PartTimes, other: Slot) -> PartTimes | None:
    """The first part of the other session that shares time with this one."""
    return next(
        (each for each in other.parts if part.on == each.on and part.starts < each.ends and each.starts < part.ends),
        None,
    )


def _shared(slot: Slot, other: Slot, met: PartTimes) -> list[Concern]:
    when = f"{short_day(met.on)}, {time_range(met.starts, met.ends)}"
    found: list[Concern] = []
    if slot.venue_id is not None and slot.venue_id == other.venue_id:
        found.append(Concern(Mark.ROOM, f"{slot.venue} is taken by {other.called}, {when}. Is there a second room?"))
    busy = {teacher.person_id for teacher in other.teachers}
    names = [teacher.name for teacher in slot.teachers if teacher.person_id in busy]
    if names:
        verb = "is" if len(names) == 1 else "are"
        found.append(Concern(Mark.TRAINER, f"{listing(names)} {verb} at {other.called} in these hours, {when}."))
    return found
