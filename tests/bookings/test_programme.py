"""What the programme counts and finds, asked without a page."""

from datetime import date, timedelta

from flask import Flask

from tests.factories import make_booking, make_course, make_person, make_session, number
from training.bookings.models import HOLDING, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.queries_programme import (
    ProgrammeFilters,
    course_cards,
    last_ran_at,
    next_sessions,
    own_booking,
    places_taken,
    sessions_of_course,
    sittings_between,
)
from training.bookings.rules import Refusal
from training.catalogue.models import Course, CourseKind, CourseStatus, Mode, Priority
from training.core import clock
from training.core.database import db
from training.core.viewer import ANONYMOUS
from training.people.models_workforce import WorkforceGroup
from training.schedule.models import CourseSession, SessionStatus

SOON = clock.today() + timedelta(days=10)
LATER = clock.today() + timedelta(days=40)


def refs(**wanted: object) -> list[str]:
    filters = ProgrammeFilters(**wanted)  # type: ignore[arg-type]
    return [row.ref for row in next_sessions(ANONYMOUS, 50, filters)]


def fill(course_session: CourseSession, *states: BookingState) -> None:
    now = clock.now()
    for state in states:
        make_booking(
            course_session,
            make_person(),
            state=state,
            waiting_since=now if state is BookingState.WAITING else None,
            offered_until=now + timedelta(hours=4) if state is BookingState.OFFERED else None,
            held_until=now + timedelta(minutes=30) if state is BookingState.HELD else None,
            agreement_until=now + timedelta(days=2) if state is BookingState.AWAITING_AGREEMENT else None,
            cancelled_at=now if state is BookingState.CANCELLED else None,
            cancelled_by=CancelledBy.PERSON if state is BookingState.CANCELLED else None,
        )


def test_places_are_taken_by_every_state_that_holds_one_and_by_no_other(app: Flask) -> None:
    session, empty = make_session(on=SOON, capacity=10), make_session(on=LATER)
    fill(session, *HOLDING, BookingState.WAITING, BookingState.APPLIED, BookingState.CANCELLED, BookingState.LAPSED)
    assert places_taken(ANONYMOUS, [session.id, empty.id]) == {session.id: 4, empty.id: 0}
    assert places_taken(ANONYMOUS, []) == {}
    row = next_sessions(ANONYMOUS, 1)[0]
    assert (row.ref, row.held, row.free) == (session.ref, 4, 6)


def test_only_published_sessions_to_come_are_in_the_programme(app: Flask) -> None:
    shown = make_session(on=SOON)
    make_session(on=SOON, status=SessionStatus.DRAFT, published_at=None)
    make_session(on=SOON, status=SessionStatus.CALLED_OFF, called_off_at=clock.now())
    make_session(on=clock.today() - timedelta(days=1))
    make_session(make_course(kind=CourseKind.MEETING), on=SOON)
    assert refs() == [shown.ref]


def test_a_session_of_several_days_says_so(app: Flask) -> None:
    session = make_session(on=SOON, days=3)
    row = next_sessions(ANONYMOUS, 1)[0]
    assert (row.parts, row.starts_at, row.ends_at) == (3, session.starts_at, session.ends_at)
    assert row.first_ends_at == session.parts[0].ends_at


def test_filters_narrow_and_combine(app: Flask) -> None:
    neglect = make_session(make_course("Neglect"), on=SOON, capacity=1)
    online = make_session(make_course("Online safety", mode=Mode.VIRTUAL, kind=CourseKind.BRIEFING), on=LATER)
    hybrid = make_session(make_course("Hybrid day", mode=Mode.HYBRID), on=LATER)
    fill(neglect, BookingState.CONFIRMED)
    assert refs(words="NEGLÉCT") == [neglect.ref]
    assert refs(start=LATER) == refs(places=True) == [online.ref, hybrid.ref]
    assert refs(end=SOON) == [neglect.ref]
    assert refs(mode=Mode.FACE_TO_FACE) == [neglect.ref, hybrid.ref]
    assert refs(mode=Mode.VIRTUAL) == [online.ref, hybrid.ref]
    assert refs(kind=CourseKind.BRIEFING) == [online.ref]
    assert refs(mode=Mode.VIRTUAL, kind=CourseKind.COURSE, places=True) == [hybrid.ref]


