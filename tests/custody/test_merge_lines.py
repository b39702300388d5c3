"""Two records of one person who were in line, waited for a course or moved: nobody loses by being one person again."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.custody.people import a_record, an_officer, every_row, with_account
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, number
from tests.pages import Client
from training.bookings.models import Booking, BookingState, BookingWarning, CourseWait, Reservation, Way
from training.bookings.models_agencies import GroupBooking
from training.bookings.models_answers import CancelledBy
from training.bookings.models_first import FirstRequest
from training.bookings.models_told import ManagerTold, ToldStanding
from training.bookings.operations import book_place
from training.bookings.operations_course_waits import wait_for_course, waits_of
from training.bookings.operations_moving import move_booking
from training.bookings.queries_told import find_news
from training.calendars.models import CalendarFeed
from training.calendars.operations_feeds import token_hash
from training.calendars.queries import feed_at, is_given_out
from training.catalogue.models import Mode
from training.core import clock
from training.core.checks import run_checks
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.custody import checking
from training.custody.models import Merge
from training.custody.operations_merge import merge_people
from training.custody.operations_unmerge import undo_merge
from training.people.models import Person
from training.schedule.models import CourseSession

CHECKS = checking.STAGES
SENT = ("calendar_entry", "outbox_message")


@pytest.fixture(autouse=True)
def before_christmas(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")


def merge(kept: Person, merged: Person) -> Merge:
    db.session.commit()
    done = merge_people(COMMAND, kept.id, merged.id, "Married in May")
    db.session.commit()
    assert [finding.sentence for _check, found in run_checks() for finding in found] == []
    return done


def there_and_back(kept: Person, merged: Person) -> None:
    """Merging and undoing leave every row of what people hold as it was; what was sent meanwhile was sent."""
    db.session.commit()
    before = every_row()
    done = merge(kept, merged)
    undo_merge(COMMAND, done.id)
    db.session.commit()
    after = every_row()
    assert {name: rows for name, rows in after.items() if name not in SENT} == {
        name: rows for name, rows in before.items() if name not in SENT
    }


def full(**columns: Any) -> CourseSession:
    """A session in January whose only place somebody has."""
    one = make_session(on=date(2027, 1, 11) + timedelta(days=number() % 60), capacity=1, **columns)
    book_place(COMMAND, one.id, make_person().id, declared=True)
    return one


def waiting(one: CourseSession, person: Person, **columns: Any) -> Booking:
    wanted = {"waiting_since": clock.now(), **columns}
    return make_booking(one, person, state=BookingState.WAITING, confirmed_at=None, **wanted)


def test_in_line_twice_the_better_turn_counts(app: Flask) -> None:
    one, kept, merged = full(), a_record(), a_record()
    early = clock.now() - timedelta(days=9)
    ours = waiting(one, kept, fair_rank=2)
    waiting(one, make_person(), waiting_since=clock.now() - timedelta(days=5))
    waiting(one, merged, waiting_since=early, asked_at=early, goes_first=True, fair_rank=7)
    merge(kept, merged)
    assert (ours.state, ours.waiting_since, ours.asked_at, ours.goes_first, ours.fair_rank) == (
        BookingState.WAITING, early, early, True, 2,
    )  # fmt: skip


def test_in_line_twice_and_back_again(app: Flask) -> None:
    one, kept, merged = full(), a_record(), a_record()
    waiting(one, kept)
    group = GroupBooking(ref="G-1", course_session=one, together=True)
    waiting(one, merged, waiting_since=clock.now() - timedelta(days=9), group=group)
    there_and_back(kept, merged)


def test_who_came_with_a_group_still_does(app: Flask) -> None:
    one, kept, merged = full(), a_record(), a_record()
    group = GroupBooking(ref="G-1", course_session=one, together=False)
    ours, theirs = waiting(one, kept), waiting(one, merged, group=group)
    merge(kept, merged)
    assert (ours.group_id, theirs.state) == (group.id, BookingState.REPLACED)


def test_a_place_keeps_apart_from_the_group_of_the_other_record(app: Flask) -> None:
    one, kept, merged = make_session(on=date(2027, 1, 11), capacity=2), a_record(), a_record()
    group = GroupBooking(ref="G-1", course_session=one, together=False)
    place = book_place(COMMAND, one.id, kept.id, declared=True)
    book_place(COMMAND, one.id, merged.id, declared=True).group = group
    merge(kept, merged)
    assert (place.state, place.group_id) == (BookingState.CONFIRMED, None)


def test_a_reserved_place_stays_named_and_the_other_one_is_free(app: Flask) -> None:
    one, kept, merged, agency = make_session(on=date(2027, 1, 11), capacity=2), a_record(), a_record(), make_agency()
    reservation = Reservation(
        ref="R-1", course_session=one, agency=agency, places=1, name_by=clock.now() + timedelta(days=9)
    )
    named = book_place(COMMAND, one.id, kept.id, declared=True)
    named.reservation = reservation
    make_booking(one, merged)
    next_one = waiting(one, make_person())
    merge(kept, merged)
    assert (named.state, named.reservation_id) == (BookingState.CONFIRMED, reservation.id)
    assert next_one.state is BookingState.CONFIRMED, "a place was free"


def two_waits() -> tuple[Person, Person, CourseWait, CourseWait]:
    """Two records that wait for one course, on one date the same and on one each of their own."""
    course = make_course()
    both, ours, theirs = full(course=course), full(course=course), full(course=course)
    kept, merged = a_record(), a_record()
    db.session.commit()
    first = wait_for_course(COMMAND, course.id, kept.id, None, [both.id, ours.id], tell_new_dates=False, declared=True)
    second = wait_for_course(
        COMMAND, course.id, merged.id, None, [theirs.id, both.id], tell_new_dates=True, declared=True
    )
    db.session.commit()
    return kept, merged, first, second


def test_two_waits_for_one_course_become_one_with_the_dates_of_both(app: Flask) -> None:
    kept, merged, first, second = two_waits()
    theirs = waits_of(second)[0].session_id
    own = [booking.session_id for booking in waits_of(first)]
    merge(kept, merged)
    assert second.ended_at is not None
    assert first.ended_at is None
    assert first.tell_new_dates
    assert [(booking.session_id, booking.preference) for booking in waits_of(first)] == [
        (own[0], 1), (own[1], 2), (theirs, 3),
    ]  # fmt: skip
    assert waits_of(second) == []


def test_two_waits_for_one_course_part_again(app: Flask) -> None:
    kept, merged, _, _ = two_waits()
    there_and_back(kept, merged)


def test_the_page_of_merging_two_waits(client: Client) -> None:
    kept, merged, _, _ = two_waits()
    client.sign_in(make_person(role=Role.OFFICER))
    db.session.commit()
    page = client.get(f"/desk/people/{kept.ref}/merge/{merged.ref}")
    assert "Courses you wait for" not in page, "the desk speaks of what they wait for"


def test_a_place_under_the_other_name_ends_the_wait(app: Flask) -> None:
    course = make_course()
    one, other = make_session(course, on=date(2027, 1, 11), capacity=1), full(course=course)
    kept, merged = a_record(), a_record()
    place = book_place(COMMAND, one.id, kept.id, declared=True)
    db.session.commit()
    wait = wait_for_course(COMMAND, course.id, merged.id, None, [other.id, one.id], tell_new_dates=True, declared=True)
    dates = waits_of(wait)
    there_and_back(kept, merged)
    merge(kept, merged)
    assert place.state is BookingState.CONFIRMED
    assert wait.ended_at is not None
    assert dates[0].cancelled_by is CancelledBy.OTHER_DATE
    assert dates[1].state is BookingState.REPLACED


def test_who_waits_to_move_moves_away_from_the_place_that_stands(app: Flask) -> None:
    course = make_course()
    one, other = make_session(course, on=date(2027, 1, 11), capacity=2), full(course=course)
    kept, merged = a_record(), a_record()
    stands = book_place(COMMAND, one.id, kept.id, declared=True)
    former = book_place(COMMAND, one.id, merged.id, declared=True)
    moving = move_booking(COMMAND, former.id, other.id)
    there_and_back(kept, merged)
    merge(kept, merged)
    assert moving.moves_from_id == stands.id
    assert moving.person_id == kept.id
    other.capacity = 2
    db.session.commit()


def test_what_was_asked_about_the_booking_that_goes_is_asked_about_the_one_that_stays(app: Flask) -> None:
    one, kept, merged = make_session(on=date(2027, 1, 11)), a_record(), a_record()
    stands, yields = (book_place(COMMAND, one.id, person.id, declared=True) for person in (kept, merged))
    db.session.add_all(
        [
            BookingWarning(booking=stands, kind="clash", sentence="At the same time."),
            BookingWarning(booking=yields, kind="clash", sentence="At the same time."),
            BookingWarning(booking=yields, kind="audience", sentence="Not for you.", note="I was asked to come."),
        ]
    )
    there_and_back(kept, merged)
    merge(kept, merged)
    about = db.session.scalars(db.select(BookingWarning.kind).where(BookingWarning.booking_id == stands.id))
    assert sorted(about) == ["audience", "clash"]


@pytest.mark.parametrize("both_known", [True, False])
def test_no_manager_reads_that_a_colleague_comes_instead(app: Flask, both_known: bool) -> None:
    job: dict[str, Any] = {
        "agency_id": make_agency().id, "job_role": "Nurse", "manager_name": "Mo", "manager_address": "mo@ward.example",
    }  # fmt: skip
    one, kept, merged = make_session(on=date(2027, 1, 11)), a_record(**job), a_record(**job)
    stands = book_place(COMMAND, one.id, kept.id, declared=True)
    yields = book_place(COMMAND, one.id, merged.id, declared=True)
    dates = ["2027-01-11 09:30 16:00"]
    for booking in (stands, yields) if both_known else (yields,):
        db.session.add(ManagerTold(booking_id=booking.id, standing=ToldStanding.COMING, dates=dates))
    merge(kept, merged)
    said = {news.booking.ref: news.kind for news in find_news([stands.id, yields.id])}
    assert yields.ref not in said
    assert db.session.query(ManagerTold).filter_by(booking_id=stands.id).one().standing is ToldStanding.COMING


def test_what_a_lead_booked_for_others_is_theirs_under_the_kept_name(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    group = GroupBooking(ref="G-1", course_session=make_session(), together=False, asked_by=merged)
    db.session.add(group)
    merge(kept, merged)
    assert group.asked_by_id == kept.id


def test_of_two_calendar_addresses_that_of_the_record_that_goes_is_switched_off(app: Flask) -> None:
    kept, merged = a_record(), a_record()
    for person in (kept, merged):
        with_account(person)
        db.session.add(CalendarFeed(person=person, token_hash=token_hash(f"secret {person.id}")))
    db.session.commit()
    there_and_back(kept, merged)
    merge(kept, merged)
    live = {person.id: is_given_out(feed) for person in (kept, merged) if (feed := feed_at(f"secret {person.id}"))}
    assert live == {kept.id: True, merged.id: False}
    gone = feed_at(f"secret {merged.id}")
    assert gone is not None
    assert gone.revoked_at is not None


def test_nobody_is_merged_who_has_not_confirmed_an_address_yet(app: Flask) -> None:
    kept, newcomer = a_record(), make_person(address=None)
    newcomer.employments.clear()
    one = make_session(on=date(2027, 1, 11))
    held = make_booking(
        one, newcomer, state=BookingState.HELD, confirmed_at=None, held_until=clock.now() + timedelta(minutes=30)
    )
    db.session.add(
        FirstRequest(
            course_session=one, person=newcomer, booking=held, key_hash="k", code_hash="c", is_new_person=True,
            until=clock.now() + timedelta(minutes=30), typed={},
        )
    )  # fmt: skip
    db.session.commit()
    with pytest.raises(Refused, match="has not confirmed an address yet"):
        merge_people(an_officer(), kept.id, newcomer.id, "The same")


def test_a_place_online_and_one_in_the_room_come_back_where_both_are_free(app: Flask) -> None:
    one = make_session(on=date(2027, 1, 11), mode=Mode.HYBRID, capacity=1, online_capacity=1)
    kept, merged = a_record(), a_record()
    book_place(COMMAND, one.id, kept.id, declared=True, way=Way.IN_PERSON)
    book_place(COMMAND, one.id, merged.id, declared=True, way=Way.ONLINE)
    there_and_back(kept, merged)


def test_a_place_online_that_was_passed_on_does_not_come_back(app: Flask) -> None:
    one = make_session(on=date(2027, 1, 11), mode=Mode.HYBRID, capacity=9, online_capacity=1)
    kept, merged = a_record(), a_record()
    book_place(COMMAND, one.id, kept.id, declared=True, way=Way.IN_PERSON)
    book_place(COMMAND, one.id, merged.id, declared=True, way=Way.ONLINE)
    waiting(one, make_person(), way=Way.ONLINE)
    done = merge(kept, merged)
    with pytest.raises(Refused, match="has gone to somebody else"):
        undo_merge(COMMAND, done.id)
