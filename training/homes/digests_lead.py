"""What a lead reads on Monday: who of theirs comes next, who waits, who was absent, what is asked of them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from training.attendance.models import Mark, Presence, Register
from training.bookings.models import Booking, BookingState
from training.bookings.queries_asked import waiting_for_answer
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.homes.digest_sections import Section
from training.people.models import Person
from training.people.queries import lead_agencies, led_since
from training.people.queries_agency import jobs_to_confirm, managers_to_confirm
from training.people.queries_leads import open_requests
from training.schedule.models import CourseSession, SessionPart, SessionStatus
from training.web.formats import count, listing, short_day

AHEAD = timedelta(days=14)
BACK = timedelta(days=7)
WAITS = (BookingState.WAITING, BookingState.APPLIED, BookingState.OFFERED)
NAMED = 8
"""How many people of one session are named."""


def lead_sections(viewer: Viewer) -> list[Section]:
    """The sections of the lead's digest; those without rows have nothing to say."""
    booked, waiting, absent = _coming(viewer, (BookingState.CONFIRMED,)), _coming(viewer, WAITS), _absent(viewer)
    asked = _asked(viewer)
    return [
        Section(f"{booked[0]} booked", "Booked in the next two weeks", booked[1]),
        Section(f"{waiting[0]} waiting", "Waiting for a place", waiting[1]),
        Section(f"{absent[0]} not there", "Marked as not attended last week", absent[1]),
        Section(f"{len(asked)} to answer", "Waiting for you", asked),
    ]


def _coming(viewer: Viewer, states: Sequence[BookingState]) -> tuple[int, list[str]]:
    """How many people, and a row for each session; who is booked for the next weeks, who waits for any date."""
    wanted = [CourseSession.starts_at > clock.now()]
    if states == (BookingState.CONFIRMED,):
        wanted.append(CourseSession.starts_at < clock.now() + AHEAD)
    rows = db.session.execute(
        select(CourseSession.id, CourseSession.starts_at, Course.title, Person.given_name, Person.family_name)
        .select_from(Booking)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.agency_id.in_(lead_agencies(viewer)), Booking.state.in_(states), *wanted)
        .where(CourseSession.status == SessionStatus.PUBLISHED)
        .order_by(CourseSession.starts_at, CourseSession.id, Person.sort_key, Booking.id)
    ).all()
    sessions: dict[int, tuple[str, list[str]]] = {}
    for key, starts_at, title, given, family in rows:
        sessions.setdefault(key, (f"{short_day(starts_at)}, {title}", []))[1].append(f"{given} {family}")
    return len(rows), [f"{when}: {_names(names)}" for when, names in sessions.values()]


def _absent(viewer: Viewer) -> tuple[int, list[str]]:
    """Who was marked as not attended in a register closed last week; not from before the lead's agency had theirs."""
    led = led_since(viewer)
    first = func.min(SessionPart.on)
    rows = db.session.execute(
        select(Person.given_name, Person.family_name, Course.title, first, Booking.agency_id)
        .select_from(Mark)
        .join(Booking, Booking.id == Mark.booking_id)
        .join(SessionPart, SessionPart.id == Mark.part_id)
        .join(Register, Register.part_id == SessionPart.id)
        .join(CourseSession, CourseSession.id == SessionPart.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .join(Person, Person.id == Booking.person_id)
        .where(Mark.presence == Presence.ABSENT, Register.closed_at >= clock.now() - BACK)
        .where(Booking.agency_id.in_(led), Booking.state == BookingState.CONFIRMED)
        .group_by(Booking.id, Booking.agency_id, Person.id, Person.given_name, Person.family_name, Course.title)
        .order_by(first, Person.sort_key, Booking.id)
    ).all()
    found = [
        f"{given} {family}: {title}, {short_day(on)}"
        for given, family, title, on, agency_id in rows
        if agency_id is not None and ((since := led.get(agency_id)) is None or on >= since)
    ]
    return len(found), found


def _asked(viewer: Viewer) -> list[str]:
    """What waits for the lead's answer, a row for each kind."""
    agreements = db.session.scalar(
        select(func.count()).select_from(waiting_for_answer(viewer, at_desk=False).order_by(None).subquery())
    )
    counts = (
        (agreements or 0, "booking to agree to", "bookings to agree to"),
        (len(jobs_to_confirm(viewer, at_desk=False)), "person who says they work for you", "people who say they do"),
        (len(managers_to_confirm(viewer, at_desk=False)), "line manager to confirm", "line managers to confirm"),
        (len(open_requests(viewer, at_desk=False)), "request to lead or stand in", "requests to lead or stand in"),
    )
    return [count(number, noun, many) for number, noun, many in counts if number]


def _names(names: list[str]) -> str:
    more = len(names) - NAMED
    return listing([*names[:NAMED], f"{more} more"] if more > 0 else names)