def test_a_course_for_some_is_found_by_them_and_one_for_everybody_by_all(app: Flask) -> None:
    group = WorkforceGroup(number=number(), name="Social workers")
    other = WorkforceGroup(number=number(), name="Volunteers")
    db.session.add_all([group, other])
    for_some = make_session(make_course(audience=[group]), on=SOON)
    for_all = make_session(on=LATER)
    assert refs(audience=group.number) == [for_some.ref, for_all.ref]
    assert refs(audience=other.number) == [for_all.ref]


def test_a_priority_finds_the_courses_that_serve_it(app: Flask) -> None:
    priority = Priority(name="Neglect", from_on=date(2020, 4, 1))
    session = make_session(make_course(priority=priority), on=SOON)
    make_session(on=SOON)
    assert refs(priority_id=priority.id) == [session.ref]


def test_places_that_cannot_be_booked_now_are_not_places_left(app: Flask) -> None:
    not_yet = make_session(on=SOON, booking_opens_at=clock.now() + timedelta(days=1))
    closed = make_session(on=LATER, booking_closes_at=clock.now() - timedelta(days=1))
    assert refs() == [not_yet.ref, closed.ref]
    assert refs(places=True) == []
    assert [row.refusal for row in next_sessions(ANONYMOUS, 2)] == [Refusal.NOT_OPEN_YET, Refusal.CLOSED]


def test_courses_are_listed_with_their_next_date_or_without_any(app: Flask) -> None:
    twice = make_course("Neglect")
    first, _ = make_session(twice, on=SOON), make_session(twice, on=LATER)
    make_course("Adultification")
    make_course("Drafted", status=CourseStatus.DRAFT)
    make_course("Board", kind=CourseKind.MEETING)

    def cards(**wanted: object) -> list[tuple[str, int]]:
        filters = ProgrammeFilters(**wanted)  # type: ignore[arg-type]
        return [(card.title, card.dates) for card in course_cards(ANONYMOUS, filters)]

    assert cards() == [("Adultification", 0), ("Neglect", 2)]
    assert cards(end=SOON) == [("Neglect", 1)]
    assert cards(words="adult") == [("Adultification", 0)]
    assert course_cards(ANONYMOUS, ProgrammeFilters())[1].next_at == first.starts_at


def test_a_month_shows_each_sitting_on_its_day_past_ones_too(app: Flask) -> None:
    days = make_session(make_course("Neglect"), on=SOON, days=2, capacity=3)
    past = make_session(on=clock.today() - timedelta(days=2), status=SessionStatus.FINISHED)
    make_session(on=SOON, status=SessionStatus.DRAFT, published_at=None)
    fill(days, BookingState.CONFIRMED)
    second = SOON + timedelta(days=1)
    found = sittings_between(ANONYMOUS, second, second, ProgrammeFilters())
    assert [(row.ref, row.number, row.parts, row.free, row.is_past) for row in found] == [(days.ref, 2, 2, 2, False)]
    all_of_them = sittings_between(ANONYMOUS, past.parts[0].on, second, ProgrammeFilters())
    assert [(row.ref, row.is_past) for row in all_of_them] == [(past.ref, True), (days.ref, False), (days.ref, False)]


def test_when_a_course_last_ran(app: Flask) -> None:
    course: Course = make_course()
    assert last_ran_at(ANONYMOUS, course.id) is None
    past = make_session(course, on=clock.today() - timedelta(days=2), status=SessionStatus.FINISHED)
    coming = make_session(course, on=SOON)
    assert last_ran_at(ANONYMOUS, course.id) == past.ends_at
    assert [row.ref for row in sessions_of_course(ANONYMOUS, course.id)] == [coming.ref]
    assert own_booking(ANONYMOUS, coming.id) is None
