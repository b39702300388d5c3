"""Sessions with their parts, venues and trainers."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from training.catalogue.models import Mode
from training.core import clock
from training.core.viewer import Role
from training.demonstration.ledger import Ledger, csv_rows
from training.demonstration.people import People, Post
from training.demonstration.programme import PlannedSession
from training.demonstration.working_days import working_day_before
from training.people.models import RoleGrant
from training.planning.years import TrainingYear
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
    Venue,
)

POOL = (
    ("MC-CSC", 6), ("MVCH", 4), ("NP", 3), ("MC-EH", 3), ("MC-ED", 2), ("MC-YJ", 2), ("HFCH", 2), ("PRIM", 2),
    ("SEC", 1), ("HWCA", 2), ("NPB", 1), ("MVA", 1), ("SMH", 1), ("KPX", 1), ("TPR", 1), ("MC-PH", 1), ("SYH", 1),
)  # fmt: skip
"""How many trainers the agencies lend to the pool at any time."""
WEEKS_PUBLISHED = 11
LARGE = 60
"""Beyond this many places only the lecture theatre, the last of the venues, has room."""
AFTERNOONS = {
    time(10, 0): ((time(10, 0), time(11, 30)), (time(13, 30), time(15, 0)), (time(15, 30), time(17, 0))),
    time(13, 30): ((time(9, 30), time(12, 0)), (time(13, 30), time(16, 0))),
}


@dataclass(frozen=True)
class InventedPart:
    """A sitting of a session."""

    id: int
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


@dataclass(frozen=True)
class InventedSession:
    """A session with what its bookings and its register need to know."""

    id: int
    ref: str
    planned: PlannedSession
    parts: tuple[InventedPart, ...]
    published_at: datetime
    closes_at: datetime
    lead_id: int
    trainer_ids: frozenset[int]
    accepted_ids: tuple[int, ...]
    """The assignments of the trainers who said that they will come."""
    asked_ids: tuple[int, ...]
    """Those of the trainers who were asked and have not answered."""

    @property
    def starts_at(self) -> datetime:
        return self.parts[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.parts[-1].ends_at

    @property
    def year(self) -> TrainingYear:
        """The training year in which it counts."""
        return TrainingYear.of(self.planned.days[-1])


@dataclass
class Schedule:
    """Writes sessions into the ledger and keeps trainers from being in two places at once."""

    ledger: Ledger
    people: People
    chance: Random = field(init=False)
    sessions: list[InventedSession] = field(default_factory=list[InventedSession])
    pool: list[Post] = field(default_factory=list[Post])
    _venues: list[int] = field(default_factory=list[int])
    _teaching: dict[date, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.chance = self.ledger.chance("sessions")

    def add_venues(self) -> None:
        """Note the places where sessions are held."""
        for row in csv_rows("venues.csv"):
            self._venues.append(
                self.ledger.add(
                    Venue,
                    name=row["name"],
                    address=f"{row['street']}\n{row['town']}",
                    access=row["access"],
                    parking=row["parking"],
                    telephone=f"01632 960{self.chance.randrange(1000):03d}",
                    created_at=clock.start_of_day(date(2017, 1, 9)),
                )
            )

    def gather_pool(self, first: Post) -> None:
        """Make trainers of `first` and of people of many agencies, some since 2017 and some who joined later."""
        self.pool.append(first)
        counts = dict(POOL)
        for agency_code, count in counts.items():
            posts = [p for p in self.people.posts if p.agency.code == agency_code and p.group_id != 1]
            for begins in (date(2017, 4, 1), date(2021, 4, 1), date(2025, 4, 1)):
                held = sum(1 for p in self.pool if p.agency.code == agency_code and p.is_held(begins))
                free = [p for p in posts if p.is_held(begins) and p not in self.pool]
                self.pool.extend(self.chance.sample(free, min(len(free), max(0, count - held))))
        for post in self.pool:
            self.ledger.add(
                RoleGrant,
                person_id=post.person_id,
                role=Role.TRAINER,
                from_on=post.from_on,
                to_on=post.to_on,
                created_at=clock.start_of_day(post.from_on),
            )

    def add(
        self,
        planned: PlannedSession,
        status: SessionStatus,
        *,
        lead: Post | None = None,
        starts: time | None = None,
        alone: bool = False,
        **columns: Any,
    ) -> InventedSession:
        """Note a session in `status`, with two or three trainers of different agencies, or one if `alone`.

        `lead` leads it if given; `starts` is when its one part begins; `columns` are set on the row.
        """
        trainers = self._trainers(planned, lead)[: 1 if alone else None]
        course = planned.course
        times = self._times(planned, starts)
        spans = [
            (clock.instant(day, begins), clock.instant(day, ends))
            for day, (begins, ends) in zip(planned.days, times, strict=True)
        ]
        published_at = clock.start_of_day(planned.days[0] - timedelta(weeks=WEEKS_PUBLISHED)) + timedelta(hours=9)
        published_at = min(published_at, clock.instant(self.people.today - timedelta(days=2), time(9, 0)))
        closes_at = clock.instant(working_day_before(planned.days[0]), time(12, 0))
        is_online, is_in_room = planned.mode is not Mode.FACE_TO_FACE, planned.mode is not Mode.VIRTUAL
        venue_id = self._venue(planned.capacity) if is_in_room else None
        ref = self.ledger.reference(course.code, 4)
        key = self.ledger.add(
            CourseSession,
            **{
                "ref": ref,
                "course_id": course.id,
                "edition_id": course.edition_id,
                "mode": planned.mode,
                "status": status,
                "capacity": planned.capacity,
                "starts_at": spans[0][0],
                "ends_at": spans[-1][1],
                "venue_id": venue_id,
                "online_link": f"https://meet.merrowbridge.example/{ref.lower()}" if is_online else "",
                "joining_notes": "Tea and coffee from 15 minutes before the start." if is_in_room else "",
                "booking_closes_at": closes_at,
                "published_at": None if status is SessionStatus.DRAFT else published_at,
                "created_at": published_at - timedelta(days=14),
                **columns,
            },
        )
        parts = tuple(
            InventedPart(self._add_part(key, number, day, clock_times), *span)
            for number, (day, clock_times, span) in enumerate(zip(planned.days, times, spans, strict=True), start=1)
        )
        accepted_ids, asked_ids = self._assign(key, planned, trainers, published_at)
        made = InventedSession(
            id=key,
            ref=ref,
            planned=planned,
            parts=parts,
            published_at=published_at,
            closes_at=closes_at,
            lead_id=trainers[0].person_id,
            trainer_ids=frozenset(trainer.person_id for trainer in trainers),
            accepted_ids=accepted_ids,
            asked_ids=asked_ids,
        )
        self.sessions.append(made)
        return made

    def _venue(self, capacity: int) -> int:
        return self._venues[-1] if capacity > LARGE else self.chance.choice(self._venues)

    def _times(self, planned: PlannedSession, starts: time | None) -> list[tuple[time, time]]:
        times = list(planned.course.times(planned.mode))
        if len(times) == 1 and times[0][0] in AFTERNOONS:
            times = [self.chance.choice(AFTERNOONS[times[0][0]])]
        if starts is not None:
            length = datetime.combine(planned.days[0], times[0][1]) - datetime.combine(planned.days[0], times[0][0])
            times[0] = (starts, (datetime.combine(planned.days[0], starts) + length).time())
        return times

    def _add_part(self, session_id: int, number: int, day: date, times: tuple[time, time]) -> int:
        begins, ends = times
        return self.ledger.add(
            SessionPart,
            session_id=session_id,
            number=number,
            on=day,
            starts=begins,
            ends=ends,
            zone=clock.LOCAL_ZONE_NAME,
            starts_at=clock.instant(day, begins),
            ends_at=clock.instant(day, ends),
        )

    def _trainers(self, planned: PlannedSession, lead: Post | None) -> list[Post]:
        busy = {person for day in planned.days for person in self._teaching[day]}
        free = [p for p in self.pool if p.person_id not in busy and all(p.is_held(day) for day in planned.days)]
        self.chance.shuffle(free)
        chosen = [lead] if lead else []
        wanted = 3 if self.chance.random() < 0.25 else 2
        for post in free:
            if len(chosen) == wanted:
                break
            if all(post.agency.id != other.agency.id for other in chosen):
                chosen.append(post)
        for day in planned.days:
            self._teaching[day].update(post.person_id for post in chosen)
        return chosen

    def _assign(
        self, session_id: int, planned: PlannedSession, trainers: list[Post], published_at: datetime
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Note who teaches; the keys of the assignments that were accepted, and of those that were asked."""
        accepted: list[int] = []
        asked: list[int] = []
        weeks_ahead = (planned.days[0] - self.people.today).days / 7
        parts = (TrainerPart.LEAD, TrainerPart.CO_TRAINER, TrainerPart.SHADOW)
        for post, part in zip(trainers, parts, strict=False):
            is_asked = part is not TrainerPart.LEAD and weeks_ahead > 5 and self.chance.random() < 0.4
            key = self.ledger.add(
                TrainerAssignment,
                session_id=session_id,
                person_id=post.person_id,
                part=part,
                state=AssignmentState.ASKED if is_asked else AssignmentState.ACCEPTED,
                created_at=published_at - timedelta(days=10),
            )
            (asked if is_asked else accepted).append(key)
        return tuple(accepted), tuple(asked)
