"""Sessions that have been held: who had booked, who cancelled, who came, and what the register said."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from training.attendance.models import Mark, MarkChange, MarkSource, Presence, Register, WalkIn
from training.bookings.models import Booking, BookingState
from training.catalogue.models import CourseKind, Mode
from training.core import clock
from training.demonstration.booking import Bookings
from training.demonstration.crowd import Crowd
from training.demonstration.ledger import Ledger
from training.demonstration.people import People, Post
from training.demonstration.sessions import InventedPart, InventedSession
from training.planning.years import TrainingYear
from training.records.models import Completion, Proof

WALK_INS = 0.03
LATE_SHARE, EXCUSED_SHARE = 0.35, 0.15
"""Of the lost places: cancelled after the cut-off, and excused; the rest were absent."""
COUNTED_FROM = 0.8
"""The share of a part's minutes that counts as having attended it."""


@dataclass(frozen=True)
class Attendee:
    """Somebody who attended, by their booking or as a walk-in."""

    post: Post
    booking_id: int | None
    walk_in_id: int | None
    completed: bool


@dataclass(frozen=True)
class HeldSession:
    """A session that was held, with those who came and those who had a place and did not."""

    session: InventedSession
    attendees: tuple[Attendee, ...]
    registers_closed_at: tuple[datetime, ...]

    @property
    def closed_at(self) -> datetime:
        """When the last register was closed, and the session finished."""
        return self.registers_closed_at[-1]


