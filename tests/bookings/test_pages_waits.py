"""Waiting for a course: its dates in order, new ones, what is shown, changed and left; and what the worker does."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.invariants import broken_invariants
from tests.bookings.links_in_mail import latest
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from tests.pages import Client, Page
from training.bookings.mail_moving import MOVE_ENDED, NEW_DATE, WAIT_ENDED
from training.bookings.models import Booking, BookingState, CourseWait, Way
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_course_waits import wait_for_course
from training.bookings.operations_moving import move_booking
from training.bookings.ticks_waits import end_waits, tell_new_dates
from training.catalogue.models import Agreement, Course, CoursePrerequisite, Mode
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import Person
from training.schedule.models import CourseSession

FIRST, SECOND = date(2026, 11, 23), date(2026, 12, 7)


class Full:
    """Two full dates of a course, three weeks ahead and later, and somebody who would like to come."""

    def __init__(self, wall_clock: WallClock) -> None:
        wall_clock.set("2026-11-02 10:00")
        course = make_course("Neglect", slug="neglect")
        dates = [make_session(course=course, on=on, capacity=1) for on in (FIRST, SECOND)]
        person = make_person("Priya", agency=make_agency())
        # Kept by their keys: a tick ends the session of the database in which they were made.
        self.course_id, self.person_id, self.date_ids = course.id, person.id, [one.id for one in dates]
        self.blocking_ids = [self.book(one, make_person()).id for one in dates]

    @property
    def course(self) -> Course:
        return db.session.get_one(Course, self.course_id)

    @property
    def person(self) -> Person:
        return db.session.get_one(Person, self.person_id)

    @property
    def dates(self) -> list[CourseSession]:
        return [db.session.get_one(CourseSession, key) for key in self.date_ids]

    @property
    def mover(self) -> Booking:
        """Whoever has the place on the first date."""
        return db.session.get_one(Booking, self.blocking_ids[0])

    def book(self, course_session: CourseSession, person: Person) -> Booking:
        booking = book_place(COMMAND, course_session.id, person.id, declared=True)
        db.session.commit()
        return booking

    def wait(self, *dates: CourseSession, new: bool = False, person: Person | None = None) -> CourseWait:
        who = person or self.person
        made = wait_for_course(
            viewer_of(who), self.course.id, who.id, None, [one.id for one in dates], tell_new_dates=new, declared=True
        )
        db.session.commit()
        return made

    def waited(self) -> list[tuple[str, BookingState]]:
        db.session.expire_all()
        rows = select(Booking).where(Booking.person_id == self.person.id).order_by(Booking.preference, Booking.id)
        return [(one.course_session.ref, one.state) for one in db.session.scalars(rows)]

    def orders(self, *ranks: str) -> dict[str, Any]:
        """The fields that give the dates these places in the order."""
        return {f"date_{one.ref}": rank for one, rank in zip(self.dates, ranks, strict=True)}


@pytest.fixture
def full(app: Flask, wall_clock: WallClock) -> Full:
    return Full(wall_clock)


def ask(client: Client, answers: dict[str, Any], status: int | None = None) -> Page:
    page = client.get("/courses/neglect/wait")
    return client.submit(page, answers, status=status, follow=status is None)


def test_two_dates_in_order_are_waited_for_from_the_page_of_the_course(client: Client, full: Full) -> None:
    client.sign_in(full.person)
    page = client.click(client.get("/courses/neglect"), "Wait for this course")
    assert page.words("legend") == ["Which dates, in which order?"]
    assert "full, nobody waiting yet" in page
    done = client.submit(page, full.orders("2", "1"), follow=True)
    assert done.flashes[0].startswith("You are waiting for this course.")
    assert "You are waiting for a place on one of 2 dates." in done
    assert done.words(".muster-session__title") == ["Monday 7 December 2026", "Monday 23 November 2026"]
    assert "You are first in order of asking." in done
    assert full.waited() == [(full.dates[1].ref, BookingState.WAITING), (full.dates[0].ref, BookingState.WAITING)]
    assert client.get("/courses/neglect/wait", 302).location == done.url
    for address in ("/my", "/my/bookings"):
        assert "2 dates, as soon as one has a place for you" in client.get(address)
    booking = client.get(client.get(done.url).links["Monday 7 December 2026"])
    assert "It is your first choice of the dates you wait for." in booking


@pytest.mark.parametrize(
    ("ranks", "error"),
    [(("1", "1"), "Give each date a different place in your order"), (("", ""), "Select at least one date, or ask")],
)
def test_an_order_says_for_what(client: Client, full: Full, ranks: tuple[str, str], error: str) -> None:
    client.sign_in(full.person)
    page = ask(client, full.orders(*ranks), 400)
    assert [one[: len(error)] for one in page.errors] == [error]
    tampered = client.post("/courses/neglect/wait", full.orders("7", "x"), 400)
    assert len(tampered.errors) == 2
    assert full.waited() == []


def test_a_date_with_a_place_is_booked_at_once(client: Client, full: Full) -> None:
    free = make_session(full.course, on=date(2026, 12, 14))
    db.session.commit()
    client.sign_in(full.person)
    page = client.get("/courses/neglect/wait")
    assert "If you choose it and nobody goes before you, you are booked at once." in page
    done = client.submit(page, {**full.orders("1", ""), f"date_{free.ref}": "2"}, follow=True)
    assert done.flashes[0].startswith(
        "There was a place on Monday 14 December 2026, so you have it and wait no longer."
    )
    assert "You are booked." in done
    again = client.get("/courses/neglect/wait")
    assert "You have a place on this course" in again
    assert "move your place" in again.links


def test_interest_is_registered_with_no_date_in_sight_and_seen_at_the_desk(client: Client, full: Full) -> None:
    other = make_course("Later", slug="later")
    db.session.commit()
    client.sign_in(full.person)
    page = client.click(client.get("/courses/later"), "Wait for this course")
    assert client.submit(page, {}, status=400).errors == ["Confirm tell me about new dates"]
    done = client.submit(page, {"tell_new_dates": "yes"}, follow=True)
    assert "No date is chosen." in done
    full.wait(*full.dates)
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    assert "1 person waits for it" in client.get(f"/desk/courses/{other.slug}").text.replace("One person", "1 person")
    desk = client.get("/desk/courses/neglect")
    assert [row[1:] for row in desk.rows("table.muster-table")] == [["1", "1"], ["1", "0"]]
    person = client.get(f"/desk/people/{full.person.ref}")
    assert "Told about new dates." in person
    leaving = client.click(person, "Take off the lists of Neglect")
    client.submit(leaving, {}, follow=True)
    assert [state for _, state in full.waited()] == [BookingState.CANCELLED] * 2


def test_the_dates_are_changed_and_left(client: Client, full: Full) -> None:
    made = full.wait(full.dates[0], new=True)
    client.sign_in(full.person)
    page = client.click(client.get(f"/my/waits/{made.ref}"), "Change what you wait for")
    assert page.one(f"#date_{full.dates[0].ref} option[selected]")["value"] == "1"
    done = client.submit(page, full.orders("2", "1"), follow=True)
    assert "one of 2 dates" in done
    client.submit(client.get(f"/my/waits/{made.ref}/change"), full.orders("", "1") | {"tell_new_dates": None})
    assert dict(full.waited()) == {
        full.dates[0].ref: BookingState.CANCELLED, full.dates[1].ref: BookingState.WAITING,
    }  # fmt: skip
    leaving = client.click(client.get(f"/my/waits/{made.ref}"), "Wait no longer")
    assert "Leaving is never late." in leaving
    left = client.submit(leaving, {}, follow=True)
    assert left.flashes == ["You no longer wait for “Neglect”."]
    assert {state for _, state in full.waited()} == {BookingState.CANCELLED}
    assert "You no longer wait for this course." in client.get(f"/my/waits/{made.ref}")
    assert client.get(f"/my/waits/{made.ref}/change", 302).location == f"/my/waits/{made.ref}"
    client.post(f"/my/waits/{made.ref}/leave", {}, 400)


def test_a_date_whose_booking_has_closed_is_kept_when_others_are_changed(client: Client, full: Full) -> None:
    made = full.wait(full.dates[0])
    full.dates[0].booking_closes_at = clock.now() - timedelta(hours=1)
    db.session.commit()
    client.sign_in(full.person)
    client.submit(client.get(f"/my/waits/{made.ref}/change"), full.orders("2", "1"))
    assert [state for _, state in full.waited()] == [BookingState.WAITING] * 2


def test_the_agreement_the_role_the_way_and_what_comes_first_are_asked(client: Client, full: Full) -> None:
    full.course.agreement = Agreement.DECLARED
    first = make_course("Basics first")
    db.session.add(CoursePrerequisite(course_id=full.course.id, requires_id=first.id))
    hybrid = make_session(full.course, on=date(2026, 12, 15), capacity=1, online_capacity=1, mode=Mode.HYBRID)
    for way in Way:
        make_booking(hybrid, way=way)
    db.session.commit()
    client.sign_in(full.person)
    answers: dict[str, Any] = {f"date_{hybrid.ref}": "1"}
    assert ask(client, answers, 400).errors == ["Confirm that your line manager has agreed"]
    answers["declared"] = "yes"
    assert ask(client, answers, 400).errors == ["Select how you are coming"]
    answers["way"] = "online"
    assert ask(client, answers, 400).errors == ["Enter why this course is right for you"]
    ask(client, answers | {"note": "I did it elsewhere"})
    booking = db.session.scalars(select(Booking).where(Booking.person_id == full.person.id)).one()
    assert (booking.way, booking.state) == (Way.ONLINE, BookingState.WAITING)


def test_a_wait_is_its_person_s_alone(client: Client, full: Full) -> None:
    made = full.wait(full.dates[0])
    client.sign_in(make_person_saved())
    for page in ("", "/change", "/leave"):
        client.get(f"/my/waits/{made.ref}{page}", 404)
    client.get(f"/desk/waits/{made.ref}/leave", 403)


def make_person_saved() -> Person:
    person = make_person(agency=make_agency())
    db.session.commit()
    return person


def test_new_dates_are_told_once_when_they_can_be_booked(full: Full, wall_clock: WallClock) -> None:
    full.wait(full.dates[0], new=True)
    silent = make_person()
    full.wait(full.dates[0], person=silent)
    assert tell_new_dates() == 0, "the dates they saw are not new"
    wall_clock.forward(hours=1)
    opens = clock.now() + timedelta(days=2)
    new = make_session(full.course, on=date(2027, 1, 11), published_at=clock.now(), booking_opens_at=opens).ref
    make_session(full.course, on=date(2027, 1, 18), published_at=clock.now())
    make_session(make_course(), on=date(2027, 1, 18), published_at=clock.now())
    db.session.commit()
    assert tell_new_dates() == 1
    wall_clock.forward(days=3)
    assert (tell_new_dates(), tell_new_dates()) == (1, 0)
    message = latest(NEW_DATE.name)
    assert "Monday 11 January 2027" in message.body_text
    assert new in message.body_text
    told = db.session.scalars(select(OutboxMessage.person_id).where(OutboxMessage.kind == NEW_DATE.name)).all()
    assert told == [full.person_id] * 2


def test_a_new_date_that_they_asked_for_themselves_is_not_told(full: Full, wall_clock: WallClock) -> None:
    full.wait(full.dates[0], new=True)
    wall_clock.forward(hours=1)
    new = make_session(full.course, on=date(2027, 1, 11), published_at=clock.now(), capacity=1)
    db.session.commit()
    full.book(new, make_person())
    full.book(new, full.person)
    assert tell_new_dates() == 0


def test_a_wait_ends_with_its_last_date_unless_new_ones_are_wanted(full: Full, wall_clock: WallClock) -> None:
    keen = make_person()
    over, goes_on = full.wait(*full.dates).id, full.wait(full.dates[0], new=True, person=keen).id
    wall_clock.set("2026-12-01 10:00")
    assert end_waits() == 0
    wall_clock.set("2026-12-08 10:00")
    assert (end_waits(), end_waits()) == (1, 0)
    assert db.session.get_one(CourseWait, over).ended_at is not None
    assert db.session.get_one(CourseWait, goes_on).ended_at is None
    assert latest(WAIT_ENDED.name).person_id == full.person_id
    assert "None of the dates that you waited for is still to come" in latest(WAIT_ENDED.name).body_text


def test_a_pending_move_ends_when_the_place_kept_meanwhile_begins(full: Full, wall_clock: WallClock) -> None:
    wanted = move_booking(COMMAND, full.mover.id, full.date_ids[1]).id
    db.session.commit()
    wall_clock.set("2026-11-23 09:29")
    assert end_waits() == 0
    wall_clock.set("2026-11-23 09:30")
    assert (end_waits(), end_waits()) == (1, 0)
    assert (db.session.get_one(Booking, wanted).state, full.mover.state) == (
        BookingState.CANCELLED,
        BookingState.CONFIRMED,
    )
    assert "No place became free before your place on Monday 23 November 2026 began" in " ".join(
        latest(MOVE_ENDED.name).body_text.split()
    )
    assert [broken_invariants(key) for key in full.date_ids] == [[], []]


def test_a_wait_to_move_goes_on_where_the_kept_place_was_given_up(full: Full, wall_clock: WallClock) -> None:
    wanted = move_booking(COMMAND, full.mover.id, full.date_ids[1]).id
    cancel_booking(COMMAND, full.mover.id)
    db.session.commit()
    wall_clock.set("2026-11-24 10:00")
    assert end_waits() == 0
    assert db.session.get_one(Booking, wanted).state is BookingState.WAITING
