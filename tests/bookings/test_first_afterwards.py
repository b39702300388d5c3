"""What a first booking leaves for afterwards: what stands against it, a rule of one's own agency, no way back in."""

from collections import Counter
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.asked_booking import sent
from tests.bookings.conditions import needs_first
from tests.bookings.invariants import broken_invariants
from tests.bookings.test_first import PRIYA, Window, begin, confirm, known
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, viewer_of
from tests.pages import Client
from training.bookings.models import Booking, BookingState, BookingWarning, GroupBooking, Way
from training.bookings.models_agencies import AgencyAgreement
from training.bookings.operations import book_place
from training.bookings.operations_why import say_why
from training.catalogue.models import Agreement, Mode
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.groups.operations import Named, book_group
from training.people.models import Employment, Person, Standing


@pytest.fixture
def window(app: Flask, wall_clock: WallClock) -> Window:
    wall_clock.set("2026-11-02 10:00")
    return Window()


def test_what_comes_first_is_said_on_the_page_of_the_booking(client: Client, window: Window) -> None:
    needs_first(window.course_session.course, make_course("Basics"))
    db.session.commit()
    page = confirm(client, begin(client, window))
    assert "Something stands against your booking." in page
    assert "Basics" in page
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    page = client.click(page, "Tell the training team why the course is right for you")
    assert client.submit(page, {"note": ""}, status=400).errors[0].startswith("Enter why this course is right for you")
    shown = client.submit(page, {"note": "Done at my last employer"}, follow=True)
    assert shown.flashes == ["The training team reads it. Your booking stands meanwhile."]
    assert "Something stands against your booking." not in shown
    assert "Done at my last employer" in shown
    ref = db.session.scalars(select(Booking.ref)).one()
    assert client.get(f"/my/bookings/{ref}/why", status=302).location == f"/my/bookings/{ref}"
    client.sign_in(officer)
    assert "Done at my last employer" in client.get("/desk/bookings/questions")


def test_why_is_said_once_and_by_the_person_alone(client: Client, window: Window) -> None:
    needs_first(window.course_session.course, make_course("Basics"))
    db.session.commit()
    confirm(client, begin(client, window))
    [booking] = window.bookings()
    with pytest.raises(LookupError):
        say_why(COMMAND, booking.id, "It is")
    db.session.rollback()
    page = client.get(f"/my/bookings/{booking.ref}/why")
    client.submit(page, {"note": "Done"})
    again = client.get(f"/my/bookings/{booking.ref}/why", status=302)
    assert again.location == f"/my/bookings/{booking.ref}"
    [row] = db.session.scalars(select(BookingWarning))
    assert (row.note, row.settled_at) == ("Done", None)


def test_a_known_person_whose_agency_wants_it_declared_goes_on_where_that_is_asked(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(agreement=None)
    agency = make_agency("Strict School")
    for key, rule in ((agency.id, Agreement.DECLARED), (window.agency_id, Agreement.NONE)):
        db.session.add(AgencyAgreement(agency_id=key, agreement=rule))
    person = make_person("Priya", "Nair", address=PRIYA, agency=agency)
    db.session.commit()
    assert person.employments
    # They typed another agency, whose rule wants nothing: their own does.
    page = confirm(client, begin(client, window, agency=str(window.agency_id)))
    assert page.url == f"/sessions/{window.ref}/book"
    assert page.flashes == ["Your address is confirmed. Confirm that your line manager has agreed."]
    assert [booking.state for booking in window.bookings()] == [BookingState.HELD]
    client.submit(page, {"declared": "yes"})
    assert [booking.state for booking in window.bookings()] == [BookingState.CONFIRMED]


def test_of_several_jobs_it_is_the_one_at_the_agency_that_was_typed(client: Client, window: Window) -> None:
    person: Person = known(window)
    other = make_agency("Other")
    person.employments.append(
        Employment(agency=other, job_role="Governor", from_on=date(2026, 1, 1), standing=Standing.VOUCHED)
    )
    db.session.commit()
    confirm(client, begin(client, window, agency=str(window.agency_id)))
    assert window.bookings()[0].agency_id == window.agency_id


def test_a_manager_that_is_typed_is_kept_where_there_was_none(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(agreement=Agreement.ASKED)
    known(window)
    confirm(client, begin(client, window, manager_address="grace.oduya@sandby.example"))
    [booking] = window.bookings()
    assert booking.employment is not None
    assert booking.employment.manager_address == "grace.oduya@sandby.example"
    assert booking.state is BookingState.AWAITING_AGREEMENT
    assert sent("bookings.agreement-asked")[-1].recipient_address == "grace.oduya@sandby.example"


def test_another_code_after_the_time_is_over_leads_to_the_page_to_begin_again(
    client: Client, window: Window, wall_clock: WallClock
) -> None:
    page = begin(client, window)
    wall_clock.forward(minutes=31)
    over = client.submit(page, button="Send another code", status=410)
    assert over.one("[name=given_name]")["value"] == "Priya"
    client.get(page.url, status=410)
    client.get(f"/sessions/{window.ref}/book/nothing", status=410)


def test_a_draft_and_a_session_that_is_over_are_booked_by_nobody(
    client: Client, window: Window, wall_clock: WallClock
) -> None:
    page = client.get(f"/sessions/{window.ref}/book/new")
    wall_clock.set("2026-11-30 09:30")
    client.submit(page, {"given_name": "A", "family_name": "B", "address": PRIYA, "job_role": "Teacher"}, status=409)
    assert "This session has begun" in client.get(f"/sessions/{window.ref}/book/new")
    client.get("/sessions/NONE/book/new", status=404)


def test_who_is_signed_in_is_asked_nothing_twice(client: Client, window: Window) -> None:
    client.sign_in(known(window))
    page = client.get(f"/sessions/{window.ref}/book/new", status=302)
    assert page.location == f"/sessions/{window.ref}/book"


def test_a_place_that_is_held_counts_and_is_nobodys_own_booking(client: Client, window: Window) -> None:
    begin(client, window)
    assert "7 places left." in client.get(f"/sessions/{window.ref}")


def test_a_held_place_that_its_owner_does_not_need_goes_to_whoever_waits(
    client: Client, app: Flask, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-02 10:00")
    window = Window(capacity=1)
    window.course_session.mode, window.course_session.online_capacity = Mode.HYBRID, 1
    db.session.commit()
    person = known(window)
    begin(client, window, way="in-person")
    waits = book_place(COMMAND, window.id, make_person().id, declared=True, way=Way.IN_PERSON)
    assert waits.state is BookingState.WAITING
    online = book_place(viewer_of(person), window.id, person.id, declared=True, way=Way.ONLINE)
    db.session.commit()
    assert (online.state, waits.state) == (BookingState.CONFIRMED, BookingState.CONFIRMED)
    assert broken_invariants(window.id) == []


def test_a_group_that_comes_to_nothing_leaves_a_held_place_as_it_was(client: Client, window: Window) -> None:
    person, other = known(window), make_person()
    db.session.commit()
    begin(client, window)
    book_place(COMMAND, window.id, other.id, declared=True)
    db.session.commit()
    people = [Named(person.id), Named(other.id)]
    assert book_group(COMMAND, window.id, people, together=True, declared=True).group is None
    db.session.commit()
    assert Counter(booking.state for booking in window.bookings()) == {BookingState.HELD: 1, BookingState.CONFIRMED: 1}
    assert list(db.session.scalars(select(GroupBooking))) == []
    assert broken_invariants(window.id) == []
