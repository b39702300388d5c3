"""What the worker does for people who wait for a course: tells of new dates, and ends what cannot come true."""

from sqlalchemy import exists, select

from training.bookings import notices_moving
from training.bookings.models import Booking, CourseWait
from training.bookings.models_answers import CancelledBy
from training.bookings.opening import refusal_of
from training.bookings.operations_course_waits import WAITS, waits_of
from training.bookings.places import locked_booking, locked_session, promote_waiting
from training.bookings.states import end_booking
from training.catalogue.models import Course
from training.core import audit, clock
from training.core.database import db
from training.core.transaction import lock_row
from training.core.viewer import Viewer

KEPT_BEGAN = "The place they kept meanwhile has begun"


def tell_new_date(viewer: Viewer, wait_id: int, session_id: int) -> bool:
    """Tell somebody who waits for the course of a date that can be booked now; False where there is nothing to tell.

    Never twice, and not of one that they asked for or had themselves.
    """
    course_session = locked_session(session_id)
    wait = lock_row(CourseWait, wait_id)
    if wait.ended_at is not None or not wait.tell_new_dates or refusal_of(course_session) is not None:
        return False
    asked = exists().where(Booking.session_id == session_id, Booking.person_id == wait.person_id)
    if db.session.scalar(select(asked)):
        return False
    if not notices_moving.new_date(wait, course_session):
        return False
    audit.record(viewer, "told of a new date", wait, after={"session": course_session.ref})
    return True


def end_wait(viewer: Viewer, wait_id: int) -> bool:
    """End a wait none of whose dates is still to come, for somebody who did not ask for new ones; they are told."""
    course_id = db.session.scalar(select(CourseWait.course_id).where(CourseWait.id == wait_id))
    if course_id is None:
        return False
    lock_row(Course, course_id)
    wait = lock_row(CourseWait, wait_id)
    if wait.ended_at is not None or wait.tell_new_dates or waits_of(wait):
        return False
    wait.ended_at = clock.now()
    audit.record(viewer, "ended the wait: no date of it is still to come", wait)
    notices_moving.wait_ended(wait)
    return True


def end_move(viewer: Viewer, booking_id: int) -> bool:
    """End the wait to move to another date of somebody whose kept place has begun; they are told."""
    booking = locked_booking(booking_id)
    former = booking.moves_from
    now = clock.now()
    if booking.state not in WAITS or former is None or not former.holds_place:
        return False
    if former.course_session.starts_at > now or booking.course_session.starts_at <= now:
        return False
    end_booking(viewer, booking, CancelledBy.OTHER_DATE, KEPT_BEGAN)
    notices_moving.move_ended(booking, former)
    promote_waiting(viewer, booking.course_session)
    return True
