"""What the worker does about bookings that wait for somebody's yes or no: reminders, the lead, the end of the time.

Each tick reads keys without a lock, then opens a unit of work for each, locks, looks again and acts.
"""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select

from training.bookings import asking
from training.bookings.agreements import ASKED_IN, is_asked_about
from training.bookings.models import Booking, BookingState
from training.bookings.notices_answers import unanswered
from training.bookings.places import locked_booking, promote_waiting
from training.bookings.states import lapse
from training.catalogue.models import Agreement
from training.core import audit, clock
from training.core.database import reading
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER, Viewer
from training.schedule.models import CourseSession


def lapse_agreements() -> int:
    """End every booking about which nobody answered in time and pass its place on; returns how many."""
    over = or_(Booking.agreement_until <= clock.now(), CourseSession.starts_at <= clock.now())
    due = _keys(asked_about().join(CourseSession, CourseSession.id == Booking.session_id).where(over))
    return for_each(due, lambda key: lapse_agreement(WORKER, key))


def follow_agreements() -> int:
    """Remind managers, ask the lead as well, and ask whoever has to answer since; returns for how many bookings."""
    return for_each(_keys(asked_about().where(Booking.agreement_until > clock.now())), follow_agreement)


def follow_agreement(booking_id: int) -> bool:
    """Do for one booking that is asked about what is due now; False where nothing is."""
    booking = locked_booking(booking_id)
    is_new = asking.ask_again_if_new(booking)
    is_reminded = asking.remind_if_due(booking)
    is_passed_on = asking.pass_on_if_due(booking)
    if is_passed_on:
        audit.record(WORKER, "asked the lead as well about", booking)
    return is_new or is_reminded or is_passed_on


def lapse_agreement(viewer: Viewer, booking_id: int) -> bool:
    """End a booking about which nobody answered in time and pass its place on; False where that is not so any more.

    Whoever waits or applied leaves as well: their manager had the same time as everybody’s.
    """
    booking = locked_booking(booking_id)
    if not is_asked_about(booking) or booking.agreement_until is None:
        return False
    if clock.now() < min(booking.agreement_until, booking.course_session.starts_at):
        return False
    was: BookingState = booking.state
    lapse(viewer, booking, "was not agreed to in time")
    unanswered(booking, was)
    promote_waiting(viewer, booking.course_session)
    return True


def asked_about() -> Select[int]:
    """The keys of the bookings that wait for an answer, the first to end first."""
    return (
        select(Booking.id)
        .where(
            Booking.agreement == Agreement.ASKED,
            Booking.agreed_at.is_(None),
            Booking.agreement_asked_at.is_not(None),
            Booking.state.in_(ASKED_IN),
        )
        .order_by(Booking.agreement_until, Booking.id)
    )


def _keys(statement: Select[int]) -> Sequence[int]:
    with reading(), unit_of_work() as session:
        return session.scalars(statement).all()
