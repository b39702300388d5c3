"""A lead books five people at once, one of whom cannot be, and reserves a place that is named: in a real browser."""

from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from tests.e2e.visitor import Visitor
from tests.factories import make_agency, make_course, make_person, make_session
from tests.groups.asked import make_lead
from training.bookings.models import Booking, BookingState
from training.bookings.operations import book_place
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND
from training.schedule.models import CourseSession


def a_session_and_a_lead(visitor: Visitor) -> CourseSession:
    """A session with six places; Ann, the third of five people, is booked already. Their lead is signed in."""
    agency, session = (
        make_agency("Merrow Vale"),
        make_session(make_course("Neglect"), on=clock.today() + timedelta(days=42), capacity=6),
    )
    people = [make_person(given, "Moss", agency=agency) for given in ("Abe", "Ada", "Ann", "Art", "Ava")]
    lead = make_person("Lena", "Zeal", agency=agency)
    make_lead(lead, agency)
    db.session.commit()
    book_place(COMMAND, session.id, people[2].id, declared=True)
    db.session.commit()
    visitor.sign_in(lead)
    return session


def examined(visitor: Visitor) -> None:
    visitor.expect_fitting()
    visitor.expect_accessible()


def test_five_are_booked_with_an_answer_for_each(visitor: Visitor) -> None:
    session = a_session_and_a_lead(visitor)
    ref, key = session.ref, session.id
    page = visitor.open(f"/sessions/{ref}")
    page.get_by_role("link", name="Book several people").click()
    for given in ("Abe", "Ada", "Ann", "Art", "Ava"):
        page.get_by_label(f"{given} Moss").check()
    examined(visitor)
    page.get_by_role("button", name="Continue with those chosen").click()
    expect(page.get_by_role("heading", name="Check and book 5 people")).to_be_visible()
    examined(visitor)
    page.get_by_label("As many as possible").check()
    # Twice in the same moment: the second one finds the form spent.
    page.get_by_role("button", name="Book 5 people").dblclick()
    expect(page.get_by_text("4 people have a place and 1 person could not be booked.")).to_be_visible()
    expect(page.get_by_text("This person is already booked")).to_be_visible()
    examined(visitor)
    states = db.session.scalars(select(Booking.state).where(Booking.session_id == key)).all()
    assert states == [BookingState.CONFIRMED] * 5


def test_a_pasted_list_and_a_reserved_place(visitor: Visitor) -> None:
    session = a_session_and_a_lead(visitor)
    page = visitor.open(f"/sessions/{session.ref}/group/list")
    page.get_by_label("People, one a line").fill("Moss, Abe\noffice@vale.example\nNobody Here <n@else.example>")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("office@ looks like a mailbox that several people read.")).to_be_visible()
    examined(visitor)
    page.get_by_label("Leave this line out").check()
    page.get_by_label("Leave out the lines that nobody can be booked by").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check and book 1 person")).to_be_visible()
    page = visitor.open(f"/sessions/{session.ref}/reserve")
    page.get_by_label("How many places?").fill("2")
    examined(visitor)
    page.get_by_role("button", name="Reserve places").click()
    expect(page.get_by_text("2 places have no name yet.")).to_be_visible()
    examined(visitor)
    page.get_by_role("button", name="Name somebody").click()
    page.get_by_role("link", name="Name Ada Moss").click()
    page.get_by_role("button", name="Book Ada Moss").click()
    expect(page.get_by_text("1 place has no name yet.")).to_be_visible()
    page = visitor.open("/agency/bookings")
    expect(page.get_by_text("1 of 2 named")).to_be_visible()
    examined(visitor)
