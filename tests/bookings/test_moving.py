"""Another date, another person, several dates at once: nobody loses a place they have, and every place goes on."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.invariants import broken_invariants, calendars_out_of_step
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session, viewer_of
from training.bookings.checks import two_places_for_one_wait
from training.bookings.models import Booking, BookingState, CourseWait
from training.bookings.models_agencies import AgencyLimit
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_course_waits import change_wait, leave_wait, wait_for_course
from training.bookings.operations_moving import move_booking
from training.bookings.operations_substitution import send_colleague
from training.changes.operations_capacity import change_capacity
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND
from training.people.models import Person
from training.schedule.models import CourseSession

FIRST, SECOND, THIRD = date(2026, 11, 23), date(2026, 12, 7), date(2026, 12, 14)


@pytest.fixture
def dates(app: Flask, wall_clock: WallClock) -> list[CourseSession]:
    """Three dates of one course with one place each, three weeks ahead."""
    wall_clock.set("2026-11-02 10:00")
    course = make_course()
    sessions = [make_session(course=course, on=on, capacity=1) for on in (FIRST, SECOND, THIRD)]
    db.session.commit()
    return sessions


def book(course_session: CourseSession, person: Person) -> Booking:
    booking = book_place(COMMAND, course_session.id, person.id, declared=True)
    db.session.commit()
    return booking


def kinds_to(person: Person) -> list[str]:
    """What was written to the person, in order."""
    kinds = select(OutboxMessage.kind).where(OutboxMessage.person_id == person.id).order_by(OutboxMessage.id)
    return [kind.removeprefix("bookings.") for kind in db.session.scalars(kinds)]


def all_is_well(*sessions: CourseSession) -> None:
    """Check the invariants of every session."""
    for one in sessions:
        assert broken_invariants(one.id) == []
        assert calendars_out_of_step(one.id) == []


def test_moving_to_a_free_date_gives_the_place_up_and_on_in_one_deed(dates: list[CourseSession]) -> None:
    mover, waits = make_person(), make_person()
    first, waiting = book(dates[0], mover), book(dates[0], waits)
    moved = move_booking(viewer_of(mover), first.id, dates[1].id)
    db.session.commit()
    assert (moved.state, first.state, first.cancelled_by) == (
        BookingState.CONFIRMED,
        BookingState.CANCELLED,
        CancelledBy.MOVED,
    )
    assert not first.is_late
    assert waiting.state is BookingState.CONFIRMED
    assert kinds_to(mover) == ["confirmation", "moved-away", "confirmation"]
    all_is_well(*dates)


def test_moving_to_a_full_date_keeps_the_present_place_until_one_is_free(dates: list[CourseSession]) -> None:
    mover, other = make_person(), make_person()
    first, blocking = book(dates[0], mover), book(dates[1], other)
    wanted = move_booking(viewer_of(mover), first.id, dates[1].id)
    db.session.commit()
    assert (wanted.state, first.state) == (BookingState.WAITING, BookingState.CONFIRMED)
    assert "You keep your place on Monday 23 November 2026" in _last_text(mover)
    with pytest.raises(Refused, match="waiting to move already"):
        move_booking(viewer_of(mover), first.id, dates[2].id)
    db.session.rollback()
    cancel_booking(viewer_of(other), blocking.id)
    db.session.commit()
    assert (wanted.state, first.state) == (BookingState.CONFIRMED, BookingState.CANCELLED)
    all_is_well(*dates)


def test_two_people_who_wait_for_each_other_s_date_both_move_once_one_place_is_free(
    dates: list[CourseSession],
) -> None:
    ann, ben, third = make_person(), make_person(), make_person()
    of_ann, of_ben = book(dates[0], ann), book(dates[1], ben)
    to_second = move_booking(COMMAND, of_ann.id, dates[1].id)
    to_first = move_booking(COMMAND, of_ben.id, dates[0].id)
    behind = book(dates[1], third)
    cancel_booking(COMMAND, of_ann.id)
    db.session.commit()
    assert to_first.state is BookingState.CONFIRMED
    assert to_second.state is BookingState.CONFIRMED
    assert behind.state is BookingState.WAITING
    all_is_well(*dates)


def test_a_move_after_the_cut_off_counts_as_late(dates: list[CourseSession], wall_clock: WallClock) -> None:
    mover = make_person()
    first = book(dates[0], mover)
    wall_clock.set("2026-11-20 10:00")
    move_booking(viewer_of(mover), first.id, dates[1].id)
    db.session.commit()
    assert first.is_late
    assert "so it counts as late" in _text_of(mover, "moved-away")


def test_only_dates_of_the_same_course_can_be_moved_to(dates: list[CourseSession]) -> None:
    mover, elsewhere = make_person(), make_session(on=SECOND)
    first = book(dates[0], mover)
    with pytest.raises(Refused, match="another date of the same course"):
        move_booking(viewer_of(mover), first.id, elsewhere.id)
    db.session.rollback()
    with pytest.raises(LookupError):
        move_booking(viewer_of(make_person()), first.id, dates[1].id)


def test_a_colleague_takes_the_place_past_the_waiting_list(dates: list[CourseSession]) -> None:
    agency = make_agency()
    sender, colleague, waits = (make_person(agency=agency) for _ in range(3))
    first, waiting = book(dates[0], sender), book(dates[0], waits)
    taken = send_colleague(viewer_of(sender), first.id, colleague.id, declared=True)
    db.session.commit()
    assert (taken.state, first.state, waiting.state) == (
        BookingState.CONFIRMED,
        BookingState.REPLACED,
        BookingState.WAITING,
    )
    assert (first.replaced_by_id, taken.agency_id, first.is_late) == (taken.id, agency.id, False)
    assert kinds_to(sender)[-1] == "replaced"
    assert "cannot come" in _text_of(colleague, "sent-by-colleague")
    all_is_well(dates[0])


def test_a_colleague_on_the_waiting_list_takes_the_place_with_the_booking_they_have(
    dates: list[CourseSession],
) -> None:
    agency = make_agency()
    sender, colleague = make_person(agency=agency), make_person(agency=agency)
    first, waiting = book(dates[0], sender), book(dates[0], colleague)
    taken = send_colleague(viewer_of(sender), first.id, colleague.id, declared=True)
    db.session.commit()
    assert (taken.id, taken.state) == (waiting.id, BookingState.CONFIRMED)
    all_is_well(dates[0])


def test_only_the_desk_sends_somebody_from_another_agency(dates: list[CourseSession]) -> None:
    sender, stranger = make_person(agency=make_agency()), make_person(agency=make_agency())
    first = book(dates[0], sender)
    with pytest.raises(Refused, match="not known to work there"):
        send_colleague(viewer_of(sender), first.id, stranger.id, declared=True)
    db.session.rollback()
    taken = send_colleague(COMMAND, first.id, stranger.id, declared=True)
    db.session.commit()
    assert taken.agency_id == stranger.employments[0].agency_id


def test_whoever_waits_for_several_dates_leaves_the_other_lists_with_the_first_place(
    dates: list[CourseSession],
) -> None:
    blockers = [make_person() for _ in dates]
    blocking = [book(one, person) for one, person in zip(dates, blockers, strict=True)]
    person = make_person()
    wait = _wait(person, dates, [dates[1].id, dates[0].id])
    waiting = list(db.session.scalars(select(Booking).where(Booking.person_id == person.id)))
    assert [one.state for one in waiting] == [BookingState.WAITING] * 2
    assert kinds_to(person) == ["waiting-for-course"]
    assert "* first choice: Monday 7 December 2026\n* second choice: Monday 23 November 2026" in _last_text(person)
    cancel_booking(COMMAND, blocking[0].id)
    db.session.commit()
    by_session = {one.session_id: one for one in waiting}
    assert by_session[dates[0].id].state is BookingState.CONFIRMED
    other = by_session[dates[1].id]
    assert (other.state, other.cancelled_by) == (BookingState.CANCELLED, CancelledBy.OTHER_DATE)
    assert wait.ended_at is not None
    all_is_well(*dates)


def test_a_free_date_among_those_chosen_is_booked_at_once(dates: list[CourseSession]) -> None:
    book(dates[0], make_person())
    person = make_person()
    wait = _wait(person, dates, [dates[0].id, dates[2].id])
    states = {
        one.session_id: one.state for one in db.session.scalars(select(Booking).where(Booking.person_id == person.id))
    }
    assert states == {dates[0].id: BookingState.CANCELLED, dates[2].id: BookingState.CONFIRMED}
    assert wait.ended_at is not None
    assert kinds_to(person) == ["confirmation"]
    all_is_well(*dates)


def test_the_dates_waited_for_can_be_changed_and_left(dates: list[CourseSession]) -> None:
    for one in dates:
        book(one, make_person())
    person = make_person()
    wait = _wait(person, dates, [dates[0].id, dates[1].id])
    since = _waiting_since(person, dates[1])
    change_wait(viewer_of(person), wait.id, [dates[1].id, dates[2].id], tell_new_dates=False, declared=True)
    db.session.commit()
    assert [one.session_id for one in _waiting(person)] == [dates[1].id, dates[2].id]
    assert _waiting_since(person, dates[1]) == since
    leave_wait(viewer_of(person), wait.id)
    db.session.commit()
    assert (_waiting(person), wait.ended_at is None) == ([], False)
    with pytest.raises(Refused, match="no longer wait"):
        leave_wait(viewer_of(person), wait.id)
    all_is_well(*dates)


def test_whoever_loses_the_place_that_ended_a_wait_waits_for_that_date_alone(dates: list[CourseSession]) -> None:
    book(dates[0], make_person())
    person = make_person()
    _wait(person, dates, [dates[0].id, dates[1].id])
    confirmed = select(Booking).where(Booking.person_id == person.id, Booking.state == BookingState.CONFIRMED)
    placed = db.session.scalars(confirmed).one()
    change_capacity(COMMAND, dates[1].id, 0, to_list=[placed.id], reason="A smaller room")
    db.session.commit()
    assert (placed.state, placed.course_wait_id, placed.preference) == (BookingState.WAITING, None, None)
    assert list(two_places_for_one_wait()) == []
    change_capacity(COMMAND, dates[1].id, 1)
    db.session.commit()
    assert placed.state is BookingState.CONFIRMED
    all_is_well(*dates)


@pytest.mark.parametrize("count", [0, 11])
def test_a_wait_says_for_what(dates: list[CourseSession], count: int) -> None:
    person = make_person()
    with pytest.raises(Refused):
        wait_for_course(
            viewer_of(person),
            dates[0].course_id,
            person.id,
            None,
            list(range(count)),
            tell_new_dates=False,
            declared=True,
        )


def _wait(person: Person, dates: list[CourseSession], session_ids: list[int]) -> CourseWait:
    course_id = dates[0].course_id
    wait = wait_for_course(
        viewer_of(person), course_id, person.id, None, session_ids, tell_new_dates=False, declared=True
    )
    db.session.commit()
    return wait


def _waiting(person: Person) -> list[Booking]:
    found = select(Booking).where(Booking.person_id == person.id, Booking.state == BookingState.WAITING)
    return list(db.session.scalars(found.order_by(Booking.preference)))


def _waiting_since(person: Person, course_session: CourseSession) -> object:
    return next(one.waiting_since for one in _waiting(person) if one.session_id == course_session.id)


def _last_text(person: Person) -> str:
    texts = select(OutboxMessage.body_text).where(OutboxMessage.person_id == person.id).order_by(OutboxMessage.id)
    return db.session.scalars(texts).all()[-1]


def _text_of(person: Person, kind: str) -> str:
    wanted = (OutboxMessage.person_id == person.id, OutboxMessage.kind == f"bookings.{kind}")
    return db.session.scalars(select(OutboxMessage.body_text).where(*wanted)).one()


def test_a_colleague_of_another_agency_leaves_the_room_of_a_limit_to_who_waits(dates: list[CourseSession]) -> None:
    agency = make_agency()
    sender, waits, stranger = make_person(agency=agency), make_person(agency=agency), make_person(agency=make_agency())
    dates[0].capacity = 3
    db.session.add(AgencyLimit(session_id=dates[0].id, agency_id=agency.id, most=1))
    db.session.commit()
    first, waiting = book(dates[0], sender), book(dates[0], waits)
    assert waiting.state is BookingState.WAITING
    send_colleague(COMMAND, first.id, stranger.id, declared=True)
    db.session.commit()
    assert waiting.state is BookingState.CONFIRMED
    all_is_well(dates[0])
