"""Which calendar an address leads to, and whose sessions stand in a person's own."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from training.bookings.models import LIVE, Booking, BookingState, CalendarEntry
from training.bookings.models_answers import CancelledBy
from training.bookings.queries_programme import CALLED_OFF_DAYS_IN_FEED
from training.calendars.models import CalendarFeed
from training.calendars.operations_feeds import token_hash
from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import Account
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment

PAST_DAYS = timedelta(days=365)
"""How long sessions that are over stay in a person's own calendar."""

_WHAT_IS_SAID = (joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts))


def feed_at(token: str) -> CalendarFeed | None:
    """The feed whose address holds `token`, switched off or not; None for a token that was never given out."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == token_hash(token)))


def is_given_out(feed: CalendarFeed) -> bool:
    """Whether the feed may still be read: it is not switched off, and its owner can still sign in."""
    open_account = select(Account.id).where(Account.person_id == feed.person_id, Account.active)
    return feed.revoked_at is None and db.session.scalar(open_account) is not None


def own_feed(viewer: Viewer) -> CalendarFeed | None:
    """The calendar address in force of the person who asks."""
    return db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.person_id == viewer.person_id, CalendarFeed.revoked_at.is_(None))
    )


def feed_of(viewer: Viewer, person_id: int) -> CalendarFeed | None:
    """The calendar address in force of somebody, for the desk; nothing but when it was made and last read is told."""
    if not viewer.works_at_desk and not viewer.has(Role.SYSTEM):
        return None
    return db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
    )


def bookings_in_calendar(viewer: Viewer) -> list[Booking]:
    """The person's own live bookings, and those that ended because their session was called off of late."""
    live = and_(Booking.state.in_(LIVE), Booking.state != BookingState.HELD)
    called_off = and_(Booking.cancelled_by == CancelledBy.CALLED_OFF, _was_called_off_of_late())
    found = db.session.scalars(
        select(Booking)
        .join(Booking.course_session)
        .where(Booking.person_id == viewer.person_id, _is_not_long_over(), or_(live, called_off))
        .options(joinedload(Booking.course_session).options(*_WHAT_IS_SAID))
        .order_by(CourseSession.starts_at, Booking.id)
    )
    return list(found)


def assignments_in_calendar(viewer: Viewer) -> list[TrainerAssignment]:
    """The sessions the person has accepted to teach, those called off of late among them."""
    shown = or_(CourseSession.status != SessionStatus.CALLED_OFF, _was_called_off_of_late())
    found = db.session.scalars(
        select(TrainerAssignment)
        .join(TrainerAssignment.course_session)
        .where(
            TrainerAssignment.person_id == viewer.person_id,
            TrainerAssignment.state == AssignmentState.ACCEPTED,
            CourseSession.status != SessionStatus.DRAFT,
            _is_not_long_over(),
            shown,
        )
        .options(joinedload(TrainerAssignment.course_session).options(*_WHAT_IS_SAID))
        .order_by(CourseSession.starts_at, TrainerAssignment.id)
    )
    return list(found)


def entries_told(bookings: list[Booking], assignments: list[TrainerAssignment]) -> list[CalendarEntry]:
    """What the calendars of these participants were last told."""
    return list(
        db.session.scalars(
            select(CalendarEntry)
            .where(
                or_(
                    CalendarEntry.booking_id.in_([booking.id for booking in bookings]),
                    CalendarEntry.assignment_id.in_([assignment.id for assignment in assignments]),
                )
            )
            .order_by(CalendarEntry.id)
        )
    )


def _was_called_off_of_late() -> ColumnElement[bool]:
    since = clock.now() - CALLED_OFF_DAYS_IN_FEED
    return and_(CourseSession.status == SessionStatus.CALLED_OFF, CourseSession.called_off_at > since)


def _is_not_long_over() -> ColumnElement[bool]:
    return CourseSession.ends_at > clock.now() - PAST_DAYS
