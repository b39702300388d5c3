"""The main job from end to end: publish, book, be invited, be marked, be asked, and grow the report by one."""

import re
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import vobject
from flask import Flask
from flask_security.utils import hash_password
from playwright.sync_api import Browser, Page, expect

from tests.conftest import WallClock
from tests.e2e.visitor import Visitor
from tests.factories import make_agency, make_course, make_person, make_venue
from tests.leaks import settle
from tests.mailbox import Delivery, Mailbox
from tests.pages import Client
from training.accounts.factors import ASKED_OF_THE_DESK
from training.catalogue.models import Agreement, OutcomeStatement
from training.config import installation
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.jobs import run_once
from training.people.models import Account, Person
from training.planning.models import PlanLine, PlanStatus, PlanTarget, TrainingPlan

PASSWORD = "a long enough sentence"
COURSE = "Neglect: seeing and naming it"
BEFORE = "2026-11-02 09:00"
HELD_ON = date(2026, 12, 3)


@dataclass
class Cast:
    """The people of the journey."""

    officer: Person
    learner: Person
    trainer: Person
    viewer: Person


@pytest.fixture
def cast(app: Flask, wall_clock: WallClock) -> Cast:
    """A partnership with one course in its plan, four people with accounts, and nothing published yet."""
    wall_clock.set(BEFORE)
    # Second factors have browser tests of their own.
    change_setting(COMMAND, ASKED_OF_THE_DESK, value=False)
    agency = make_agency("Sandby Hospital")
    people = {
        "officer": make_person("Ruth", "Adeyemi", role=Role.OFFICER),
        "learner": make_person("Priya", "Nair", agency=agency),
        "trainer": make_person("Owen", "Price", agency=make_agency("Sandby Police"), role=Role.TRAINER),
        "viewer": make_person("Eleanor", "Marsh", role=Role.VIEWER),
    }
    hashed = hash_password(PASSWORD)
    for person in people.values():
        address = person.address or ""
        account = Account(email=address, password=hashed, fs_uniquifier=f"u-{person.ref}", confirmed_at=clock.now())
        account.person = person
        db.session.add(account)
    course = make_course(COURSE, agreement=Agreement.DECLARED, slug="neglect", search_text=folded(COURSE))
    course.edition.outcomes.append(OutcomeStatement(position=1, text="I can name the signs of neglect"))
    make_venue("Harebell House")
    plan = TrainingPlan(starts=2026, status=PlanStatus.AGREED, agreed_on=date(2026, 3, 1))
    line = PlanLine(plan=plan, course=course, sessions_q3=1, places_q3=12)
    line.targets.append(PlanTarget(agency=agency, attendances=6))
    db.session.add(plan)
    db.session.commit()
    return Cast(**people)


class Journey:
    """Several people at browsers of their own, the worker, and the mail that goes between them."""

    def __init__(self, browser: Browser, server: str, client: Client, app: Flask, mailbox: Mailbox) -> None:
        self._browser = browser
        self._server = server
        self._client = client
        self._app = app
        self.mailbox = mailbox
        self.visitors: list[Visitor] = []

    def arrives(self, person: Person | None = None, width: int = 1280) -> Page:
        """Somebody opens a browser and, where they are known, signs in with their password."""
        address = person.address if person else None
        settle()
        context = self._browser.new_context(base_url=self._server, viewport={"width": width, "height": 800})
        context.set_default_timeout(10_000)
        visitor = Visitor(context.new_page(), self._client)
        self.visitors.append(visitor)
        if address is not None:
            visitor.page.goto("/sign-in")
            visitor.page.get_by_label("Email address").fill(address)
            visitor.page.get_by_role("textbox", name="Password").fill(PASSWORD)
            visitor.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        return visitor.page

    def look(self, page: Page) -> None:
        """The page as it stands is accessible and needs no sideways scrolling."""
        visitor = next(visitor for visitor in self.visitors if visitor.page is page)
        visitor.expect_accessible()
        visitor.expect_fitting()

    def worker_runs(self) -> None:
        """The worker does what is due, and its mail goes over SMTP."""
        settle()
        run_once(self._app, replace(installation(), smtp_url=self.mailbox.url))

    def close(self) -> None:
        for visitor in self.visitors:
            visitor.expect_quiet_console()
            visitor.page.context.close()


@pytest.fixture
def journey(browser: Browser, server: str, client: Client, app: Flask, mailbox: Mailbox) -> Generator[Journey]:
    """The stage of the journey."""
    stage = Journey(browser, server, client, app, mailbox)
    yield stage
    stage.close()


