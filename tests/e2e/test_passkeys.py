"""Passkeys in a real browser, with a device made of software; and signing in without JavaScript, step by step."""

import re
from collections.abc import Generator
from typing import Any

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from tests.e2e.visitor import Visitor
from tests.factories import make_person
from tests.leaks import settle
from tests.pages import Client
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import Role
from training.people.models import Passkey, Person, SignIn
from training.people.operations import open_account

PASSWORD = "correct horse staple"
ADDRESS = "ruth@council.example"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def make_ruth(role: Role | None = Role.OFFICER) -> Person:
    person = make_person("Ruth", "Adeyemi", address=ADDRESS, role=role)
    open_account(person, PASSWORD, clock.now())
    db.session.commit()
    return person


@pytest.fixture
def named_visitor(browser: Browser, server: str, client: Client) -> Generator[Visitor]:
    """Somebody who opens the site by a name, as browsers demand for passkeys."""
    address = server.replace("127.0.0.1", "localhost")
    with browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}) as context:
        someone = Visitor(context.new_page(), client)
        yield someone
        someone.expect_quiet_console()


class Device:
    """A device that keeps passkeys."""

    def __init__(self, devtools: Any, key: str) -> None:
        self._devtools, self._key = devtools, key

    def know_owner(self, known: bool) -> None:
        """Whether it knows its owner from now on."""
        self._devtools.send("WebAuthn.setUserVerified", {"authenticatorId": self._key, "isUserVerified": known})

    def kept(self) -> int:
        """How many passkeys it keeps."""
        return len(self._devtools.send("WebAuthn.getCredentials", {"authenticatorId": self._key})["credentials"])


def give_device(page: Page) -> Device:
    """Put a device that keeps passkeys into the browser."""
    context: Any = page.context
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return Device(devtools, made["authenticatorId"])


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(ADDRESS)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def look(visitor: Visitor) -> None:
    visitor.expect_fitting()
    visitor.expect_accessible()


def newest_mail() -> str:
    settle()
    text = db.session.scalars(select(OutboxMessage.body_text).order_by(OutboxMessage.id.desc())).first()
    db.session.rollback()
    assert text
    return text


def test_an_officer_adds_a_passkey_and_signs_in_with_nothing_else(named_visitor: Visitor) -> None:
    make_ruth()
    page = named_visitor.page
    device = give_device(page)
    page.goto("/sign-in")
    look(named_visitor)
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    look(named_visitor)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_label("Name of the passkey")).to_be_visible()
    look(named_visitor)
    # Without a name the device is not asked at all: nothing is left on it that nobody knows.
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("Enter a name for the passkey")
    assert device.kept() == 0
    page.get_by_label("Name of the passkey").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto("/my/account/sign-in")
    expect(page.get_by_role("row", name=re.compile("Work laptop"))).to_be_visible()
    look(named_visitor)
    page.get_by_role("button", name="Sign out").click()

    page.goto("/sign-in?next=/desk/people")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    settle()
    used = db.session.scalars(select(Passkey)).one()
    assert used.sign_count > 0
    found = db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert found is not None
    assert (found.way, found.has_second_factor) == ("passkey", True)
    db.session.rollback()


def test_a_passkey_is_the_second_step_after_a_password_and_a_fresh_proof(
    named_visitor: Visitor, wall_clock: Any
) -> None:
    person = make_ruth(None)
    page = named_visitor.page
    give_device(page)
    named_visitor.sign_in(person)
    page.goto("/my/account/sign-in/passkeys/new")
    page.get_by_label("Name of the passkey").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    look(named_visitor)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Second factor")
    wall_clock.forward(minutes=20)
    page.goto("/my/account/sign-in/passkeys/1/remove")
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it still you?")
    look(named_visitor)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Remove it")).to_be_visible()
    look(named_visitor)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("main")).to_contain_text("You have no passkey")
    wall_clock.release()


def test_a_device_that_does_not_know_its_owner_gets_nobody_in(named_visitor: Visitor) -> None:
    person = make_ruth(None)
    page = named_visitor.page
    device = give_device(page)
    named_visitor.sign_in(person)
    page.goto("/my/account/sign-in/passkeys/new")
    page.get_by_label("Name of the passkey").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in")
    device.know_owner(False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    look(named_visitor)


def test_without_javascript_there_are_other_ways(plain_visitor: Visitor) -> None:
    """Password, code by mail, an authenticator app and a recovery code, all without a line of script."""
    make_ruth()
    page = plain_visitor.page
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    page.get_by_role("button", name="Set up an authenticator app").click()
    key = page.locator("strong.muster-code").inner_text().replace("-", "")
    app: Any = TOTP(key=key, format="base32")
    page.get_by_label("Code from your authenticator app").fill(app.generate(clock.now()).token)
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("button", name="Show me 10 recovery codes").click()
    code = page.locator(".muster-codes li").first.inner_text()
    page.get_by_role("button", name="I have kept them: go on").click()
    page.goto("/my/account/sign-in")
    page.get_by_role("button", name="Sign out").click()

    page.goto("/sign-in")
    page.get_by_role("link", name="Get a code by email").click()
    page.get_by_label("Your email address").fill(ADDRESS)
    page.get_by_role("button", name="Send the code").click()
    found = re.search(r"is (\S{4}-\S{4}-\S{4})\n", newest_mail())
    assert found
    page.get_by_label("Code from the message").fill(found[1])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("main")).to_contain_text("You have 9 left.")
    page.goto("/desk/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    page.goto("/my/account/sign-in/passkeys/new")
    expect(page.get_by_role("main")).to_contain_text("set up an authenticator app instead")


PAGES = (
    "/my/account", "/my/account/sign-in", "/my/account/sign-in/password", "/my/account/sign-in/authenticator",
    "/my/account/sign-in/passkeys/new", "/my/account/sign-in/recovery-codes", "/sign-in/code", "/sign-in/send-code",
    "/sign-in/second-step",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_an_account_is_for_everybody_on_every_width(visitor: Visitor, phone: Visitor, path: str) -> None:
    person = make_ruth(None)
    assert person.account is not None
    person.account.tf_totp_secret = "kept"
    db.session.commit()
    for one in (visitor, phone):
        if path.startswith("/my"):
            one.sign_in(person)
        one.open(path, 410 if path in ("/sign-in/code", "/sign-in/second-step") else 200)
        look(one)
