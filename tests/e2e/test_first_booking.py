"""In the browser: booking for the first time on a small telephone, and a manager who agrees from the message."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.bookings.asked_booking import ASKED, Asked, sent
from tests.bookings.links_in_mail import link_in
from tests.bookings.test_first import code
from tests.e2e.visitor import Visitor
from tests.factories import make_agency, make_course, make_session
from tests.leaks import settle
from training.agencies.models import AgencyDomain
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db

PAGES, FIELDS = 3, 6
"""How many pages lie between “Book a place” and “You are booked”, and how much is typed or ticked on them."""


def asked_on(page: Page) -> list[str]:
    """What the page asks to be filled in: its visible inputs, by name."""
    inputs = page.locator("main form").first.locator("input:not([type=hidden]), select, textarea")
    return [inputs.nth(number).get_attribute("name") or "" for number in range(inputs.count())]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_newcomer_books_on_a_small_telephone(app: Flask, phone: Visitor, server: str, javascript: bool) -> None:
    db.session.add(AgencyDomain(agency_id=make_agency("Sandby School").id, domain="sandby.example"))
    course_session = make_session(
        make_course("Early help", agreement=Agreement.DECLARED), on=clock.today() + timedelta(days=28)
    )
    db.session.commit()
    ref = course_session.ref
    settle()
    browser = phone.page.context.browser
    assert browser is not None
    with browser.new_context(
        base_url=server, viewport={"width": 320, "height": 640}, java_script_enabled=javascript
    ) as context:
        page = context.new_page()
        page.goto(f"/sessions/{ref}")
        page.get_by_role("button", name="Book a place").click()
        seen, typed = [page.url], 0
        answers = {
            "First name": "Priya", "Last name": "Nair", "Your work email address": "priya.nair@sandby.example",
            "Your job role": "Teacher",
        }  # fmt: skip
        for label, text in answers.items():
            page.get_by_label(label).fill(text)
            typed += 1
        page.get_by_label("I have my line manager’s agreement").check()
        typed += 1
        # What is not typed is known by the address, or is for an agency that is not listed.
        assert set(asked_on(page)) == {
            "given_name", "family_name", "address", "agency", "agency_named", "job_role", "declared",
        }  # fmt: skip
        page.get_by_role("button", name="Send me a code").click()
        seen.append(page.url)
        assert asked_on(page) == ["code"]
        settle()
        page.get_by_label("Code from the message").fill(code())
        settle()
        typed += 1
        page.get_by_role("button", name="Confirm and book").click()
        seen.append(page.url)
        expect(page.get_by_text("You are booked.")).to_be_visible()
    assert (len(seen), typed) == (PAGES, FIELDS)
    settle()
    assert db.session.query(Booking).one().state is BookingState.CONFIRMED


def test_the_pages_of_a_first_booking_are_accessible_and_fit(app: Flask, phone: Visitor) -> None:
    course_session = make_session(make_course("Early help", agreement=Agreement.ASKED))
    db.session.commit()
    page = phone.open(f"/sessions/{course_session.ref}/book")
    page.get_by_role("button", name="Send me a code").click()
    phone.expect_accessible()
    phone.expect_fitting()
    for label, text in (("First name", "Una"), ("Last name", "Shah"), ("Your work email address", "una@b.example")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Your job role").fill("Teacher")
    page.get_by_text("My agency is not listed").last.click()
    page.get_by_label("What is your agency called?").fill("Sandby Scouts")
    page.get_by_label("I have no line manager").check()
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    phone.expect_accessible()
    phone.expect_fitting()


def test_a_manager_agrees_from_the_message(app: Flask, phone: Visitor) -> None:
    asked = Asked(on=clock.today() + timedelta(days=28))
    page = phone.open(link_in(sent(ASKED)[0]))
    phone.expect_accessible()
    phone.expect_fitting()
    page.get_by_label("Yes, they may go").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_text("You agreed. Priya Nair keeps the place")).to_be_visible()
    phone.expect_accessible()
    settle()
    assert asked.booking.state is BookingState.CONFIRMED
