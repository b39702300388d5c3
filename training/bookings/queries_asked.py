"""Bookings that wait for somebody's yes or no: for the lead of where the person works, and for the desk."""

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import joinedload, selectinload

from training.bookings.agreements import ASKED_IN
from training.bookings.models import Booking
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import SETTLED, Employment
from training.people.queries import lead_agencies
from training.schedule.models import CourseSession


def waiting_for_answer(viewer: Viewer, *, at_desk: bool) -> Select[Booking]:
    """Bookings that wait for an answer, the first to end first; for `paged`.

    At the desk all of them, for a lead those of the people they lead, never their own.
    """
    return (
        _answerable(viewer, at_desk=at_desk)
        .where(
            Booking.agreement == Agreement.ASKED,
            Booking.agreed_at.is_(None),
            Booking.agreement_asked_at.is_not(None),
            Booking.state.in_(ASKED_IN),
            CourseSession.starts_at > clock.now(),
        )
        .order_by(Booking.agreement_until, Booking.id)
    )


def booking_to_answer(viewer: Viewer, ref: str, *, at_desk: bool) -> Booking | None:
    """The booking with this reference that was asked about, answered or not, if `viewer` may answer for it."""
    return db.session.scalar(
        _answerable(viewer, at_desk=at_desk)
        .where(Booking.ref == ref.strip().upper(), Booking.agreement == Agreement.ASKED)
        .options(
            joinedload(Booking.course_session).options(
                joinedload(CourseSession.venue), selectinload(CourseSession.parts)
            )
        )
    )


def _answerable(viewer: Viewer, *, at_desk: bool) -> Select[Booking]:
    return (
        select(Booking)
        .join(Booking.course_session)
        .outerjoin(Employment, Employment.id == Booking.employment_id)
        .where(_reach(viewer, at_desk))
        .options(
            joinedload(Booking.person),
            joinedload(Booking.agency),
            joinedload(Booking.employment),
            joinedload(Booking.course_session).joinedload(CourseSession.course),
        )
    )


def _reach(viewer: Viewer, at_desk: bool) -> ColumnElement[bool]:
    if at_desk:
        return true() if viewer.works_at_desk else false()
    if not viewer.has(Role.AGENCY_LEAD):
        return false()
    return (
        Employment.agency_id.in_(lead_agencies(viewer))
        & Employment.standing.in_(SETTLED)
        & (Booking.person_id != viewer.person_id)
    )