def invite_in(delivery: Delivery) -> Any:
    """The event of a mail's calendar part, read by another library than the one that wrote it."""
    parts = [part for part in delivery.message.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 1, delivery.message["Subject"]
    content = parts[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    reader: Any = vobject
    read: Any = reader.readOne(content.decode())
    assert parts[0].get_param("method") == read.method.value
    return read


def link_in(delivery: Delivery) -> str:
    """The path of the signed link in a mail."""
    found = re.search(r"https?://[^/\s]+(/link/\S+)", delivery.text)
    assert found, delivery.text
    return found[1]


def publish_a_session(journey: Journey, cast: Cast) -> str:
    """The officer plans a session, names a trainer and publishes it; returns its reference."""
    page = journey.arrives(cast.officer)
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk")
    journey.look(page)
    page.get_by_role("link", name="Add a session").click()
    page.get_by_label("Of which course?").select_option(label=COURSE)
    journey.look(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Day", exact=True).first.fill("3")
    page.get_by_label("Month", exact=True).first.fill("12")
    page.get_by_label("Year", exact=True).first.fill("2026")
    page.get_by_label("Starts").fill("9:30am")
    page.get_by_label("Ends").fill("4pm")
    page.get_by_label("Venue").select_option(label="Harebell House")
    page.get_by_label("Places", exact=True).fill("12")
    journey.look(page)
    page.get_by_role("button", name="Save the draft").last.click()
    reference = page.url.rsplit("/", 1)[1]
    journey.look(page)

    page.goto(f"/desk/sessions/{reference}/trainers")
    page.get_by_label("Trainer", exact=True).select_option(label="Owen Price")
    page.get_by_label("Lead trainer").check()
    page.get_by_label("Yes, they will come").check()
    journey.look(page)
    page.get_by_role("button", name="Add this trainer").click()

    page.goto(f"/desk/sessions/{reference}/publish")
    journey.look(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("main")).to_contain_text("Published")
    return reference


def book_on_a_phone(journey: Journey, cast: Cast) -> None:
    """The learner searches, finds the session, books it and is told what happened."""
    page = journey.arrives(cast.learner, width=320)
    page.goto("/")
    journey.look(page)
    page.get_by_label("What do you want to learn about?").fill("neglect")
    page.get_by_role("button", name="Search").click()
    journey.look(page)
    page.get_by_role("link", name=COURSE).first.click()
    expect(page.get_by_role("main")).to_contain_text("12 places left")
    journey.look(page)
    page.get_by_role("button", name="Book a place").click()
    journey.look(page)
    page.get_by_label(re.compile("line manager")).check()
    page.get_by_role("button", name="Book a place").click()
    expect(page.get_by_role("main")).to_contain_text("You are booked.")
    journey.look(page)


def read_the_invite(journey: Journey, cast: Cast) -> None:
    """The invite arrives by SMTP and says what the page says."""
    journey.worker_runs()
    mail = journey.mailbox.only(cast.learner.address or "")
    invite = invite_in(mail)
    assert invite.method.value == "REQUEST"
    event = invite.vevent
    assert event.dtstart.value == datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
    assert event.dtend.value == datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
    assert event.attendee.value == f"mailto:{cast.learner.address}"
    assert "Thursday 3 December 2026, 9:30am to 4pm" in mail.text
    assert "Harebell House" in mail.text
    assert invite_in(journey.mailbox.only(cast.trainer.address or "")).method.value == "REQUEST"


def take_the_register(journey: Journey, cast: Cast, reference: str) -> None:
    """The trainer marks the learner as attended and closes the register."""
    page = journey.arrives(cast.trainer)
    expect(page.get_by_role("heading", level=1)).to_have_text("Teaching")
    journey.look(page)
    page.get_by_role("link", name=re.compile("Take the register")).click()
    assert reference in page.url
    journey.look(page)
    page.get_by_role("group", name=re.compile("Priya Nair")).get_by_label("Attended").check()
    page.get_by_role("button", name="Save and close the register").click()
    expect(page.get_by_role("main")).to_contain_text("1")
    journey.look(page)
    page.get_by_role("button", name="Close the register").click()
    expect(page.get_by_role("main")).to_contain_text("closed")
    journey.look(page)


def answer_the_evaluation(journey: Journey, cast: Cast) -> None:
    """The learner is asked by mail and answers on the link, signed in nowhere."""
    before = len(journey.mailbox.to(cast.learner.address or ""))
    journey.worker_runs()
    asked = journey.mailbox.to(cast.learner.address or "")[before:]
    assert len(asked) == 1
    page = journey.arrives(width=320)
    page.goto(link_in(asked[0]))
    expect(page.get_by_role("main")).to_contain_text("Who will read this")
    journey.look(page)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    journey.look(page)
    for group in page.get_by_role("radiogroup").all() or page.locator("fieldset").all():
        group.get_by_role("radio").last.check()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    journey.look(page)


def row_of_sandby(page: Page) -> int:
    """How many attendances the report gives Sandby Hospital."""
    page.goto("/reports/agencies?year=2026-27")
    row = page.get_by_role("row", name=re.compile("Sandby Hospital"))
    return int(row.get_by_role("cell").first.inner_text())


def test_from_publishing_to_the_report(journey: Journey, cast: Cast, wall_clock: WallClock) -> None:
    board = journey.arrives(cast.viewer)
    expect(board.get_by_role("heading", level=1)).to_have_text("Reports")
    journey.look(board)
    assert row_of_sandby(board) == 0
    journey.look(board)

    reference = publish_a_session(journey, cast)
    book_on_a_phone(journey, cast)
    read_the_invite(journey, cast)

    wall_clock.set("2026-12-03 16:05")
    take_the_register(journey, cast, reference)
    answer_the_evaluation(journey, cast)

    # A month later nobody is signed in any more.
    board = journey.arrives(cast.viewer)
    assert row_of_sandby(board) == 1
    board.goto("/reports/delivery?year=2026-27")
    journey.look(board)
    trainer = journey.arrives(cast.trainer)
    trainer.goto(f"/sessions/{reference}/feedback")
    expect(trainer.get_by_role("main")).to_contain_text("1 of 1")
    journey.look(trainer)
