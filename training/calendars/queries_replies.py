"""What calendars answered: about one booking, for the people of a session, and what the officer should know of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from training.bookings.models import Booking, BookingState, CalendarEntry
from training.calendars.models import PARTICIPATION_LABELS, CalendarReply, Participation
from training.calendars.operations_replies import IN_FORCE
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Person
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment
from training.web.formats import listing, short_day


@dataclass(frozen=True)
class Declined:
    """Somebody whose calendar declined, and nobody has said yet what that means."""

    person_ref: str
    person: str
    session_ref: str
    title: str
    starts_at: datetime
    received_at: datetime
    booking_ref: str
    """Empty for a trainer."""


def declined_at(booking: Booking) -> datetime | None:
    """When the calendar declined, where nobody has said what that means; None for a booking without a place too."""
    if booking.state is not BookingState.CONFIRMED or clock.now() >= booking.course_session.starts_at:
        return None
    return db.session.scalar(
        select(func.max(CalendarReply.received_at))
        .join(CalendarReply.entry)
        .where(CalendarEntry.booking_id == booking.id, *_UNSETTLED)
    )


def answers_in_words(booking_ids: Sequence[int]) -> dict[int, str]:
    """What the calendars of these bookings answered: “Calendar: accepted”, “Calendar: declined, asked on 3 Dec”."""
    rows = db.session.execute(
        select(CalendarEntry.booking_id, CalendarReply.answer, CalendarReply.received_at, CalendarReply.settled_at)
        .join(CalendarReply.entry)
        .where(CalendarEntry.booking_id.in_(booking_ids), *IN_FORCE)
        .order_by(CalendarReply.id)
    )
    said: dict[int, dict[str, None]] = {}
    for booking_id, answer, received_at, settled_at in rows:
        if booking_id is not None:
            said.setdefault(booking_id, {})[_in_words(answer, received_at, settled_at)] = None
    return {key: f"Calendar: {listing(words)}" for key, words in said.items()}


def declined_invitations(viewer: Viewer) -> list[Declined]:
    """Everybody with a place on, or teaching, a session to come whose calendar declined, the nearest session first."""
    if not viewer.works_at_desk:
        return []
    columns = (
        Person.ref, Person.given_name, Person.family_name, CourseSession.ref, Course.title, CourseSession.starts_at,
        func.max(CalendarReply.received_at),
    )  # fmt: skip
    grouped = columns[:-1]
    is_coming = (CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > clock.now())
    bookings = (
        select(*columns, Booking.ref)
        .select_from(CalendarReply)
        .join(CalendarReply.entry)
        .join(Booking, Booking.id == CalendarEntry.booking_id)
        .join(Person, Person.id == Booking.person_id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(Booking.state == BookingState.CONFIRMED, *is_coming, *_UNSETTLED)
        .group_by(*grouped, Booking.ref)
    )
    trainers = (
        select(*columns)
        .select_from(CalendarReply)
        .join(CalendarReply.entry)
        .join(TrainerAssignment, TrainerAssignment.id == CalendarEntry.assignment_id)
        .join(Person, Person.id == TrainerAssignment.person_id)
        .join(CourseSession, CourseSession.id == TrainerAssignment.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(TrainerAssignment.state == AssignmentState.ACCEPTED, *is_coming, *_UNSETTLED)
        .group_by(*grouped)
    )
    rows = [*db.session.execute(bookings), *((*row, "") for row in db.session.execute(trainers))]
    found = [
        Declined(person_ref, f"{given} {family}", ref, title, starts, received, booking_ref)
        for person_ref, given, family, ref, title, starts, received, booking_ref in rows
    ]
    return sorted(found, key=lambda one: (one.starts_at, one.session_ref, one.person_ref))


_UNSETTLED: tuple[ColumnElement[bool], ...] = (
    *IN_FORCE,
    CalendarReply.answer == Participation.DECLINED,
    CalendarReply.settled_at.is_(None),
)


def _in_words(answer: Participation, received_at: datetime, settled_at: datetime | None) -> str:
    words = PARTICIPATION_LABELS[answer].lower()
    if answer is not Participation.DECLINED:
        return words
    return f"{words}, but they come" if settled_at else f"{words} on {short_day(received_at)}, place kept"
