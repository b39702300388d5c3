"""Second factors: who must show one, setting one up without JavaScript, and every way around it that must not work."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import select

from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client, Page
from training.accounts.factors import ASKED_OF_THE_DESK, DEMANDING_ROLES
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.people.models import Account, Person, RoleGrant, SignIn
from training.people.operations import open_account

PASSWORD = "correct horse staple"
START = "2026-12-03 09:30"


@pytest.fixture(autouse=True)
def morning(wall_clock: WallClock) -> None:
    """Codes of an app change with the time, so the time stands still."""
    wall_clock.set(START)


def somebody(role: Role | None = Role.OFFICER, given: str = "Ruth") -> Person:
    person = make_person(given, role=role)
    open_account(person, PASSWORD, clock.now())
    db.session.commit()
    return person


def sign_in(client: Client, person: Person, url: str = "/sign-in") -> Page:
    address = db.session.get_one(Person, person.id).address
    db.session.rollback()
    return client.submit(client.get(url), {"email": address, "password": PASSWORD})


def key_on(page: Page) -> str:
    return page.one("strong.muster-code").get_text().replace("-", "").replace(" ", "")


def code_of(key: str) -> str:
    """What an app with this key shows now."""
    app: Any = TOTP(key=key, format="base32")
    return str(app.generate(clock.now()).token)


def set_up(client: Client) -> str:
    """Set up an authenticator app; returns its key."""
    page = client.get("/my/account/sign-in/authenticator")
    key = key_on(page)
    client.submit(page, {"code": code_of(key)})
    return key


def make_codes(client: Client) -> list[str]:
    page = client.submit(
        client.get("/my/account/sign-in/recovery-codes"), button="Show me 10 recovery codes", status=200
    )
    return page.words(".muster-codes li")


def enrolled(app: Flask, wall_clock: WallClock, role: Role | None = Role.OFFICER) -> tuple[Person, str, list[str]]:
    """Somebody with an authenticator app and recovery codes, whose app shows a fresh code now."""
    person = somebody(role)
    client = Client(app)
    sign_in(client, person)
    key = set_up(client)
    codes = make_codes(client)
    wall_clock.forward(minutes=1)
    return person, key, codes


def told() -> list[str]:
    found = list(db.session.scalars(select(OutboxMessage.body_text).order_by(OutboxMessage.id)))
    db.session.rollback()
    return found


def test_an_officer_is_led_to_setting_one_up_and_then_to_where_they_wanted(client: Client) -> None:
    person = somebody()
    assert sign_in(client, person, "/sign-in?next=/desk/people").location == "/desk/people"
    page = client.get("/desk/people", follow=True)
    assert page.h1 == "Set up a second factor"
    page = client.click(page, "Set up an authenticator app")
    assert page.one("svg[role=img]")["aria-label"]
    wrong = client.submit(page, {"code": "000000"}, status=400)
    assert "not right" in wrong.errors[0]
    assert key_on(wrong) == key_on(page)
    page = client.submit(page, {"code": code_of(key_on(page))}, follow=True)
    assert page.h1 == "Recovery codes"
    page = client.submit(page, button="Show me 10 recovery codes", status=200)
    codes = page.words(".muster-codes li")
    assert len(set(codes)) == 10
    assert page.links["I have kept them: go on"] == "/desk/people"
    assert client.get("/desk/people").h1 == "People"
    account = db.session.scalars(select(Account)).one()
    assert not {re.sub("-", "", code) for code in codes} & set(account.mf_recovery_codes or [])
    assert all(len(kept) == 64 for kept in account.mf_recovery_codes or [])
    assert "an authenticator app was set up" in told()[0]


@pytest.mark.parametrize("role", sorted(DEMANDING_ROLES))
def test_without_it_nobody_holds_a_role_of_the_desk(client: Client, role: Role) -> None:
    person = somebody(role)
    sign_in(client, person)
    assert "Desk" not in client.get("/").links
    for address in ("/desk/people", "/my", "/start"):
        assert client.get(address, status=302).location.startswith("/sign-in/second-step")
    assert client.post(f"/desk/people/{person.ref}/roles/new").location.startswith("/sign-in/second-step")
    assert client.post("/my/account/details", {"given_name": "R"}).location == "/my/account"


@pytest.mark.parametrize("role", [None, Role.TRAINER, Role.VIEWER])
def test_others_are_not_asked(client: Client, role: Role | None) -> None:
    sign_in(client, somebody(role))
    client.get("/my/account")
    assert client.get("/sign-in/second-step", status=302).location == "/start"


def test_somebody_who_becomes_an_officer_while_signed_in_is_caught(client: Client) -> None:
    person = somebody(None)
    sign_in(client, person)
    client.get("/my/account")
    db.session.add(RoleGrant(person_id=person.id, role=Role.OFFICER, from_on=date(2020, 1, 1)))
    db.session.commit()
    client.get("/desk", follow=True)
    assert client.get("/my/account", follow=True).h1 == "Set up a second factor"
    set_up(client)
    client.get("/desk")


def test_a_partnership_may_leave_it_be(client: Client) -> None:
    person = somebody()
    change_setting(COMMAND, ASKED_OF_THE_DESK, value=False)
    db.session.commit()
    sign_in(client, person)
    client.get("/desk/people")


def test_the_password_alone_does_not_sign_in_whoever_has_one(client: Client, app: Flask, wall_clock: WallClock) -> None:
    person, key, _ = enrolled(app, wall_clock, role=None)
    assert sign_in(client, person, "/sign-in?next=/my/bookings").location == "/sign-in/second-step"
    client.get("/my/account", status=302)
    page = client.get("/sign-in/second-step")
    assert "not right" in client.submit(page, {"code": "123456"}, status=400).errors[0]
    assert client.submit(page, {"code": ""}, status=400).errors == ["Enter the code from your authenticator app"]
    assert client.submit(page, {"code": code_of(key)}).location == "/my/bookings"
    client.get("/my/account")
    found = db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert found is not None
    assert (found.way, found.has_second_factor) == ("password", True)
    db.session.rollback()


def test_a_code_of_the_app_works_once_whoever_tries(client: Client, app: Flask, wall_clock: WallClock) -> None:
    person, key, _ = enrolled(app, wall_clock)
    seen = code_of(key)
    sign_in(client, person)
    client.submit(client.get("/sign-in/second-step"), {"code": seen})
    thief = Client(app)
    sign_in(thief, person)
    assert "was used already" in thief.submit(thief.get("/sign-in/second-step"), {"code": seen}, status=400).errors[0]
    wall_clock.forward(seconds=30)
    thief.submit(thief.get("/sign-in/second-step"), {"code": seen}, status=400)
    kept = db.session.scalars(select(Account.totp_counter)).one()
    assert kept == int(clock.now().timestamp()) // 30 - 1
    db.session.rollback()


def test_the_code_that_set_the_app_up_does_not_sign_in(client: Client, app: Flask) -> None:
    person = somebody()
    sign_in(client, person)
    key = set_up(client)
    other = Client(app)
    sign_in(other, person)
    other.submit(other.get("/sign-in/second-step"), {"code": code_of(key)}, status=400)


def test_the_time_between_the_steps_is_short(client: Client, app: Flask, wall_clock: WallClock) -> None:
    person, key, _ = enrolled(app, wall_clock)
    sign_in(client, person)
    page = client.get("/sign-in/second-step")
    wall_clock.forward(minutes=10, seconds=1)
    assert client.submit(page, {"code": code_of(key)}, status=410).h1 == "Begin again"


def test_nobody_takes_the_second_step_without_the_first(client: Client) -> None:
    for address in ("/sign-in/second-step", "/sign-in/recovery-code"):
        assert client.get(address, status=410).h1 == "Begin again"
        client.post(address, {"code": "123456"}, status=410)


def test_a_recovery_code_works_once_and_says_how_many_are_left(
    client: Client, app: Flask, wall_clock: WallClock
) -> None:
    person, _, codes = enrolled(app, wall_clock)
    sign_in(client, person)
    page = client.get("/sign-in/recovery-code")
    assert "none of the recovery codes" in client.submit(page, {"code": "2222-2222-2222-2222"}, status=400).errors[0]
    client.submit(page, {"code": codes[0].lower().replace("-", " ")})
    assert "You have 9 left." in client.get("/desk/people").flashes[0]
    assert "a recovery code was used to sign in. 9 are left" in told()[-1]
    assert "You have 9 recovery codes left" in client.get("/my/account/sign-in")
    thief = Client(app)
    sign_in(thief, person)
    thief.submit(thief.get("/sign-in/recovery-code"), {"code": codes[0]}, status=400)


def test_new_recovery_codes_replace_the_old(client: Client, app: Flask, wall_clock: WallClock) -> None:
    person, key, codes = enrolled(app, wall_clock)
    sign_in(client, person)
    client.submit(client.get("/sign-in/second-step"), {"code": code_of(key)})
    fresh = make_codes(client)
    assert not set(fresh) & set(codes)
    other = Client(app)
    sign_in(other, person)
    other.submit(other.get("/sign-in/recovery-code"), {"code": codes[1]}, status=400)
    other.submit(other.get("/sign-in/recovery-code"), {"code": fresh[1]})


def test_a_browser_that_was_in_before_cannot_change_what_another_set_up(
    client: Client, app: Flask, wall_clock: WallClock
) -> None:
    person, key, _ = enrolled(app, wall_clock, role=None)
    client.sign_in(person, has_second_factor=False)
    for address in ("authenticator", "authenticator/remove", "passkeys/new", "password", "recovery-codes"):
        led = client.get(f"/my/account/sign-in/{address}", status=302).location
        assert led == f"/sign-in/second-step?next=/my/account/sign-in/{address}"
    client.post("/my/account/sign-in/authenticator/remove")
    page = client.get("/sign-in/second-step?next=/my/account/sign-in/password")
    assert client.submit(page, {"code": code_of(key)}).location == "/my/account/sign-in/password"
    client.get("/my/account/sign-in/password")


def test_changing_how_one_signs_in_needs_a_fresh_proof(client: Client, wall_clock: WallClock) -> None:
    person = somebody(None)
    sign_in(client, person)
    client.get("/my/account/sign-in/authenticator")
    wall_clock.forward(minutes=16)
    page = client.get("/my/account/sign-in/authenticator", follow=True)
    assert page.h1 == "Is it still you?"
    assert client.submit(page, {"password": "wrong password it is"}, status=400).errors == ["This is not your password"]
    assert client.submit(page, {"password": PASSWORD}).location == "/my/account/sign-in/authenticator"
    client.get("/my/account/sign-in/authenticator")


def test_a_fresh_proof_by_a_code_of_the_app_or_by_mail(client: Client, app: Flask, wall_clock: WallClock) -> None:
    person, key, _ = enrolled(app, wall_clock)
    client.sign_in(person)
    wall_clock.forward(minutes=16)
    page = client.get("/my/account/sign-in/password", follow=True)
    page = client.click(page, "Use a code from your authenticator app")
    client.submit(page, {"code": "111111"}, status=400)
    assert client.submit(page, {"code": code_of(key)}).location == "/my/account/sign-in/password"
    wall_clock.forward(minutes=16)
    page = client.get("/my/account/sign-in/password", follow=True)
    page = client.submit(page, button="Send me a code by email", follow=True)
    client.submit(page, {"code": "BBBB-BBBB-BBBB"}, status=400)
    mailed = re.search(r"is (\S{4}-\S{4}-\S{4})\n", told()[-1])
    assert mailed
    assert client.submit(page, {"code": mailed[1]}).location == "/my/account/sign-in/password"


def test_an_officer_cannot_go_without_and_a_learner_can(client: Client, app: Flask, wall_clock: WallClock) -> None:
    person, _, _ = enrolled(app, wall_clock)
    client.sign_in(person)
    page = client.get("/my/account/sign-in/authenticator/remove")
    assert "Set up another one first" in client.submit(page, status=400).errors[0]
    learner, _, _ = enrolled(app, wall_clock, role=None)
    client.sign_in(learner)
    client.submit(client.get("/my/account/sign-in/authenticator/remove"))
    account = db.session.scalars(select(Account).where(Account.person_id == learner.id)).one()
    assert (account.tf_totp_secret, account.mf_recovery_codes, account.totp_counter) == (None, None, None)
    db.session.rollback()
    client.get("/my/account/sign-in/recovery-codes", status=404)


def test_the_secret_is_enciphered_and_without_the_key_of_the_installation_no_code_is_right(
    client: Client, app: Flask, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, key, _ = enrolled(app, wall_clock)
    kept = db.session.scalars(select(Account.tf_totp_secret)).one()
    db.session.rollback()
    assert kept is not None
    assert key not in kept
    factory = app.extensions["security"].totp_factory
    changed = type(factory)({"1": "a wholly different secret key of the installation"}, "Muster")
    monkeypatch.setattr(app.extensions["security"], "_totp_factory", changed)
    sign_in(client, person)
    client.submit(client.get("/sign-in/second-step"), {"code": "123456"}, status=400)


def test_the_desk_takes_a_second_factor_away_with_a_reason(client: Client, app: Flask, wall_clock: WallClock) -> None:
    person, _, _ = enrolled(app, wall_clock, role=Role.TRAINER)
    theirs = Client(app)
    theirs.sign_in(person)
    client.sign_in(somebody(Role.OFFICER, "Olive"))
    page = client.click(client.get(f"/desk/people/{person.ref}"), "Reset the second factor")
    assert client.submit(page, {"reason": ""}, status=400).errors == ["Enter the reason"]
    done = client.submit(page, {"reason": "Telephone lost"}, follow=True)
    assert "No second factor is set up." in done
    theirs.get("/my/account", status=302)
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    assert (account.tf_totp_secret, account.mf_recovery_codes, account.webauthn) == (None, None, [])
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.deed, entry.reason) == ("reset the second factor of", "Telephone lost")
    db.session.rollback()
    assert "They gave this reason: Telephone lost" in told()[-1].replace("\n", " ")
    assert sign_in(theirs, person).location == "/start"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.SYSTEM])
def test_never_ones_own_nor_that_of_somebody_whose_roles_one_cannot_give(
    client: Client, app: Flask, wall_clock: WallClock, role: Role
) -> None:
    person, _, _ = enrolled(app, wall_clock, role=role)
    client.sign_in(somebody(Role.OFFICER, "Olive"))
    assert "Reset the second factor" not in client.get(f"/desk/people/{person.ref}").links
    client.post(f"/desk/people/{person.ref}/second-factor/reset", {"reason": "because"}, status=403)
    client.sign_in(person)
    if role is not Role.ADMINISTRATOR:
        client.post(f"/desk/people/{person.ref}/second-factor/reset", {"reason": "because"}, status=403)
    client.sign_in(somebody(Role.SYSTEM, "Sid"))
    client.post(f"/desk/people/{person.ref}/second-factor/reset", {"reason": "because"})
    assert db.session.scalars(select(Account.tf_totp_secret).where(Account.person_id == person.id)).one() is None
    db.session.rollback()
