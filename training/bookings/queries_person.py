"""What the desk sees of one person's bookings, for the person on the telephone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from training.bookings.models import Booking, BookingState
from training.catalogue.models import Course
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import CourseSession

LATEST = 25
"""How many bookings the page names."""


@dataclass(frozen=True)
class BookingOfPerson:
    """One booking as a row of the person's page."""

    ref: str
    state: BookingState
    session_ref: str
    title: str
    starts_at: datetime


def bookings_of(viewer: Viewer, person_id: int) -> list[BookingOfPerson]:
    """The latest bookings of a person by the day of the session; none for others than the desk."""
    if not viewer.works_at_desk:
        return []
    rows = db.session.execute(
        select(Booking.ref, Booking.state, CourseSession.ref, Course.title, CourseSession.starts_at)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(Booking.person_id == person_id)
        .order_by(CourseSession.starts_at.desc(), Booking.id.desc())
        .limit(LATEST)
    )
    return [BookingOfPerson(*row) for row in rows]
