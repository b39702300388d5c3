"""What needs the officer today: one query for each kind of thing, whatever its length."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, select

from training.attendance.models import Register
from training.bookings.models import HOLDING, Booking, BookingState
from training.bookings.queries_to_confirm import names_to_confirm
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.message_log import troubled
from training.core.message_rewriting import passed_over
from training.core.outbox import OutboxMessage
from training.core.settings import register_setting, setting_value
from training.core.viewer import Viewer
from training.programme.queries import overdue_drafts
from training.schedule.models import (
    LIVE_ASSIGNMENTS,
    CourseSession,
    SessionPart,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
)

AHEAD_WEEKS = register_setting(
    "desk.ahead_weeks",
    "How far ahead the desk looks",
    6,
    hint="Weeks before its start at which a session without a second trainer, or not yet published, shows on the desk.",
    least=1,
    most=52,
)
VIABILITY_WEEKS = register_setting(
    "desk.viability_weeks",
    "When a thin session shows on the desk",
    4,
    hint="Weeks before its start at which a session with fewer bookings than its course’s minimum shows on the desk.",
    least=1,
    most=52,
)
SHOWN = 8
"""How many of one kind the desk names; the rest are counted."""


@dataclass(frozen=True)
class Due:
    """One thing that needs somebody: what it is about, a detail, and since or until when."""

    ref: str
    title: str
    moment: datetime
    detail: str = ""
    number: int = 0
    about: str = ""
    """The reference of whom or what it is about, where that is not `ref`."""


@dataclass(frozen=True)
class DueList:
    """Some things of one kind, and how many there are in all."""

    shown: list[Due]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


def _due(rows: list[Due]) -> DueList:
    return DueList(rows[:SHOWN], len(rows))


def registers_not_closed(_viewer: Viewer) -> DueList:
    """Parts that have ended and whose register is not closed, the oldest first; `number` is the part."""
    rows = db.session.execute(
        select(CourseSession.ref, Course.title, SessionPart.ends_at, SessionPart.number)
        .join(CourseSession, CourseSession.id == SessionPart.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .outerjoin(Register, Register.part_id == SessionPart.id)
        .where(
            CourseSession.status == SessionStatus.PUBLISHED,
            SessionPart.ends_at <= clock.now(),
            Register.closed_at.is_(None),
        )
        .order_by(SessionPart.ends_at, SessionPart.id)
    )
    return _due([Due(ref, title, ended, number=number) for ref, title, ended, number in rows])


def _coming(weeks: int) -> ColumnElement[bool]:
    now = clock.now()
    return and_(CourseSession.starts_at > now, CourseSession.starts_at <= now + timedelta(weeks=weeks))


def thin_sessions(_viewer: Viewer) -> DueList:
    """Published sessions that start soon with fewer places taken than the course’s minimum; `number` is how many."""
    taken = _taken(HOLDING)
    rows = db.session.execute(
        select(CourseSession.ref, Course.title, CourseSession.starts_at, taken, Course.minimum)
        .join(Course, Course.id == CourseSession.course_id)
        .where(
            CourseSession.status == SessionStatus.PUBLISHED,
            _coming(setting_value(VIABILITY_WEEKS)),
            taken < Course.minimum,
        )
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    return _due(
        [Due(ref, title, starts, f"{n} booked, at least {least} wanted", n) for ref, title, starts, n, least in rows]
    )


def waiting_lists(_viewer: Viewer) -> DueList:
    """Coming sessions with people waiting, the longest list first; `number` is how many wait."""
    waiting = _taken((BookingState.WAITING,))
    rows = db.session.execute(
        select(CourseSession.ref, Course.title, CourseSession.starts_at, waiting.label("waiting"))
        .join(Course, Course.id == CourseSession.course_id)
        .where(
            CourseSession.status == SessionStatus.PUBLISHED,
            CourseSession.starts_at > clock.now(),
            waiting > 0,
        )
        .order_by(waiting.desc(), CourseSession.starts_at, CourseSession.id)
    )
    return _due([Due(ref, title, starts, number=n) for ref, title, starts, n in rows])


def without_second_trainer(_viewer: Viewer) -> DueList:
    """Published sessions that start soon with fewer than two trainers; `number` is how many there are."""
    trainers = (
        select(func.count())
        .where(
            TrainerAssignment.session_id == CourseSession.id,
            TrainerAssignment.state.in_(LIVE_ASSIGNMENTS),
            TrainerAssignment.part.in_((TrainerPart.LEAD, TrainerPart.CO_TRAINER)),
        )
        .correlate(CourseSession)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(CourseSession.ref, Course.title, CourseSession.starts_at, trainers)
        .join(Course, Course.id == CourseSession.course_id)
        .where(
            CourseSession.status == SessionStatus.PUBLISHED,
            _coming(setting_value(AHEAD_WEEKS)),
            trainers < 2,
        )
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    return _due(
        [Due(ref, title, starts, "no trainer yet" if n == 0 else "one trainer", n) for ref, title, starts, n in rows]
    )


def drafts(_viewer: Viewer) -> DueList:
    """Sessions that start soon, or should have begun, and are not published."""
    rows = db.session.execute(
        select(CourseSession.ref, Course.title, CourseSession.starts_at)
        .join(Course, Course.id == CourseSession.course_id)
        .where(
            CourseSession.status == SessionStatus.DRAFT,
            CourseSession.starts_at <= clock.now() + timedelta(weeks=setting_value(AHEAD_WEEKS)),
        )
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    return _due([Due(ref, title, starts) for ref, title, starts in rows])


def not_published_in_time(viewer: Viewer) -> DueList:
    """Drafts whose set time has passed, the longest first; `detail` is what they lack still."""
    return _due(
        [
            Due(each.session.ref, each.session.course.title, each.session.publish_at, ". ".join(each.missing))
            for each in overdue_drafts(viewer)
            if each.session.publish_at is not None
        ]
    )


def failed_messages(_viewer: Viewer) -> DueList:
    """Messages that did not arrive: failed or sent back, and not put right; the newest first, with their address."""
    rows = db.session.execute(
        select(OutboxMessage.id, OutboxMessage.subject, OutboxMessage.created_at, OutboxMessage.recipient_address)
        .where(troubled())
        .order_by(OutboxMessage.id.desc())
        .limit(500)
    )
    return _due([Due(str(key), subject, at, address) for key, subject, at, address in rows])


def texts_not_sent(_viewer: Viewer) -> DueList:
    """Rewritten texts of messages that do not fit any more, so that the delivered ones go out in their place."""
    found = [(standing.kind, standing.own) for standing in passed_over()]
    return _due([Due(kind.name, kind.label, own.changed_at) for kind, own in found if own is not None])


def agencies_to_confirm(viewer: Viewer) -> DueList:
    """Names of agencies that are not listed, the longest-standing first; `number` is how many people named one."""
    named = [one for one in names_to_confirm(viewer) if one.is_open]
    return _due([Due(one.folded, one.name, one.asked_at, number=len(one.people)) for one in named])


def any_session_exists(_viewer: Viewer) -> bool:
    """Whether the desk has begun: without a session it shows how to begin instead."""
    return bool(db.session.scalar(select(exists().where(CourseSession.id.is_not(None)))))


def _taken(states: tuple[BookingState, ...]) -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(Booking.session_id == CourseSession.id, Booking.state.in_(states))
        .correlate(CourseSession)
        .scalar_subquery()
    )
