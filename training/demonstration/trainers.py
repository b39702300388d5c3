"""What the trainers of the demonstration may teach, and what the worker would have sent them before their sessions."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from training.bookings.notices_trainers import key_of_request
from training.bookings.rules import working_days_before
from training.bookings.terms import bank_holidays
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.demonstration.ledger import Ledger
from training.demonstration.sessions import Schedule
from training.pool import notices
from training.pool.pack import send_pack
from training.pool.settings import FROM_HOUR, PACK_DAYS, REMIND_AFTER_DAYS
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment, TrainerCourse

Deed = Callable[[], object]
OBSERVED_SHARE = 0.7
STILL_KNOWN = timedelta(days=1000)
"""For how long after their last session somebody is noted for a course."""
NEW_TO_IT = timedelta(days=120)
"""How long those have been noted for a course who teach it for the first time."""


def note_what_they_teach(ledger: Ledger, schedule: Schedule, today: date) -> None:
    """Note for everybody who is in the pool today which courses they may teach, and when most of them were observed."""
    chance = ledger.chance("trainers")
    taught: dict[tuple[int, int], list[date]] = {}
    for session in schedule.sessions:
        for person_id in sorted(session.trainer_ids):
            taught.setdefault((person_id, session.planned.course.id), []).append(session.planned.days[0])
    in_pool = {post.person_id for post in schedule.pool if post.is_held(today)}
    for (person_id, course_id), days in sorted(taught.items()):
        if person_id not in in_pool or max(days) < today - STILL_KNOWN:
            continue
        since_on = min(min(days), today - NEW_TO_IT)
        past = sorted(day for day in days if day < today)
        is_observed = chance.random() < OBSERVED_SHARE
        ledger.add(
            TrainerCourse,
            person_id=person_id,
            course_id=course_id,
            since_on=since_on,
            observed_on=past[len(past) // 2] if past and is_observed else None,
            created_at=clock.start_of_day(since_on),
        )


def tell_trainers(now: datetime) -> None:
    """Send packs and reminders as of the moments when they were due, the earliest first."""
    coming = db.session.scalars(
        select(TrainerAssignment)
        .join(TrainerAssignment.course_session)
        .where(CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > now)
        .order_by(TrainerAssignment.id)
    ).all()
    deeds: list[tuple[datetime, int, Deed]] = []
    for one in coming:
        if one.state is AssignmentState.ACCEPTED:
            deeds.append((_before(one, PACK_DAYS.default), one.id, partial(send_pack, one)))
            deeds.append((_before(one, 1), one.id, partial(notices.day_before, one)))
        elif one.state is AssignmentState.ASKED:
            deeds.append((_after_request(one), one.id, partial(notices.reminded_of_request, one)))
    for at, _, deed in sorted(deeds, key=lambda noted: noted[:2]):
        if at <= now:
            with clock.as_of(at):
                deed()
                db.session.flush()


def _before(assignment: TrainerAssignment, days: int) -> datetime:
    """The morning so many working days before the session, or when it was published where that was later."""
    session = assignment.course_session
    due = clock.instant(working_days_before(session.parts[0].on, days, bank_holidays()), FROM_HOUR)
    return max(due, session.published_at + timedelta(hours=1)) if session.published_at else due


def _after_request(assignment: TrainerAssignment) -> datetime:
    """The morning on which somebody who has not answered is reminded."""
    asked = select(OutboxMessage.created_at).where(OutboxMessage.key == key_of_request(assignment))
    asked_on = clock.local(db.session.scalars(asked).one()).date()
    on = asked_on
    while working_days_before(on, REMIND_AFTER_DAYS.default, bank_holidays()) < asked_on:
        on += timedelta(days=1)
    return clock.instant(on, time(9))
