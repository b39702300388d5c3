"""Signing in with an organisation's own sign-in, and everything that must not get anybody in."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from joserfc.jwk import RSAKey
from sqlalchemy import select, update

from tests.accounts.provider import OutsideProvider, provider_running
from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client, Page
from training.accounts.oidc import forget_providers
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND
from training.people.models import Account, EmailAddress, OutsideIdentity, Person, SignIn
from training.people.operations_claims import remove_address

ADDRESS = "ada@council.example"


@pytest.fixture
def provider() -> Generator[OutsideProvider]:
    forget_providers()
    with provider_running() as running:
        yield running


@pytest.fixture(autouse=True)
def configured(app: Flask, provider: OutsideProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(app, monkeypatch, provider)


def tell(app: Flask, monkeypatch: pytest.MonkeyPatch, provider: OutsideProvider, **more: Any) -> None:
    """Let the installation know the provider."""
    config = replace(app.extensions["muster"], single_sign_on=(provider.configured(**more),))
    monkeypatch.setitem(app.extensions, "muster", config)


def person_with_account(address: str = ADDRESS, **columns: Any) -> Person:
    person = make_person("Ada", address=address)
    now = clock.now()
    account = Account(person=person, email=address, fs_uniquifier=f"account-of-{person.ref}", active=True)
    account.confirmed_at = now
    for name, value in columns.items():
        setattr(account, name, value)
    db.session.add(account)
    db.session.commit()
    return person


def leave(client: Client, provider: OutsideProvider) -> str:
    """From the sign-in page to the provider and back: the address it leads to."""
    page = client.get("/sign-in")
    left = client.get(page.links["Sign in with Sandby Council"], 302)
    return f"/sign-in/with/council/back?{urlencode(provider.approve(left.headers['Location']))}"


def sign_in(client: Client, provider: OutsideProvider, status: int = 302) -> Page:
    return client.submit(client.get(leave(client, provider)), button="Continue", status=status)


def is_signed_in(client: Client) -> bool:
    return client.ask("GET", "/my/account").status == 200


def identities() -> list[tuple[str, str]]:
    db.session.rollback()
    found = [(row.subject, row.address) for row in db.session.scalars(select(OutsideIdentity))]
    db.session.rollback()
    return found


def test_somebody_known_is_signed_in_and_linked(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    assert sign_in(client, provider).location == "/start"
    assert is_signed_in(client)
    assert identities() == [("subject-1", ADDRESS)]
    assert "Organisation’s sign-in" in client.get("/my/account/sign-ins")


def test_coming_back_signs_nobody_in_without_the_button(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    back = leave(client, provider)
    for _ in range(3):
        client.get(back)
    assert not is_signed_in(client)
    assert identities() == []
    assert "/token" not in provider.asked
    client.submit(client.get(back), button="Continue")
    assert is_signed_in(client)


def test_the_provider_is_told_exactly_where_to_lead_back(client: Client, provider: OutsideProvider) -> None:
    leave_to = client.get("/sign-in/with/council", 302, headers={"Host": "evil.example"}).headers["Location"]
    assert urlencode({"redirect_uri": "http://localhost/sign-in/with/council/back"}) in leave_to


def test_the_subject_decides_once_it_is_linked(client: Client, app: Flask, provider: OutsideProvider) -> None:
    ada = person_with_account()
    sign_in(client, provider)
    db.session.execute(update(EmailAddress).values(address="ada@elsewhere.example"))
    db.session.commit()
    provider.claims = {"email": "ada.new@council.example", "email_verified": False}
    again = Client(app)
    sign_in(again, provider)
    assert is_signed_in(again)
    key = ada.id
    db.session.rollback()
    assert db.session.scalars(select(SignIn)).all()[-1].account.person_id == key


def test_another_subject_with_a_linked_address_gets_the_account_of_the_address(
    client: Client, app: Flask, provider: OutsideProvider
) -> None:
    person_with_account()
    sign_in(client, provider)
    provider.claims = {"sub": "subject-2", "email": "bob@council.example"}
    page = sign_in(Client(app), provider, 403)
    assert page.h1 == "You have no account yet"
    assert len(identities()) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "false"},
        {"email_verified": True, "xms_edov": False},
        {"email": None},
        {"email": "ada@other.example"},
        {"email": "ada@council.example.evil.example"},
    ],
)
def test_an_address_nobody_vouches_for_opens_nothing(
    client: Client, provider: OutsideProvider, claims: dict[str, Any]
) -> None:
    person_with_account()
    person_with_account("ada@other.example")
    provider.claims = claims
    page = sign_in(client, provider, 403)
    assert "did not confirm an email address" in page
    assert not is_signed_in(client)
    assert identities() == []


@pytest.mark.parametrize("said", [{"xms_edov": True}, {"xms_edov": "1"}, {"email_verified": "true"}])
def test_what_providers_call_verified(client: Client, provider: OutsideProvider, said: dict[str, Any]) -> None:
    person_with_account()
    provider.claims = {"email_verified": None, **said}
    sign_in(client, provider)
    assert is_signed_in(client)


def test_addresses_of_a_provider_whose_administrators_give_them_out(
    client: Client, app: Flask, provider: OutsideProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_with_account()
    tell(app, monkeypatch, provider, addresses_verified=True)
    provider.claims = {"email_verified": False}
    sign_in(client, provider, 403)
    provider.claims = {"email_verified": None}
    sign_in(client, provider)
    assert is_signed_in(client)


def past_due(seconds: int) -> dict[str, Any]:
    moment = int(clock.now().timestamp())
    return {"exp": moment - seconds, "iat": moment - seconds - 60}


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["muster", "somebody-else"]},
        {"aud": ["muster", "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"iss": "https://login.example/another-tenant/v2.0"},
        {"iss": None},
        {"sub": None},
        {"exp": None},
        "expired",
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_attempt_gets_nobody_in(
    client: Client, provider: OutsideProvider, claims: dict[str, Any] | str
) -> None:
    person_with_account()
    provider.claims = past_due(300) if isinstance(claims, str) else claims
    page = sign_in(client, provider, 400)
    assert page.h1 == "You are not signed in"
    assert "We could not be sure who you are" in page
    assert not is_signed_in(client)
    assert identities() == []


def test_a_clock_that_is_a_minute_off_does_not_matter(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    provider.claims = past_due(60)
    sign_in(client, provider)
    assert is_signed_in(client)


def test_a_token_signed_by_somebody_else_gets_nobody_in(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    provider.signs_with = RSAKey.generate_key(2048, {"kid": str(provider.key.kid)})
    sign_in(client, provider, 400)
    assert not is_signed_in(client)


def test_keys_that_were_changed_are_fetched(client: Client, app: Flask, provider: OutsideProvider) -> None:
    person_with_account()
    sign_in(client, provider)
    provider.rotate()
    again = Client(app)
    sign_in(again, provider)
    assert is_signed_in(again)
    assert provider.asked.count("/keys") == 2
    sign_in(Client(app), provider)
    assert provider.asked.count("/keys") == 2, "known keys are not asked for again"


def test_an_attempt_works_once(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    back = leave(client, provider)
    page = client.get(back)
    client.submit(page, button="Continue")
    fresh = client.get(back, 400)
    assert "with another browser, or too long ago" in fresh


def test_a_button_pressed_twice_leaves_the_first_answer_alone(
    client: Client, app: Flask, provider: OutsideProvider
) -> None:
    person_with_account()
    page = client.get(leave(client, provider))
    twin = Client(app)
    twin._client.set_cookie("muster", client.cookie)  # pyright: ignore[reportPrivateUsage]
    client.submit(page, button="Continue")
    second = twin.submit(page, button="Continue")
    assert second.location == "/start"
    assert "Set-Cookie" not in second.headers
    assert is_signed_in(client)


def test_a_copied_cookie_and_code_work_once(client: Client, app: Flask, provider: OutsideProvider) -> None:
    person_with_account()
    back = leave(client, provider)
    page = client.get(back)
    thief = Client(app)
    thief._client.set_cookie("muster", client.cookie)  # pyright: ignore[reportPrivateUsage]
    copy = thief.get(back)
    client.submit(page, button="Continue")
    thief.submit(copy, button="Continue", status=400)
    assert not is_signed_in(thief)


def test_another_browser_cannot_finish_an_attempt(client: Client, app: Flask, provider: OutsideProvider) -> None:
    person_with_account()
    back = leave(client, provider)
    other = Client(app)
    other.get(back, 400)
    leave(other, provider)
    other.get(back, 400)
    code = back.partition("code=")[2].partition("&")[0]
    other.post("/sign-in/with/council/back", {"code": code, "state": "guessed"}, 400)
    assert not is_signed_in(other)
    assert "/token" not in provider.asked


def test_a_code_stolen_into_another_attempt_is_refused_by_its_verifier(
    client: Client, app: Flask, provider: OutsideProvider
) -> None:
    person_with_account()
    stolen = leave(client, provider).partition("code=")[2].partition("&")[0]
    thief = Client(app)
    own = leave(thief, provider)
    state = own.partition("state=")[2]
    page = thief.get(f"/sign-in/with/council/back?code={stolen}&state={state}")
    thief.submit(page, button="Continue", status=400)
    assert not is_signed_in(thief)


def test_an_attempt_grows_too_old(client: Client, provider: OutsideProvider, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    back = leave(client, provider)
    wall_clock.forward(minutes=14, seconds=59)
    client.get(back)
    wall_clock.forward(seconds=1)
    client.get(back, 400)


def test_a_foreign_page_cannot_finish_an_attempt(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    page = client.get(leave(client, provider))
    fields = {
        str(tag["name"]): str(tag["value"]) for tag in page.select("main input[name=code], main input[name=state]")
    }
    client.post("/sign-in/with/council/back", fields, 400, tokens=False)
    assert not is_signed_in(client)


def test_somebody_who_turns_back_there_is_told_what_else_they_can_do(client: Client, provider: OutsideProvider) -> None:
    state = leave(client, provider).partition("state=")[2]
    page = client.get(f"/sign-in/with/council/back?error=access_denied&state={state}", 403)
    assert "You did not sign in there" in page
    assert page.links["Sign in another way"] == "/sign-in"


def test_a_provider_that_is_down_is_said_in_words(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    provider.is_down = True
    page = client.get("/sign-in/with/council", 503)
    assert "does not answer at the moment" in page
    client.get("/sign-in")
    provider.is_down = False
    back = client.get(leave(client, provider))
    provider.is_down = True
    page = client.submit(back, button="Continue", status=503)
    assert "Sign in another way" in page.links
    assert not is_signed_in(client)


def test_a_provider_nobody_reaches_is_said_in_words(
    client: Client, app: Flask, provider: OutsideProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(app, monkeypatch, provider, issuer="http://127.0.0.1:9")
    client.get("/sign-in/with/council", 503)


def test_a_provider_that_calls_itself_something_else_is_not_used(
    client: Client, app: Flask, provider: OutsideProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(app, monkeypatch, provider, issuer=f"{provider.address}/")
    client.get("/sign-in/with/council", 503)


def test_an_unknown_address_is_told_to_create_an_account(client: Client, provider: OutsideProvider) -> None:
    page = sign_in(client, provider, 403)
    assert page.h1 == "You have no account yet"
    assert ADDRESS in page
    assert page.links["Create an account"] == "/sign-up"
    assert db.session.scalars(select(Account)).all() == []


def test_somebody_known_without_an_account_gets_one_without_a_password(
    client: Client, provider: OutsideProvider
) -> None:
    make_person("Ada", address=ADDRESS)
    db.session.commit()
    sign_in(client, provider)
    assert is_signed_in(client)
    account = db.session.scalars(select(Account)).one()
    assert account.password is None
    assert account.confirmed_at is not None


def test_a_password_set_before_the_address_was_confirmed_is_gone(client: Client, provider: OutsideProvider) -> None:
    person_with_account(password="of-somebody-else", confirmed_at=None)
    db.session.execute(update(EmailAddress).values(confirmed_at=None))
    db.session.commit()
    sign_in(client, provider)
    assert is_signed_in(client)
    account = db.session.scalars(select(Account)).one()
    assert account.password is None
    assert account.person.addresses[0].confirmed_at is not None


def test_a_second_address_counts_once_it_is_confirmed(client: Client, provider: OutsideProvider) -> None:
    person = person_with_account("ada@home.example")
    second = EmailAddress(person=person, address=ADDRESS, is_primary=False)
    db.session.add(second)
    db.session.commit()
    assert "Confirm your email address first" in sign_in(client, provider, 403)
    second.confirmed_at = clock.now()
    db.session.commit()
    sign_in(client, provider)
    assert is_signed_in(client)


def test_an_address_that_is_gone_takes_the_sign_in_linked_by_it_along(
    client: Client, app: Flask, provider: OutsideProvider
) -> None:
    person = person_with_account("ada@home.example")
    second = EmailAddress(person=person, address=ADDRESS, is_primary=False, confirmed_at=clock.now())
    db.session.add(second)
    db.session.commit()
    sign_in(client, provider)
    assert identities() == [("subject-1", ADDRESS)]
    remove_address(COMMAND, second)
    db.session.commit()
    assert identities() == []
    again = Client(app)
    sign_in(again, provider, 403)
    assert not is_signed_in(again)


def test_a_closed_account_stays_closed(client: Client, app: Flask, provider: OutsideProvider) -> None:
    person_with_account()
    sign_in(client, provider)
    db.session.execute(update(Account).values(active=False, closed_at=clock.now()))
    db.session.commit()
    assert "This account has been closed" in sign_in(Client(app), provider, 403)
    db.session.execute(update(OutsideIdentity).values(subject="another"))
    db.session.commit()
    again = Client(app)
    assert "This account has been closed" in sign_in(again, provider, 403)
    assert not is_signed_in(again)


@pytest.mark.parametrize(("claims", "always", "has_both"), [({}, False, False), ({"amr": ["pwd"]}, False, False),
    ({"amr": ["pwd", "mfa"]}, False, True), ({"amr": "mfa"}, False, False), ({}, True, True)])  # fmt: skip
def test_a_second_factor_there_counts_here(
    client: Client, app: Flask, provider: OutsideProvider, monkeypatch: pytest.MonkeyPatch,
    claims: dict[str, Any], always: bool, has_both: bool,
) -> None:  # fmt: skip
    person_with_account()
    tell(app, monkeypatch, provider, two_factors=always)
    provider.claims = claims
    sign_in(client, provider)
    assert db.session.scalars(select(SignIn)).one().has_second_factor is has_both


def test_the_page_that_was_wanted_is_opened(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    page = client.get("/sign-in?next=/my/bookings")
    left = client.get(page.links["Sign in with Sandby Council"], 302)
    back = client.get(f"/sign-in/with/council/back?{urlencode(provider.approve(left.headers['Location']))}")
    assert client.submit(back, button="Continue").location == "/my/bookings"


def test_linked_sign_ins_are_listed_and_removed(client: Client, provider: OutsideProvider) -> None:
    person_with_account()
    sign_in(client, provider)
    page = client.click(client.get("/my/account"), "Linked sign-ins")
    assert "Sandby Council" in page
    assert ADDRESS in page
    page = client.submit(page, button="Remove the link to Sandby Council", follow=True)
    assert "No other sign-in is linked" in page
    assert identities() == []


def test_the_owner_is_told_once_that_a_sign_in_was_linked(
    client: Client, app: Flask, provider: OutsideProvider
) -> None:
    person_with_account()
    sign_in(client, provider)
    sign_in(Client(app), provider)
    (message,) = db.session.scalars(select(OutboxMessage)).all()
    assert message.recipient_address == ADDRESS
    assert "the sign-in of Sandby Council was linked to your account" in message.body_text


def test_two_browsers_at_the_same_moment_link_once(app: Flask, provider: OutsideProvider) -> None:
    person_with_account()
    browsers = [Client(app), Client(app)]
    pages = [client.get(leave(client, provider)) for client in browsers]
    db.session.remove()

    def press(number: int) -> str:
        return browsers[number].submit(pages[number], button="Continue").location

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(press, range(2))) == ["/start", "/start"]
    assert len(identities()) == 1


def test_nobody_removes_the_link_of_somebody_else(client: Client, app: Flask, provider: OutsideProvider) -> None:
    person_with_account()
    sign_in(client, provider)
    page = client.get("/my/account/linked")
    bob = make_person("Bob")
    db.session.commit()
    other = Client(app)
    other.sign_in(bob)
    other.post(str(page.one("main form")["action"]))
    assert len(identities()) == 1


def test_an_unknown_provider_is_no_page(client: Client) -> None:
    client.get("/sign-in/with/nobody", 404)
    client.get("/sign-in/with/nobody/back?code=a&state=b", 404)
    client.post("/sign-in/with/nobody/back", {"code": "a", "state": "b"}, 404)
