"""Correct under fire: real processes on real databases never book more than there are places."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select, update

from tests.bookings.invariants import broken_invariants
from tests.bookings.race import Deed, Outcome, run_at_once
from tests.factories import make_agency, make_course, make_person, make_session
from training.agencies.models import Agency
from training.allotment.operations import allot_places
from training.bookings.models import Booking, BookingState, Reservation
from training.bookings.models_allotment import Allotment
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_agreements import agree
from training.bookings.operations_moving import move_booking
from training.bookings.operations_substitution import send_colleague
from training.bookings.places import locked_session, promote_waiting
from training.bookings.ticks_agreements import lapse_agreement
from training.catalogue.models import Agreement, Course
from training.changes.operations_capacity import change_capacity
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, WORKER, Viewer, ViewerKind
from training.groups.operations import Named, book_group
from training.groups.operations_reservations import lapse_reservation, name_somebody, reserve_places

PROCESSES = 16


def _book(session_id: int, person_id: int) -> str:
    return book_place(COMMAND, session_id, person_id, declared=True).state


def _cancel(booking_id: int) -> str:
    return cancel_booking(COMMAND, booking_id, "").state


def _resize(session_id: int, capacity: int) -> int:
    return change_capacity(COMMAND, session_id, capacity).capacity


def _move(booking_id: int, session_id: int) -> str:
    return move_booking(COMMAND, booking_id, session_id).state


def _send(booking_id: int, person_id: int) -> str:
    return send_colleague(COMMAND, booking_id, person_id, declared=True).state


def _agree(booking_id: int) -> str:
    by_link = Viewer(ViewerKind.LINK, link_opens=(Booking.__tablename__, booking_id))
    return agree(by_link, booking_id).state


def _book_group(session_id: int, people: list[int]) -> int:
    outcome = book_group(COMMAND, session_id, [Named(key) for key in people], together=True, declared=True)
    return outcome.with_state(BookingState.CONFIRMED)


def _to_list(session_id: int, capacity: int, leaving: list[int]) -> int:
    session = change_capacity(COMMAND, session_id, capacity, to_list=leaving, reason="A smaller room")
    return session.capacity


def _pass_on(session_id: int) -> int:
    return len(promote_waiting(WORKER, locked_session(session_id)))


def _allot(session_id: int) -> bool:
    return allot_places(WORKER, session_id) is not None


def _booked(session_id: int, people: list[int]) -> list[int]:
    keys = [book_place(COMMAND, session_id, person, declared=True).id for person in people]
    db.session.commit()
    return keys


def _people(number: int, agency: Agency | None = None) -> list[int]:
    keys = [make_person(agency=agency).id for _ in range(number)]
    db.session.commit()
    return keys


def _states(session_id: int) -> Counter[BookingState]:
    return Counter(db.session.scalars(select(Booking.state).where(Booking.session_id == session_id)))


def _state(booking_id: int) -> BookingState:
    return db.session.get_one(Booking, booking_id, populate_existing=True).state


def _name(reservation_id: int, person_id: int) -> str:
    return name_somebody(COMMAND, reservation_id, person_id, declared=True).state


def _abouts(bookings: list[int]) -> list[str]:
    return [f"booking:{key}" for key in bookings]


def _warm_up(course: Course) -> None:
    """Do once what every process does slowly the first time, so that it is not done sixteen times under the lock."""
    book_place(COMMAND, make_session(course).id, make_person().id, declared=True)
    db.session.rollback()


def _no_errors(outcomes: list[Outcome]) -> None:
    errors = [outcome.error for outcome in outcomes if outcome.error]
    assert not errors, errors[0]


def test_eighty_attempts_by_sixteen_processes_for_ten_places_book_exactly_ten(app: Flask) -> None:
    course_session = make_session(capacity=10)
    people = [make_person().id for _ in range(64)]
    session_id = course_session.id
    db.session.commit()
    _warm_up(course_session.course)
    # Sixteen of the people try twice, from two processes.
    attempts = [*people, *people[:16]]
    random.Random(80).shuffle(attempts)
    deeds: list[list[Deed]] = [
        [partial(_book, session_id, person) for person in attempts[start::PROCESSES]] for start in range(PROCESSES)
    ]

    outcomes = run_at_once(app, deeds)

    _no_errors(outcomes)
    assert len(outcomes) == 80
    assert Counter(outcome.returned for outcome in outcomes) == {"confirmed": 10, "waiting": 54, "": 16}
    refusals = [outcome.refused for outcome in outcomes if outcome.refused]
    assert len(refusals) == 16
    assert all(sentence.startswith("This person is already") for sentence in refusals)
    states = Counter(db.session.scalars(select(Booking.state).where(Booking.session_id == session_id)))
    assert states == {BookingState.CONFIRMED: 10, BookingState.WAITING: 54}
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 64
    assert broken_invariants(session_id) == []


def test_booking_cancelling_and_changing_capacity_at_once_keep_every_invariant(app: Flask) -> None:
    course_session = make_session(capacity=10)
    other = make_session(course_session.course, capacity=3)
    people = [make_person().id for _ in range(60)]
    db.session.commit()
    session_id, other_id = course_session.id, other.id
    bookings = [book_place(COMMAND, session_id, person, declared=True).id for person in people[:30]]
    db.session.commit()
    chance = random.Random(7)
    todo: list[Deed] = [
        *(partial(_cancel, booking) for booking in bookings[:24]),
        *(partial(_cancel, booking) for booking in bookings[:6]),
        *(partial(_book, session_id, person) for person in people[20:60]),
        *(partial(_book, other_id, person) for person in people[:20]),
        *(partial(_resize, session_id, capacity) for capacity in (8, 12, 9, 14, 10, 11, 7, 13)),
        *(partial(_resize, other_id, capacity) for capacity in (1, 5, 2, 4)),
    ]
    chance.shuffle(todo)

    outcomes = run_at_once(app, [todo[start::PROCESSES] for start in range(PROCESSES)])

    _no_errors(outcomes)
    assert len(outcomes) == len(todo)
    refused_twice = [o for o in outcomes if o.refused.startswith("This booking has ended")]
    assert len(refused_twice) == 6
    assert broken_invariants(session_id) == []
    assert broken_invariants(other_id) == []


def test_places_that_are_cancelled_and_passed_on_at_once_go_to_one_person_each(app: Flask) -> None:
    session_id = make_session(capacity=6).id
    bookings = _booked(session_id, _people(20))

    sweeps: list[list[Deed]] = [[partial(_pass_on, session_id)] * 4] * 3
    outcomes = run_at_once(app, [*([partial(_cancel, key)] for key in bookings[:5]), *sweeps])

    _no_errors(outcomes)
    assert _states(session_id) == {BookingState.CANCELLED: 5, BookingState.CONFIRMED: 6, BookingState.WAITING: 9}
    told = select(OutboxMessage.stream).where(OutboxMessage.kind == "bookings.promoted")
    streams = db.session.scalars(told).all()
    assert len(streams) == len(set(streams)) == 5
    assert broken_invariants(session_id) == []


def test_a_yes_and_the_end_of_its_time_come_to_one_of_the_two(app: Flask) -> None:
    session_id = make_session(make_course(agreement=Agreement.ASKED), capacity=6).id
    bookings = _booked(session_id, _people(9))
    over = (
        update(Booking).where(Booking.id.in_(bookings[:6])).values(agreement_until=clock.now() - timedelta(minutes=1))
    )
    db.session.execute(over)
    db.session.commit()

    deeds = [[partial(_agree, key), partial(lapse_agreement, WORKER, key)] for key in bookings[:6]]
    outcomes = run_at_once(app, [*deeds[:3], *(list(reversed(pair)) for pair in deeds[:3]), *deeds[3:]])

    _no_errors(outcomes)
    for key in bookings[:6]:
        booking = db.session.get_one(Booking, key, populate_existing=True)
        assert booking.state in (BookingState.CONFIRMED, BookingState.LAPSED)
        assert (booking.agreed_at is not None) == (booking.state is BookingState.CONFIRMED)
    kinds = Counter(
        db.session.scalars(select(OutboxMessage.kind).where(OutboxMessage.about.in_(_abouts(bookings[:6]))))
    )
    ended = sum(_state(key) is BookingState.LAPSED for key in bookings[:6])
    assert kinds["bookings.confirmation"] == 6 - ended
    assert broken_invariants(session_id) == []


def test_of_two_officers_who_take_places_away_at_once_the_second_is_told(app: Flask) -> None:
    session_id = make_session(capacity=10).id
    bookings = _booked(session_id, _people(12))

    outcomes = run_at_once(
        app,
        [[partial(_to_list, session_id, 8, bookings[:2])], [partial(_to_list, session_id, 8, bookings[1:3])]],
    )

    _no_errors(outcomes)
    assert sorted(outcome.returned for outcome in outcomes) == ["", "8"]
    assert _states(session_id) == {BookingState.CONFIRMED: 8, BookingState.WAITING: 4}
    assert broken_invariants(session_id) == []


def test_groups_that_come_together_and_single_people_share_the_last_places(app: Flask) -> None:
    session_id = make_session(capacity=7).id
    groups, singles = [_people(3) for _ in range(3)], _people(6)

    outcomes = run_at_once(
        app,
        [
            *([partial(_book_group, session_id, people)] for people in groups),
            *([partial(_book, session_id, person)] for person in singles),
        ],
    )

    _no_errors(outcomes)
    confirmed = select(Booking.group_id, func.count()).where(
        Booking.session_id == session_id, Booking.state == BookingState.CONFIRMED
    )
    by_group = [(row[0], row[1]) for row in db.session.execute(confirmed.group_by(Booking.group_id))]
    assert sum(number for _, number in by_group) <= 7
    assert {number for group, number in by_group if group is not None} <= {3}, "all of a group, or nobody of it"
    assert broken_invariants(session_id) == []


def test_a_place_is_cancelled_or_passed_to_one_colleague_never_both(app: Flask) -> None:
    agency = make_agency()
    session_id = make_session(capacity=4).id
    bookings = _booked(session_id, _people(4, agency))
    first, second, waiting = _people(4, agency), _people(4, agency), _people(3)
    _booked(session_id, waiting)

    deeds: list[Sequence[Deed]] = []
    for number, key in enumerate(bookings):
        deeds += [[partial(_cancel, key)], [partial(_send, key, first[number])], [partial(_send, key, second[number])]]
    outcomes = run_at_once(app, deeds)

    _no_errors(outcomes)
    assert sum(not outcome.refused for outcome in outcomes) == 4, "one deed for each place"
    states = _states(session_id)
    assert states[BookingState.CONFIRMED] == 4
    assert states[BookingState.REPLACED] + states[BookingState.CANCELLED] == 4
    assert broken_invariants(session_id) == []


def test_people_who_move_between_two_full_dates_in_both_directions_never_block_each_other(app: Flask) -> None:
    course = make_course()
    one, other = make_session(course, capacity=4).id, make_session(course, capacity=4, days=2).id
    from_one, from_other = _booked(one, _people(4)), _booked(other, _people(4))

    moves: list[Sequence[Deed]] = []
    for left, right in zip(from_one[:3], from_other[:3], strict=True):
        moves += [[partial(_move, left, other)], [partial(_move, right, one)]]
    outcomes = run_at_once(app, [*moves, [partial(_cancel, from_one[3])], [partial(_cancel, from_other[3])]])

    _no_errors(outcomes)
    assert not [outcome.refused for outcome in outcomes if outcome.refused]
    for session_id in (one, other):
        assert broken_invariants(session_id) == []
        assert _states(session_id)[BookingState.WAITING] == 0, "each place that was left let the next one move"
        assert _states(session_id)[BookingState.CONFIRMED] == 3


def test_two_workers_allot_once(app: Flask) -> None:
    course_session = make_session(capacity=5, applications_close_at=clock.now() + timedelta(hours=1))
    session_id = course_session.id
    _booked(session_id, _people(12))
    course_session.applications_close_at = clock.now() - timedelta(minutes=1)
    db.session.commit()

    outcomes = run_at_once(app, [[partial(_allot, session_id)] for _ in range(6)])

    _no_errors(outcomes)
    assert Counter(outcome.returned for outcome in outcomes) == {"True": 1, "False": 5}
    assert db.session.scalar(select(func.count()).select_from(Allotment)) == 1
    assert _states(session_id) == {BookingState.CONFIRMED: 5, BookingState.WAITING: 7}
    assert broken_invariants(session_id) == []


def test_a_reserved_place_is_named_or_given_back_never_both(app: Flask) -> None:
    agency = make_agency()
    session_id = make_session(capacity=6).id
    reservation = reserve_places(COMMAND, session_id, agency.id, 4, clock.now() + timedelta(hours=1))
    key = reservation.id
    db.session.commit()
    named = _people(4, agency)
    _booked(session_id, _people(6))
    db.session.execute(update(Reservation).values(name_by=clock.now() - timedelta(minutes=1)))
    db.session.commit()

    names: list[list[Deed]] = [[partial(_name, key, person)] for person in named]
    outcomes = run_at_once(app, [*names[:2], [partial(lapse_reservation, WORKER, key)], *names[2:]])

    _no_errors(outcomes)
    in_it = sum(outcome.returned == "confirmed" for outcome in outcomes)
    in_reservation = select(func.count()).where(Booking.reservation_id == key)
    assert db.session.scalar(in_reservation) == in_it
    assert _states(session_id)[BookingState.CONFIRMED] == 6
    assert broken_invariants(session_id) == []
