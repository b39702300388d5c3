"""What must hold of every session, whatever was done to it; asked of the database itself."""

from collections import Counter

from sqlalchemy import select

from training.bookings.models import HOLDING, LIVE, Booking, BookingState, CalendarEntry
from training.bookings.terms import may_pass_on
from training.core.database import db
from training.schedule.models import CourseSession, SessionStatus


def broken_invariants(session_id: int) -> list[str]:
    """The invariants that do not hold for the session, as sentences; empty when all is well."""
    db.session.expire_all()
    course_session = db.session.get_one(CourseSession, session_id)
    bookings = db.session.scalars(select(Booking).where(Booking.session_id == session_id)).all()
    live = [booking for booking in bookings if booking.state in LIVE]
    held = sum(booking.state in HOLDING for booking in bookings)
    waiting = [booking for booking in bookings if booking.state is BookingState.WAITING]
    broken: list[str] = []
    if held > course_session.capacity:
        broken.append(f"{held} places are held of {course_session.capacity}")
    if waiting and held < course_session.capacity and may_pass_on(course_session):
        broken.append(f"{len(waiting)} wait while {course_session.capacity - held} places are free")
    twice = [person for person, count in Counter(booking.person_id for booking in live).items() if count > 1]
    if twice:
        broken.append(f"people {twice} have several live bookings")
    if course_session.status is SessionStatus.CALLED_OFF and live:
        broken.append(f"{len(live)} bookings are live on a session that was called off")
    return broken


def calendars_out_of_step(session_id: int) -> list[str]:
    """What calendars hold of the session otherwise than they should: every part for whoever has a place, or nothing."""
    course_session = db.session.get_one(CourseSession, session_id)
    bookings = db.session.scalars(select(Booking).where(Booking.session_id == session_id)).all()
    coming = [one.id for one in bookings if one.state is BookingState.CONFIRMED and one.person.address]
    held = select(CalendarEntry.booking_id, CalendarEntry.part_id, CalendarEntry.starts_at).where(
        CalendarEntry.booking_id.in_([one.id for one in bookings]), CalendarEntry.method == "REQUEST"
    )
    should = {(key, part.id, part.starts_at) for key in coming for part in course_session.parts}
    wrong = should ^ {(row[0], row[1], row[2]) for row in db.session.execute(held)}
    return [f"booking {key} and part {part} at {moment}" for key, part, moment in sorted(wrong)]
