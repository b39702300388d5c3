"""Waiting for a course: on several of its dates in order of preference, and for dates still to come."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from training.bookings.coming import employment_to_come_in
from training.bookings.models import Booking, BookingState, CourseWait, Way
from training.bookings.models_answers import CancelledBy
from training.bookings.notices_moving import waits_for_course
from training.bookings.operations import (
    Ties,
    new_booking,
    require_open,
    settle_new,
    tell_where_it_stands,
)
from training.bookings.places import promote_waiting
from training.bookings.queries_session import live_booking_on
from training.bookings.reach import may_book_for
from training.bookings.states import end_booking
from training.catalogue.models import Course
from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.models import Person
from training.schedule.models import CourseSession

MOST_DATES = 10
WAITS = (BookingState.WAITING, BookingState.OFFERED, BookingState.APPLIED)
"""States in which somebody waits for a date without having it."""


def wait_for_course(
    viewer: Viewer,
    course_id: int,
    person_id: int,
    employment_id: int | None,
    session_ids: Sequence[int],
    *,
    tell_new_dates: bool,
    declared: bool,
    way: Way | None = None,
) -> CourseWait:
    """Let the person wait for the course on the sessions given, the dearest first; without any, for new dates only.

    The first of them with a place they may have gives it to them at once, which ends the wait. `way` is how they come
    to the dates that leave a choice.
    """
    lock_row(Course, course_id)
    person = db.session.get_one(Person, person_id)
    if not any(may_book_for(viewer, person_id, job) for job in (None, *person.employments)):
        raise LookupError(f"person {person_id} is out of reach")
    if not session_ids and not tell_new_dates:
        raise Refused("Select at least one date, or ask to be told about new ones", "sessions")
    present = select(CourseWait.ref).where(
        CourseWait.course_id == course_id, CourseWait.person_id == person_id, CourseWait.ended_at.is_(None)
    )
    if (ref := db.session.scalar(present)) is not None:
        raise Refused(f"You wait for this course already, reference {ref}")
    chosen = _chosen(course_id, session_ids)
    employment = employment_to_come_in(person, employment_id, clock.local(clock.now()))
    wait = CourseWait(
        ref=new_reference("W", 6),
        course_id=course_id,
        person=person,
        employment=employment,
        tell_new_dates=tell_new_dates,
    )
    db.session.add(wait)
    db.session.flush()
    audit.record(viewer, "waits for the course", wait, after={"dates": [one.ref for one in chosen]})
    _join(viewer, wait, chosen, declared=declared, way=way)
    return wait


def change_wait(
    viewer: Viewer,
    wait_id: int,
    session_ids: Sequence[int],
    *,
    tell_new_dates: bool,
    declared: bool,
    way: Way | None = None,
) -> CourseWait:
    """Wait for these sessions instead, in this order; a list that is kept keeps its time of asking.

    One that they are on may be kept also when it cannot be asked for any more.
    """
    wait = _own_wait(viewer, wait_id)
    if not session_ids and not tell_new_dates:
        raise Refused("Select at least one date, or leave the list altogether", "sessions")
    present = waits_of(wait)
    chosen = _chosen(wait.course_id, session_ids, kept={booking.session_id for booking in present})
    keys = {one.id for one in chosen}
    for booking in present:
        if booking.session_id not in keys:
            end_booking(viewer, booking, CancelledBy.PERSON, "")
            promote_waiting(viewer, booking.course_session)
    wait.tell_new_dates = tell_new_dates
    audit.record(viewer, "changed the dates waited for", wait, after={"dates": [one.ref for one in chosen]})
    _join(viewer, wait, chosen, declared=declared, way=way)
    return wait


def leave_wait(viewer: Viewer, wait_id: int) -> CourseWait:
    """Leave the lists of all dates; a place held out on one of them goes to the next person."""
    wait = _own_wait(viewer, wait_id)
    wait.ended_at = clock.now()
    audit.record(viewer, "no longer waits for the course", wait)
    for booking in waits_of(wait):
        end_booking(viewer, booking, CancelledBy.PERSON, "")
        promote_waiting(viewer, booking.course_session)
    return wait


def waits_of(wait: CourseWait) -> list[Booking]:
    """The bookings on the coming dates that are waited for, in order of preference, read afresh."""
    db.session.flush()
    found = (
        select(Booking)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(Booking.course_wait_id == wait.id, Booking.state.in_(WAITS), CourseSession.starts_at > clock.now())
    )
    return list(
        db.session.scalars(found.order_by(Booking.preference, Booking.id).execution_options(populate_existing=True))
    )


def _join(
    viewer: Viewer, wait: CourseWait, chosen: Sequence[CourseSession], *, declared: bool, way: Way | None
) -> None:
    """Ask for each date in order until one gives a place; then say what came of it."""
    for preference, course_session in enumerate(chosen, 1):
        booking = live_booking_on(course_session.id, wait.person_id)
        if booking is not None and booking.state in WAITS:
            booking.course_wait_id, booking.preference = wait.id, preference
            continue
        if booking is not None:
            raise Refused(f"You are already booked on one of these dates, reference {booking.ref}", "sessions")
        promote_waiting(viewer, course_session)
        booking = new_booking(
            viewer,
            course_session,
            wait.person_id,
            wait.employment_id,
            declared=declared,
            booked_by=viewer.person_id,
            way=way,
            ties=Ties(course_wait_id=wait.id, preference=preference),
        )
        settle_new(viewer, course_session, [booking], tell=False)
        if booking.holds_place:
            tell_where_it_stands(booking)
            return
    if wait.ended_at is None:
        told = select(func.count()).where(Booking.course_wait_id == wait.id)
        waits_for_course(wait, waits_of(wait), wait.row_version * 100 + (db.session.scalar(told) or 0))


def _chosen(course_id: int, session_ids: Sequence[int], kept: Collection[int] = ()) -> list[CourseSession]:
    """The sessions in the order given, read afresh under the lock of the course; Refused where one cannot be had.

    Those in `kept` are had already: they need only not have begun.
    """
    if len(set(session_ids)) != len(session_ids):
        raise Refused("Select each date once", "sessions")
    if len(session_ids) > MOST_DATES:
        raise Refused(f"Select up to {MOST_DATES} dates", "sessions")
    found = db.session.scalars(
        select(CourseSession)
        .where(CourseSession.id.in_(session_ids), CourseSession.course_id == course_id)
        .execution_options(populate_existing=True)
    )
    by_key = {one.id: one for one in found}
    if len(by_key) != len(session_ids):
        raise Refused("Select dates of this course", "sessions")
    for course_session in by_key.values():
        if course_session.id not in kept:
            require_open(course_session)
    return [by_key[key] for key in session_ids]


def _own_wait(viewer: Viewer, wait_id: int) -> CourseWait:
    course_id = db.session.scalar(select(CourseWait.course_id).where(CourseWait.id == wait_id))
    if course_id is None:
        raise LookupError(f"no wait with the key {wait_id}")
    lock_row(Course, course_id)
    wait = lock_row(CourseWait, wait_id)
    if not (viewer.works_at_desk or viewer.person_id == wait.person_id):
        raise LookupError(f"wait {wait_id} is out of reach")
    if wait.ended_at is not None:
        raise Refused("You no longer wait for this course")
    return wait
