"""How the audit log calls the rows of bookings."""

from typing import Any

from sqlalchemy import select

from training.bookings.models import BOOKING_STATE_LABELS, Booking, BookingNeed, PersonNeed
from training.core.subjects import register_subject
from training.people.models import Person
from training.people.subjects import NAME
from training.schedule.models import CourseSession

PAGE: dict[str, Any] = {
    "endpoint": "people.desk_person",
    "references": (Booking.ref, Person.ref, CourseSession.ref),
}
_NAME = NAME + " on " + CourseSession.ref + ", " + Booking.ref

register_subject(
    Booking,
    "Booking",
    select(Booking.id, _NAME, Person.ref)
    .join(Person, Person.id == Booking.person_id)
    .join(CourseSession, CourseSession.id == Booking.session_id),
    labels={"state": "Status", "is_late": "Late"},
    words=(BOOKING_STATE_LABELS,),
    **PAGE,
)
register_subject(
    BookingNeed,
    "Access needs for a session",
    select(BookingNeed.id, _NAME, Person.ref)
    .join(Booking, Booking.id == BookingNeed.booking_id)
    .join(Person, Person.id == Booking.person_id)
    .join(CourseSession, CourseSession.id == Booking.session_id),
    **PAGE,
)
register_subject(
    PersonNeed,
    "Access needs that are kept",
    select(PersonNeed.id, NAME, Person.ref).join(Person, Person.id == PersonNeed.person_id),
    endpoint="people.desk_person",
    references=(Person.ref,),
)
