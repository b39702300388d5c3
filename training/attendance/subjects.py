"""How the audit log calls the rows of the register."""

from sqlalchemy import select

from training.attendance.models import PRESENCE_LABELS, Mark, WalkIn
from training.bookings.models import Booking
from training.core.subjects import register_subject
from training.people.models import Person
from training.people.subjects import NAME
from training.schedule.models import CourseSession

register_subject(
    WalkIn,
    "Walk-in",
    select(WalkIn.id, WalkIn.name + " on " + CourseSession.ref, CourseSession.ref)
    .join(CourseSession, CourseSession.id == WalkIn.session_id)
    .outerjoin(Person, Person.id == WalkIn.person_id),
    endpoint="bookings.desk_session",
    references=(WalkIn.ref, CourseSession.ref, Person.ref),
)
register_subject(
    Mark,
    "Mark in the register",
    select(Mark.id, NAME + " on " + CourseSession.ref, CourseSession.ref)
    .join(Booking, Booking.id == Mark.booking_id)
    .join(Person, Person.id == Booking.person_id)
    .join(CourseSession, CourseSession.id == Booking.session_id),
    endpoint="bookings.desk_session",
    references=(Person.ref, CourseSession.ref, Booking.ref),
    words=(PRESENCE_LABELS,),
)
