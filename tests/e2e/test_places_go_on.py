"""A full session: a place reaches the next person’s mail and calendar, whichever way it is given up."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.bookings.links_in_mail import latest, link_in
from tests.bookings.test_invites import Entry, has_calendar, send
from tests.e2e.visitor import Visitor
from tests.factories import make_agency, make_course, make_person, make_session
from tests.mailbox import Mailbox
from training.bookings.models import Booking, BookingState
from training.bookings.operations import book_place
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND
from training.people.models import Person


class FullSession:
    """Ada has the only place on a session six weeks from now, Ben waits for it; kept by keys and plain words."""

    def __init__(self) -> None:
        self.course = make_course("Neglect", slug="neglect")
        session = make_session(self.course, on=clock.today() + timedelta(days=42), capacity=1)
        self.other = make_session(self.course, on=clock.today() + timedelta(days=49)).ref
        agency = make_agency()
        self.ada, self.ben = make_person("Ada", agency=agency), make_person("Ben", agency=agency)
        db.session.commit()
        self.refs = [book_place(COMMAND, session.id, person.id, declared=True).ref for person in (self.ada, self.ben)]
        self.addresses = [self.ada.address or "", self.ben.address or ""]
        db.session.commit()

    def states(self) -> list[BookingState]:
        rows = db.session.scalars(db.select(Booking).where(Booking.ref.in_(self.refs)))
        found = {booking.ref: booking.state for booking in rows}
        db.session.rollback()
        return [found[ref] for ref in self.refs]


@pytest.fixture
def full(visitor: Visitor, mailbox: Mailbox) -> FullSession:
    """Ada is signed in, and what she was sent has gone."""
    stage = FullSession()
    visitor.sign_in(stage.ada)
    db.session.rollback()
    send(mailbox)
    return stage


def examined(*visitors: Visitor) -> None:
    for one in visitors:
        one.expect_fitting()
        one.expect_accessible()


def entries(mailbox: Mailbox) -> dict[tuple[str, str], Entry]:
    """What went into calendars since, by address and method."""
    sent = [Entry(mail) for mail in send(mailbox) if has_calendar(mail)]
    return {(entry.to, entry.method): entry for entry in sent}


def test_a_cancelled_place_reaches_the_next_person_s_mail_and_calendar(
    visitor: Visitor, full: FullSession, mailbox: Mailbox
) -> None:
    page = visitor.open(f"/my/bookings/{full.refs[0]}")
    examined(visitor)
    page.get_by_role("link", name="Cancel my booking").click()
    expect(page.get_by_text("Your place goes to the next person on the waiting list.")).to_be_visible()
    examined(visitor)
    page.get_by_role("button", name="Cancel your booking").click()
    expect(page.get_by_role("link", name="Book again")).to_be_visible()
    examined(visitor)
    assert full.states() == [BookingState.CANCELLED, BookingState.CONFIRMED]
    sent = entries(mailbox)
    ada, ben = full.addresses
    assert set(sent) == {(ada, "CANCEL"), (ben, "REQUEST")}
    assert sent[ada, "CANCEL"].uid != sent[ben, "REQUEST"].uid
    assert latest("bookings.promoted").recipient_address == ben


def test_a_moved_place_reaches_the_next_person_and_the_mover_s_calendar_follows(
    visitor: Visitor, full: FullSession, mailbox: Mailbox
) -> None:
    page = visitor.open(f"/my/bookings/{full.refs[0]}")
    page.get_by_role("link", name="Move to another date").click()
    examined(visitor)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Move my place").click()
    expect(page.get_by_text("You are booked.")).to_be_visible()
    assert full.states() == [BookingState.CANCELLED, BookingState.CONFIRMED]
    ada, ben = full.addresses
    assert set(entries(mailbox)) == {(ada, "CANCEL"), (ada, "REQUEST"), (ben, "REQUEST")}


def test_a_colleague_comes_past_the_list_and_who_is_not_meant_gives_the_place_to_it(
    visitor: Visitor, phone: Visitor, full: FullSession, mailbox: Mailbox
) -> None:
    page = visitor.open(f"/my/bookings/{full.refs[0]}/colleague")
    for label, words in (("Given name", "Cy"), ("Family name", "Marsh"), ("Job role", "Nurse")):
        page.get_by_label(label).fill(words)
    page.get_by_label("Work email address").fill("cy.marsh@people.example")
    examined(visitor)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check before you send Cy Marsh")).to_be_visible()
    examined(visitor)
    page.get_by_role("button", name="Send Cy Marsh").click()
    expect(page.get_by_text("A colleague took your place.")).to_be_visible()
    assert full.states() == [BookingState.REPLACED, BookingState.WAITING]
    link = link_in(latest("bookings.sent-by-colleague"))
    db.session.rollback()
    ada, ben = full.addresses
    assert set(entries(mailbox)) == {(ada, "CANCEL"), ("cy.marsh@people.example", "REQUEST")}
    asked = phone.open(link)
    examined(phone)
    asked.get_by_role("radio").first.check()
    asked.get_by_role("button", name="Cancel this booking").click()
    expect(asked.get_by_text("The booking is cancelled.")).to_be_visible()
    assert full.states() == [BookingState.REPLACED, BookingState.CONFIRMED]
    assert set(entries(mailbox)) == {("cy.marsh@people.example", "CANCEL"), (ben, "REQUEST")}


def test_whoever_waits_for_two_dates_sees_where_they_stand(visitor: Visitor, phone: Visitor, full: FullSession) -> None:
    eve: Person = make_person("Eve", agency=make_agency())
    db.session.commit()
    phone.sign_in(eve)
    db.session.rollback()
    page = phone.open("/courses/neglect/wait")
    examined(phone)
    page.get_by_role("combobox").first.select_option("1")
    page.get_by_role("button", name="Wait for this course").click()
    expect(page.get_by_text("You are waiting for a place on this date.")).to_be_visible()
    expect(page.get_by_text("You are second in order of asking.")).to_be_visible()
    examined(phone)
    page.get_by_role("button", name="Change what you wait for").click()
    examined(phone)
    page.get_by_role("link", name="Wait no longer").click()
    examined(phone)
