"""The present training year as seen from today: what was held, what is on today, and what is coming."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from training.attendance.settings import REGISTER_OPENS_HOURS
from training.catalogue.models import Mode
from training.core.viewer import Role
from training.demonstration.accounts import Cast
from training.demonstration.booking import REASONS, Bookings, by_day
from training.demonstration.diary import Diary, as_person
from training.demonstration.history import History
from training.demonstration.ledger import csv_rows
from training.demonstration.people import Post
from training.demonstration.programme import Courses, PlannedSession, choose_days, course_codes
from training.demonstration.sessions import WEEKS_PUBLISHED, InventedSession, Schedule
from training.demonstration.working_days import is_training_day, training_days, working_day_before
from training.planning.years import TrainingYear
from training.schedule.models import SessionStatus

ROOM, SCREEN = (16, 27), (18, 41)
"""Bounds of the attendances at a session face to face, and online."""
FORUM_DAYS = ((6, 9), (9, 15), (12, 2), (2, 24))
"""Month and day from which the practice forum of each quarter is held."""
CALLED_OFF_BECAUSE = "Neither trainer can come, and nobody else is free that day"
PLACES = {Mode.FACE_TO_FACE: 30, Mode.VIRTUAL: 50}


@dataclass(frozen=True)
class Coming:
    """A session ahead: how many days from today at least, and how it stands."""

    code: str
    days_ahead: int
    booked: int = 0
    waiting: int = 0
    status: SessionStatus = SessionStatus.PUBLISHED
    mode: Mode | None = None
    capacity: int | None = None
    alone: bool = False


COMING = (
    Coming("LON", 2, booked=31),
    Coming("DSL", 6, booked=24, waiting=6, capacity=24),
    Coming("TLT", 8, booked=17),
    Coming("CC", 10, booked=38, alone=True),
    Coming("WT", 13, booked=28),
    Coming("CSA", 17, booked=20, waiting=4, capacity=20),
    Coming("MA", 20, booked=22),
    Coming("DA", 24, booked=15),
    Coming("NST", 27, booked=6),
    Coming("MH", 31, booked=19),
    Coming("PCE", 34, booked=27),
    Coming("CRM", 38, booked=9, mode=Mode.VIRTUAL),
    Coming("CS", 41, booked=11, status=SessionStatus.CALLED_OFF),
    Coming("WT", 45, booked=30, waiting=9),
    Coming("VB", 49, booked=16),
    Coming("OS", 54, booked=13),
    Coming("CONF", 57, booked=84, capacity=150),
    Coming("DSL", 60, booked=12),
    Coming("SRK", 66, booked=8),
    Coming("ADU", 72, booked=11),
    Coming("SER", 78, booked=5),
    Coming("WT", 86, booked=4),
    Coming("NRM", 92, status=SessionStatus.DRAFT),
    Coming("TLT", 99, status=SessionStatus.DRAFT),
    Coming("DA", 106, status=SessionStatus.DRAFT),
    Coming("WT", 113, status=SessionStatus.DRAFT),
)
LEARNER_IS_BOOKED = {"WT", "VB"}
LEARNER_WAITS = {"CSA"}
NEWCOMERS_COME = {"CC", "MA"}
"""To the first of each a newcomer comes whose agency is to be confirmed."""
LEARNER_HAS_DONE = {"NST", "CC", "DA", "PCE"}


@dataclass
class CurrentYear:
    """Writes the present year into the ledger."""

    schedule: Schedule
    history: History
    bookings: Bookings
    diary: Diary
    courses: Courses
    cast: Cast
    newcomers: tuple[Post, ...]
    now: datetime

    def __post_init__(self) -> None:
        self.today: date = self.schedule.people.today
        self.chance: Random = self.schedule.ledger.chance("current year")

    def hold_until_last_week(self) -> None:
        """As many sessions as the year’s share so far, in the mix of the last published year."""
        year = TrainingYear.of(self.today)
        window = training_days(year.first_day, self.today - timedelta(days=8))
        mix = published_mix()
        self.chance.shuffle(mix)
        count = round(len(mix) * len(window) / len(training_days(year.first_day, year.last_day)))
        planned = [self._planned(code, mode, window) for code, mode in mix[:count]]
        learned: set[str] = set()
        for session in sorted(planned, key=lambda each: (each.days, each.course.code)):
            code = session.course.code
            comes = code in LEARNER_HAS_DONE - learned
            learned.add(code)
            made = self.schedule.add(session, SessionStatus.FINISHED)
            first = (self.cast[Role.LEARNER],) if comes else ()
            self.history.hold(made, session.attendances or 0, first)

    def launch_a_strategy(self) -> None:
        """A launch event, early in the year."""
        year = TrainingYear.of(self.today)
        window = training_days(year.first_day, self.today - timedelta(days=8))
        if window:
            made = self.schedule.add(self._one_day("NSL", window[len(window) // 4], 63), SessionStatus.FINISHED)
            self.history.hold(made, 63)

    def meet_every_quarter(self) -> None:
        """The practice forum: held where its day is past, and coming otherwise; mostly the same people."""
        year = TrainingYear.of(self.today)
        members: tuple[Post, ...] = ()
        for month, day in FORUM_DAYS:
            first = date(year.starts + (month < 4), month, day)
            if first <= self.today - timedelta(days=14):
                made = self.schedule.add(self._one_day("PPF", _training_day(first), 24), SessionStatus.FINISHED)
                held = self.history.hold(made, 24, self.history.crowd.who_is_free(made, members)[:18])
                members = tuple(attendee.post for attendee in held.attendees)
                continue
            session = self._one_day("PPF", _training_day(max(first, self.today + timedelta(days=9))), None)
            if session.days[0] > self.today + timedelta(weeks=WEEKS_PUBLISHED):
                self.schedule.add(session, SessionStatus.DRAFT)
            else:
                made = self.schedule.add(session, SessionStatus.PUBLISHED)
                self._book(made, 19, first=self.history.crowd.who_is_free(made, members)[:15])

    def hold_a_few_days_ago(self) -> None:
        """A session that ended last week, whose evaluation is being answered."""
        day = working_day_before(self.today - timedelta(days=3))
        session = self._one_day("MH", day, 21)
        made = self.schedule.add(session, SessionStatus.FINISHED, lead=self.cast[Role.TRAINER])
        self.history.hold(made, 21, (self.cast[Role.LEARNER],))

    def leave_a_register_open(self) -> None:
        """A session of the last working day whose trainers have not closed the register."""
        made = self.schedule.add(self._one_day("MA", working_day_before(self.today), None), SessionStatus.PUBLISHED)
        self._book(made, 26)

    def hold_one_today(self) -> None:
        """A session today, led by the trainer one can sign in as."""
        session = self._one_day("CRM", self.today, None)
        made = self.schedule.add(session, SessionStatus.PUBLISHED, lead=self.cast[Role.TRAINER], starts=time(9, 30))
        self._book(made, 23)

    def plan_ahead(self) -> None:
        """What is coming in the next four months."""
        booked: set[str] = set()
        for coming in COMING:
            made = self._add_coming(coming)
            if coming.status is SessionStatus.CALLED_OFF:
                called_off_at = by_day(self.now - timedelta(days=3), self.now)
                self._book(made, coming.booked, until=called_off_at - timedelta(days=1))
                self.diary.called_off(called_off_at, made.id, CALLED_OFF_BECAUSE)
            elif coming.status is SessionStatus.PUBLISHED:
                learner = self.cast[Role.LEARNER]
                has_place = coming.code in LEARNER_IS_BOOKED - booked
                first = (learner,) if has_place or coming.code in LEARNER_WAITS else ()
                if coming.code in NEWCOMERS_COME - booked:
                    first = (*first, self.newcomers[len(booked & NEWCOMERS_COME)])
                booked.add(coming.code)
                self._book(made, coming.booked, coming.waiting, first)

    def _add_coming(self, coming: Coming) -> InventedSession:
        course = self.courses[coming.code]
        mode = coming.mode or course.mode
        window = [self.today + timedelta(days=coming.days_ahead + extra) for extra in range(60)]
        taken = {day for session in self.schedule.sessions for day in session.planned.days}
        first = next(day for day in window if is_training_day(day) and day not in taken)
        count = len(course.times(mode))
        days = tuple(
            next(day for day in window if is_training_day(day) and (day - first).days >= 7 * index)
            for index in range(count)
        )
        session = PlannedSession(course, mode, days, coming.capacity or PLACES[mode])
        lead = self.cast[Role.TRAINER] if coming.code in ("WT", "CSA") and coming.days_ahead < 60 else None
        # What is called off was published before; the diary calls it off.
        status = SessionStatus.DRAFT if coming.status is SessionStatus.DRAFT else SessionStatus.PUBLISHED
        return self.schedule.add(session, status, lead=lead, alone=coming.alone)

    def _book(
        self,
        session: InventedSession,
        booked: int,
        waiting: int = 0,
        first: tuple[Post, ...] = (),
        until: datetime | None = None,
    ) -> None:
        """Bookings as they stand: those in `first` have a place, or wait where the session has a waiting list.

        A few people more had a place and gave it up; where others wait, the diary passes their places on.
        """
        until = until or self.now - timedelta(days=1)
        given_up = max(1, booked // 12)
        everybody = self.history.crowd.choose(session, booked + waiting + given_up, first)
        others = [post for post in everybody if post not in first]
        ahead = booked + given_up
        in_order = [*others[:ahead], *first, *others[ahead:]] if waiting else [*others, *first]
        moments = self.bookings.asked_moments(session, len(in_order), until)
        places = booked if waiting else ahead
        keys: list[int] = []
        for number, (post, asked_at) in enumerate(zip(in_order, moments, strict=True)):
            write = self.bookings.place if number < places else self.bookings.wait
            keys.append(write(session, post, asked_at))
            self.diary.asked(asked_at, keys[-1])
        for number in range(given_up):
            viewer = as_person(in_order[number].person_id) if number % 4 < 3 else self.diary.officer
            at = self._given_up_at(session, moments[number], bool(waiting))
            self.diary.cancelled(min(at, until + timedelta(days=1)), keys[number], viewer, self.chance.choice(REASONS))
        for key in session.accepted_ids:
            self.diary.accepted(session.published_at, key)
        for key in session.asked_ids:
            self.diary.requested(session.published_at, key)
        opens = timedelta(hours=REGISTER_OPENS_HOURS.default)
        for part in session.parts:
            if part.starts_at - opens <= self.now < part.ends_at:
                for key in session.accepted_ids:
                    self.diary.register_opened(part.starts_at - opens, key, part.id)

    def _given_up_at(self, session: InventedSession, asked_at: datetime, others_wait: bool) -> datetime:
        """Late for a session that has begun; today for one that begins soon, or that others wait for; else any time."""
        if session.starts_at <= self.now:
            last = session.starts_at - timedelta(hours=1)
            return self.bookings.between(min(last, max(asked_at, last - timedelta(days=2))), last)
        today = self.bookings.between(self.now - timedelta(hours=9), self.now - timedelta(hours=1))
        if others_wait or session.starts_at - self.now < timedelta(days=5):
            return by_day(today, self.now)
        return by_day(self.bookings.between(asked_at, self.now - timedelta(days=1)), self.now)

    def _planned(self, code: str, mode: Mode, window: list[date]) -> PlannedSession:
        course = self.courses[code]
        days = choose_days(window, len(course.times(mode)), self.chance)
        bounds = ROOM if mode is Mode.FACE_TO_FACE else SCREEN
        return PlannedSession(course, mode, days, PLACES[mode], self.chance.randint(*bounds))

    def _one_day(self, code: str, day: date, attendances: int | None) -> PlannedSession:
        course = self.courses[code]
        return PlannedSession(course, course.mode, (day,), course.capacity, attendances)


def _training_day(on: date) -> date:
    """`on`, or the next day on which training is held."""
    while not is_training_day(on):
        on += timedelta(days=1)
    return on


def published_mix() -> list[tuple[str, Mode]]:
    """A course code and a mode for each session of the published year 2023-24."""
    codes = course_codes()
    modes = {"Face to Face": Mode.FACE_TO_FACE, "Virtual Briefing": Mode.VIRTUAL}
    return [
        (codes[row["course"]], modes[row["mode"]])
        for row in csv_rows("sefton_delivery_2023_24.csv")
        for _ in range(int(row["sessions_delivered"]))
    ]


def add_current_year(
    schedule: Schedule,
    history: History,
    bookings: Bookings,
    diary: Diary,
    courses: Courses,
    cast: Cast,
    newcomers: tuple[Post, ...],
    now: datetime,
) -> None:
    """Note everything of the present year."""
    year = CurrentYear(schedule, history, bookings, diary, courses, cast, newcomers, now)
    year.hold_until_last_week()
    year.launch_a_strategy()
    year.hold_a_few_days_ago()
    year.leave_a_register_open()
    year.hold_one_today()
    year.plan_ahead()
    year.meet_every_quarter()
