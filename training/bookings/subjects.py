"""How the audit log calls the rows of bookings."""

from typing import Any

from sqlalchemy import select

from training.bookings.models import BOOKING_STATE_LABELS, Booking, CourseWait, Reservation
from training.bookings.models_agencies import AgencyLimit, GroupBooking
from training.bookings.models_allotment import Allotment, AllotmentResult
from training.bookings.models_needs import BookingNeed, PersonNeed
from training.catalogue.models import Course
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
register_subject(
    CourseWait,
    "Wait for a course",
    select(CourseWait.id, NAME + " for " + Course.title + ", " + CourseWait.ref, Person.ref)
    .join(Person, Person.id == CourseWait.person_id)
    .join(Course, Course.id == CourseWait.course_id),
    endpoint="people.desk_person",
    references=(CourseWait.ref, Person.ref),
)
register_subject(
    AllotmentResult,
    "Allotment of a booking",
    select(AllotmentResult.id, _NAME, Person.ref)
    .join(Booking, Booking.id == AllotmentResult.booking_id)
    .join(Person, Person.id == Booking.person_id)
    .join(CourseSession, CourseSession.id == Booking.session_id),
    **PAGE,
)
ON_SESSION: dict[str, Any] = {"endpoint": "bookings.desk_session", "references": (CourseSession.ref,)}
register_subject(
    GroupBooking,
    "Group booking",
    select(GroupBooking.id, GroupBooking.ref + " on " + CourseSession.ref, CourseSession.ref).join(
        CourseSession, CourseSession.id == GroupBooking.session_id
    ),
    **ON_SESSION,
)
register_subject(
    Reservation,
    "Reserved places",
    select(Reservation.id, Reservation.ref + " on " + CourseSession.ref, CourseSession.ref).join(
        CourseSession, CourseSession.id == Reservation.session_id
    ),
    **ON_SESSION,
)
register_subject(
    AgencyLimit,
    "Limit of an agency",
    select(AgencyLimit.id, CourseSession.ref, CourseSession.ref).join(
        CourseSession, CourseSession.id == AgencyLimit.session_id
    ),
    **ON_SESSION,
)
register_subject(
    Allotment,
    "Allotment of places",
    select(Allotment.id, CourseSession.ref, CourseSession.ref).join(
        CourseSession, CourseSession.id == Allotment.session_id
    ),
    **ON_SESSION,
)
