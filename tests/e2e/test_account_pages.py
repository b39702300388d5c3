"""Every page of signing in and of one's account, by construction: on a telephone, for axe, and without JavaScript."""

import re
from collections.abc import Iterator

from flask import Flask
from playwright.sync_api import expect

from tests.e2e.visitor import Visitor
from tests.factories import make_agency, make_person
from training.core import clock
from training.core.database import db
from training.people.models import EmailAddress, OutsideIdentity, Passkey, Person, Standing
from training.people.operations import open_account
from training.web.access import rule_of

ROOMS = ("/my/account", "/my/agency", "/sign-in", "/sign-up", "/forgot-password", "/link")
NOT_PAGES = re.compile(r"\.(html|json)$")
OF_A_LINK = "/link/<"
"""What a message leads to has tests of its own, with a link of each kind."""
OF_A_PROVIDER = "/sign-in/with/"
"""Leads away to an organisation's own sign-in; tried with a provider in tests/people/test_single_sign_on.py."""
WITHOUT_MAIL = {"/sign-in/code": 410, "/sign-in/second-step": 410, "/sign-in/recovery-code": 410}
"""Pages that are a step of something that nobody has begun here; they say so."""


def addresses(app: Flask) -> Iterator[str]:
    """The pages that can be opened, each number being 1."""
    for found in app.url_map.iter_rules():
        declared = rule_of(app, found.endpoint)
        if declared is None or "GET" not in (found.methods or ()) or NOT_PAGES.search(found.rule):
            continue
        if found.rule.startswith(ROOMS) and not found.rule.startswith((OF_A_LINK, OF_A_PROVIDER)):
            yield re.sub(r"<int:\w+>", "1", found.rule)


def make_owner() -> Person:
    """Somebody with all that an account can have."""
    person = make_person("Ada", "Obi", agency=make_agency("Sandby Council"))
    person.addresses.append(EmailAddress(address="ada@other.example", is_primary=False, confirmed_at=clock.now()))
    person.employments[0].standing = Standing.LISTED
    account = open_account(person, "correct horse staple", clock.now())
    account.tf_totp_secret, account.tf_primary_method = "kept", "authenticator"
    account.mf_recovery_codes = ["kept"]
    db.session.add_all(
        [
            OutsideIdentity(account=account, issuer="https://login.sandby.example", subject="7", address="a@b.example"),
            Passkey(
                user=account, name="Laptop", credential_id=b"1", public_key=b"1", backup_state=False, usage="first",
                device_type="single_device", lastuse_datetime=clock.now(),
            ),
        ]
    )  # fmt: skip
    db.session.commit()
    return person


def test_every_page_is_for_everybody_on_a_telephone(phone: Visitor, app: Flask) -> None:
    paths = sorted(addresses(app))
    assert len(paths) > 30
    person = make_owner()
    phone.open("/sign-in")
    for path in [path for path in paths if not path.startswith("/my")]:
        phone.open(path, WITHOUT_MAIL.get(path, 200))
        phone.expect_fitting()
        phone.expect_accessible()
    phone.sign_in(person)
    for path in [path for path in paths if path.startswith("/my")]:
        phone.open(path)
        assert path.startswith("/my/account/sign-in/again") or "Is it still you?" not in phone.page.title(), path
        phone.expect_fitting()
        phone.expect_accessible()


def test_every_page_shows_its_buttons_without_javascript(plain_visitor: Visitor, app: Flask) -> None:
    person = make_owner()
    plain_visitor.open("/sign-in")
    for path in sorted(addresses(app), key=lambda path: path.startswith("/my")):
        if path.startswith("/my"):
            plain_visitor.sign_in(person)
        page = plain_visitor.open(path, WITHOUT_MAIL.get(path, 200))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for form in page.locator("main form:not([data-passkey])").all():
            expect(form.get_by_role("button").first).to_be_visible()
        if page.locator("main form[data-passkey]").count():
            expect(page.get_by_text("needs JavaScript")).to_be_visible()