@dataclass
class History:
    """Writes what happened at sessions into the ledger."""

    ledger: Ledger
    people: People
    bookings: Bookings
    crowd: Crowd
    chance: Random = field(init=False)
    held: list[HeldSession] = field(default_factory=list[HeldSession])

    def __post_init__(self) -> None:
        self.chance = self.ledger.chance("history")
        self.steps_kept_from = clock.start_of_day(TrainingYear.of(self.people.today).first_day)

    def hold(self, session: InventedSession, attendances: int, first: tuple[Post, ...] = ()) -> HeldSession:
        """Note bookings, marks and completions so that exactly `attendances` people came, `first` among them."""
        planned = session.planned
        walk_ins = sum(1 for _ in range(attendances) if self.chance.random() < WALK_INS)
        booked = attendances - walk_ins
        late, excused, absent = self._lost(booked, planned.capacity)
        early = round(booked * self.chance.uniform(0.02, 0.1))
        unlucky = self.chance.randrange(6) if booked + excused + absent >= planned.capacity - 1 else 0
        everybody = self.crowd.choose(session, attendances + late + excused + absent + early + unlucky, first)
        came = [*first, *(post for post in everybody if post not in first)]
        take = iter(came)
        confirmed = [(next(take), Presence.ATTENDED) for _ in range(booked)]
        confirmed += [(next(take), Presence.EXCUSED) for _ in range(excused)]
        confirmed += [(next(take), Presence.ABSENT) for _ in range(absent)]
        attendees: list[Attendee] = []
        for post, presence in confirmed:
            booking_id = self.bookings.confirm(session, post)
            completed = self._mark(session, presence, booking_id=booking_id)
            if presence is Presence.ATTENDED:
                attendees.append(Attendee(post, booking_id, None, completed))
        attendees.extend(self._walk_in(session, next(take)) for _ in range(walk_ins))
        for _ in range(late):
            self.bookings.cancel(session, next(take), is_late=True)
        for _ in range(early):
            self.bookings.cancel(session, next(take), is_late=False)
        for _ in range(unlucky):
            self.bookings.lapse(session, next(take))
        self._maybe_replace(session)
        closed = self._close_registers(session)
        for attendee in attendees:
            self.crowd.note_done(session, attendee.post)
            if attendee.completed and planned.course.kind is not CourseKind.MEETING:
                self._complete(session, attendee.post, closed[-1])
        held = HeldSession(session, tuple(attendees), closed)
        self.held.append(held)
        return held

    def _lost(self, attended: int, capacity: int) -> tuple[int, int, int]:
        """Late cancellations, excused and absent: 15 to 30 % of all who had a place, no more than places allow."""
        share = self.chance.triangular(0.15, 0.30, 0.2)
        lost = round(attended * share / (1 - share))
        while lost / (attended + lost) > 0.30:
            lost -= 1
        while lost / (attended + lost) < 0.15:
            lost += 1
        excused = round(lost * EXCUSED_SHARE * self.chance.uniform(0, 2))
        absent = round((lost - excused) * (1 - LATE_SHARE) * self.chance.uniform(0.6, 1.3))
        excused = min(excused, capacity - attended)
        absent = max(0, min(absent, lost - excused, capacity - attended - excused))
        return lost - excused - absent, excused, absent

    def _mark(
        self,
        session: InventedSession,
        presence: Presence,
        *,
        booking_id: int | None = None,
        walk_in_id: int | None = None,
    ) -> bool:
        """Note what the register says of every part; whether that makes the course complete."""
        complete = presence is Presence.ATTENDED
        left_out = self.chance.randrange(len(session.parts)) if self.chance.random() < 0.08 else None
        for index, part in enumerate(session.parts):
            missed_one = presence is Presence.ATTENDED and len(session.parts) > 1 and index == left_out
            said = Presence.ABSENT if missed_one else presence
            minutes = self._mark_part(session, part, said, booking_id, walk_in_id)
            complete = complete and said is Presence.ATTENDED and minutes >= COUNTED_FROM * part.minutes
        return complete

    def _mark_part(
        self,
        session: InventedSession,
        part: InventedPart,
        presence: Presence,
        booking_id: int | None,
        walk_in_id: int | None,
    ) -> int:
        """Note a mark and return the minutes it counts."""
        is_virtual = session.planned.mode is Mode.VIRTUAL
        was_there = presence is Presence.ATTENDED
        late = self.chance.choice((5, 10, 10, 15, 20)) if was_there and self.chance.random() < 0.07 else 0
        early = self.chance.choice((10, 15, 20, 30, 60)) if was_there and self.chance.random() < 0.03 else 0
        source = MarkSource.REGISTER
        if was_there and is_virtual:
            source = MarkSource.IMPORT
        elif was_there and self.chance.random() < 0.3:
            source = MarkSource.CHECK_IN
        marked_at = part.starts_at + timedelta(minutes=15 + late)
        counted = part.minutes - late - early - (self.chance.randrange(4) if is_virtual else 0)
        columns: dict[str, Any] = {
            "part_id": part.id,
            "booking_id": booking_id,
            "walk_in_id": walk_in_id,
            "presence": presence,
            "minutes_late": late,
            "minutes_early": early,
            "source": source,
        }
        minutes = counted if source is MarkSource.IMPORT else None
        self.ledger.add(Mark, **columns, minutes_counted=minutes, marked_at=marked_at, marked_by_id=session.lead_id)
        if part.starts_at >= self.steps_kept_from:
            if late and source is MarkSource.REGISTER:
                # Whoever came late had been marked absent when the session began.
                at_first = {**columns, "presence": Presence.ABSENT, "minutes_late": 0, "minutes_early": 0}
                self._step(at_first, part.starts_at + timedelta(minutes=10), session.lead_id)
            self._step(columns, marked_at, session.lead_id)
        return counted

    def _step(self, columns: dict[str, Any], at: datetime, by: int) -> None:
        """Note what the register came to say at a moment."""
        self.ledger.add(MarkChange, **columns, changed_at=at, changed_by_id=by)

    def _walk_in(self, session: InventedSession, post: Post) -> Attendee:
        is_known = self.chance.random() < 0.75
        key = self.ledger.add(
            WalkIn,
            ref=self.ledger.reference("WI", 6),
            session_id=session.id,
            name=post.name,
            address=post.address,
            job_role=post.job_role,
            agency_id=post.agency.id,
            person_id=post.person_id if is_known else None,
            added_by_id=session.lead_id,
            created_at=session.starts_at + timedelta(minutes=10),
        )
        completed = self._mark(session, Presence.ATTENDED, walk_in_id=key)
        return Attendee(post, None, key, completed and is_known)

    def _maybe_replace(self, session: InventedSession) -> None:
        """Now and then a place had first been somebody else's from the same agency."""
        if self.chance.random() > 0.2:
            return
        mine = [row for row in self.ledger.rows(Booking)[-80:] if row["session_id"] == session.id]
        taken = {row["person_id"] for row in mine} | session.trainer_ids
        confirmed = [row for row in mine if row["state"] is BookingState.CONFIRMED]
        substitute = self.chance.choice(confirmed)
        colleagues = [
            post
            for post in self.people.posts
            if post.agency.id == substitute["agency_id"]
            and post.person_id not in taken
            and post.is_held(session.planned.days[0])
        ]
        if colleagues:
            self.bookings.replace(session, self.chance.choice(colleagues), substitute)

    def _close_registers(self, session: InventedSession) -> tuple[datetime, ...]:
        moments: list[datetime] = []
        for part in session.parts:
            moments.append(part.ends_at + timedelta(minutes=self.chance.choice((5, 10, 20, 45, 90))))
            self.ledger.add_keyless(Register, part_id=part.id, closed_at=moments[-1], closed_by_id=session.lead_id)
        return tuple(moments)

    def _complete(self, session: InventedSession, post: Post, closed_at: datetime) -> None:
        day = session.planned.days[-1]
        self.ledger.add(
            Completion,
            person_id=post.person_id,
            employment_id=post.employment_id,
            course_id=session.planned.course.id,
            edition_id=session.planned.course.edition_id,
            completed_on=day,
            hours=session.planned.course.hours,
            expires_on=day.replace(year=day.year + 3, day=min(day.day, 28) if day.month == 2 else day.day),
            proof=Proof.REGISTER,
            source=f"session:{session.ref}",
            created_at=closed_at,
        )
