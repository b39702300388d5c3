"""What a lead sees of one of their people beside the job: what is in date, and what they are coming to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from training.bookings.models import BOOKING_STATE_LABELS, LIVE, Booking
from training.bookings.operations_substitution import GIVES_PLACE
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import SETTLED, Employment
from training.people.queries import lead_agencies, led_since
from training.people.views_agency import register_agency_person_section
from training.records.models import Completion
from training.schedule.models import CourseSession


class InDate(NamedTuple):
    """A training that counts today, or was done while at the lead's agencies."""

    title: str
    completed_on: date
    expires_on: date | None


class Coming(NamedTuple):
    """A session to which somebody comes from one of the lead's agencies."""

    ref: str
    title: str
    starts_at: datetime
    state: str
    booking_ref: str
    may_change: bool
    """Whether the place can be moved or passed to a colleague now."""


def in_date(viewer: Viewer, person_id: int) -> list[InDate]:
    """Trainings of the person that count today wherever they did them, and those done here while it was the lead's."""
    today = clock.today()
    here = exists().where(
        Employment.person_id == Completion.person_id,
        or_(false(), *_led_when_done(led_since(viewer))),
        Employment.standing.in_(SETTLED),
        Employment.from_on <= Completion.completed_on,
        or_(Employment.to_on.is_(None), Employment.to_on >= Completion.completed_on),
    )
    rows = db.session.execute(
        select(Course.title, Completion.completed_on, Completion.expires_on)
        .join(Course, Course.id == Completion.course_id)
        .where(
            Completion.person_id == person_id,
            Completion.revoked_at.is_(None),
            or_(Completion.expires_on.is_(None), Completion.expires_on >= today, here),
        )
        .order_by(Completion.completed_on.desc(), Completion.id)
    )
    return [InDate(*row) for row in rows]


def _led_when_done(led: Mapping[int, date | None]) -> list[ColumnElement[bool]]:
    """Whether the job is at one of the agencies `led`, and the training was done since it is led."""
    always = [key for key, since in led.items() if since is None]
    later = [
        and_(Employment.agency_id == key, Completion.completed_on >= since)
        for key, since in led.items()
        if since is not None
    ]
    return [Employment.agency_id.in_(always), *later]


def coming(viewer: Viewer, person_id: int) -> list[Coming]:
    """Live bookings on sessions that have not ended, made from one of the lead's agencies, the earliest first."""
    rows = db.session.execute(
        select(CourseSession.ref, Course.title, CourseSession.starts_at, Booking.state, Booking.ref, Booking.person_id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(
            Booking.person_id == person_id,
            Booking.agency_id.in_(lead_agencies(viewer)),
            Booking.state.in_(LIVE),
            CourseSession.ends_at > clock.now(),
        )
        .order_by(CourseSession.starts_at, Booking.id)
    )
    now = clock.now()
    return [
        Coming(
            ref,
            title,
            starts,
            BOOKING_STATE_LABELS[state],
            booking_ref,
            state in GIVES_PLACE and starts > now and whose != viewer.person_id,
        )
        for ref, title, starts, state, booking_ref, whose in rows
    ]


def _context(viewer: Viewer, person_id: int) -> dict[str, object]:
    return {"done": in_date(viewer, person_id), "coming": coming(viewer, person_id), "today": clock.today()}


register_agency_person_section("Training", "homes/agency_person_part.html", _context)
