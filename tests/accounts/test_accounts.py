"""Signing up, confirming, signing in, a new password: the whole way, and every way that must not work."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import WallClock
from tests.factories import make_agency, make_person
from tests.pages import Client, Page
from training.accounts.views_sign_up import AGENCY_NOT_SHOWN
from training.agencies.operations import set_domains
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND
from training.people.models import Account, Person
from training.people.operations import change_person, open_account
from training.people.rules import holds_address

PASSWORD = "correct horse staple"
ADDRESS = "ada@council.example"


@pytest.fixture(autouse=True)
def agencies(app: Flask) -> None:
    set_domains(COMMAND, make_agency("Sandby Council"), ["council.example"])
    db.session.commit()


def answers(**more: object) -> dict[str, object]:
    wanted: dict[str, object] = {
        "given_name": "Ada", "family_name": "Obi", "address": ADDRESS, "job_role": "Teacher",
    }  # fmt: skip
    return {**wanted, **more}


def sign_up(client: Client, **more: object) -> Page:
    return client.submit(client.get("/sign-up"), answers(**more), follow=True)


def sign_in(client: Client, password: str = PASSWORD, status: int = 302, address: str = ADDRESS) -> Page:
    return client.submit(client.get("/sign-in"), {"email": address, "password": password}, status=status)


def confirm(client: Client) -> Page:
    return client.submit(client.get(latest_link()), {"password": PASSWORD}, button="Confirm and sign in")


def messages() -> list[tuple[str, str]]:
    found = db.session.execute(select(OutboxMessage.kind, OutboxMessage.recipient_address).order_by(OutboxMessage.id))
    rows = [(kind, address) for kind, address in found]
    db.session.rollback()
    return rows


def latest_link() -> str:
    text = db.session.scalars(db.select(OutboxMessage.body_text).order_by(OutboxMessage.id.desc())).first()
    db.session.rollback()
    found = re.search(r"http://localhost(/link/\S+)", text or "")
    assert found
    return found[1]


def test_from_the_form_to_ones_own_page(client: Client) -> None:
    assert sign_up(client).h1 == "Check your mail"
    assert messages() == [("account-confirm-address", ADDRESS)]
    link = latest_link()
    page = client.get(link)
    assert "Ada Obi" in page
    assert client.submit(page, answers={"password": PASSWORD}, button="Confirm and sign in").location == "/start"
    account = client.get("/my/account")
    assert "Sandby Council" in account
    client.get(link, status=410)
    client.post("/sign-out")
    client.get("/my/account", status=302)
    assert sign_in(client).location == "/start"


def test_looking_at_a_link_does_nothing(client: Client) -> None:
    sign_up(client)
    link = latest_link()
    for _ in range(3):
        client.get(link)
    assert "is not right" in sign_in(client, status=400).errors[0]
    client.submit(client.get(link), answers={"password": PASSWORD}, button="Confirm and sign in")


def test_a_link_that_was_tampered_with_or_is_old_does_not_work(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    sign_up(client)
    link = latest_link()
    client.get(link[:-1] + ("A" if link[-1] != "A" else "B"), status=404)
    wall_clock.forward(days=2, minutes=1)
    assert client.get(link, status=410).h1 == "This link has run out"
    client.submit(client.get("/sign-up/send-again"), {"address": ADDRESS})
    assert (
        client.submit(client.get(latest_link()), answers={"password": PASSWORD}, button="Confirm and sign in").location
        == "/start"
    )


def test_somebody_who_did_not_ask_can_say_so(client: Client) -> None:
    sign_up(client)
    client.submit(client.get(latest_link()), button="I did not ask for this")
    assert db.session.query(Account).count() == 0
    db.session.rollback()
    assert "is not right" in sign_in(client, status=400).errors[0]


def test_the_answer_is_the_same_whoever_has_the_address(client: Client) -> None:
    new = sign_up(client)
    again = sign_up(client, given_name="Eve")
    assert (again.h1, again.text) == (new.h1, new.text)
    assert messages() == [("account-confirm-address", ADDRESS)] * 2
    confirm(client)
    client.post("/sign-out")
    third = sign_up(client)
    assert third.text == new.text
    assert messages()[-1] == ("account-already-there", ADDRESS)
    person = db.session.scalars(db.select(Person)).one()
    assert person.given_name == "Ada"
    db.session.rollback()
    sign_in(client)


def test_an_account_that_a_stranger_asked_for_opens_with_the_owners_password_alone(client: Client, app: Flask) -> None:
    stranger = Client(app)
    page = stranger.get("/sign-up")
    assert page.select("input[type=password]") == []
    stranger.post("/sign-up", answers(password="a password of an impostor"), follow=True, status=200)
    confirm(client)
    client.post("/sign-out")
    sign_in(stranger, "a password of an impostor", status=400)
    sign_in(client)


def test_the_password_is_asked_for_behind_the_link(client: Client) -> None:
    sign_up(client)
    page = client.get(latest_link())
    failed = client.submit(page, {"password": ""}, button="Confirm and sign in", status=400)
    assert failed.errors == ["Enter a password"]
    failed = client.submit(page, {"password": "short"}, button="Confirm and sign in", status=400)
    assert failed.errors == ["Your password must be 12 characters or more"]
    client.get("/my/account", status=302)


@pytest.mark.parametrize(
    "name", ["Win at https://prize.example", "www.prize.example", "ada@prize.example", "Visit prize.example", "t.co"]
)
def test_a_name_is_not_a_message_to_a_stranger(client: Client, name: str) -> None:
    sentence = "must not contain a web or email address. Put a space after each full stop"
    for field, what in (
        ("given_name", "A name"), ("family_name", "A name"), ("job_role", "The job role"),
        ("manager_name", "The name of the manager"),
    ):  # fmt: skip
        page = client.submit(client.get("/sign-up"), answers(**{field: name}), status=400)
        assert page.errors == [f"{what} {sentence}"]
    assert messages() == []


@pytest.mark.parametrize("text", ["Teacher/SENCO", "J.R.R. Tolkien", "St.Mary", "N.Sefton", "Year 7. Head", "O’Neil"])
def test_what_people_really_write_is_no_address(text: str) -> None:
    assert not holds_address(text)


@pytest.mark.parametrize(
    "text", ["évil.example/x", "evil。example", "x.y.evil.com", "EVIL.COM", "a.com b", "hTTps://x"]
)
def test_what_a_mail_program_would_make_a_link_of_is_one(text: str) -> None:
    assert holds_address(text)


def test_a_link_sent_to_a_wrong_address_ends_when_the_address_is_put_right(client: Client) -> None:
    sign_up(client)
    client.submit(client.get("/forgot-password"), {"address": ADDRESS})
    link = latest_link()
    change_person(COMMAND, db.session.scalars(db.select(Person)).one(), {}, "ada.obi@council.example")
    db.session.commit()
    client.get(link, status=410)


def test_somebody_the_desk_knows_chooses_their_own_password(client: Client) -> None:
    make_person("Ada", "Obi", address=ADDRESS)
    db.session.commit()
    sign_up(client)
    assert messages() == [("account-choose-password", ADDRESS)]
    page = client.get(latest_link())
    assert client.submit(page, {"password": "short"}, status=400).errors == [
        "Your password must be 12 characters or more"
    ]
    assert client.submit(page, {"password": PASSWORD}).location == "/start"
    client.post("/sign-out")
    sign_in(client)


def test_an_agency_that_is_not_listed_stops_nobody(client: Client) -> None:
    page = client.get("/sign-up")
    elsewhere = answers(address="ada@elsewhere.example")
    assert client.submit(page, elsewhere, status=400).errors == [AGENCY_NOT_SHOWN]
    unnamed = client.submit(page, elsewhere | {"agency": "not-listed"}, status=400)
    assert unnamed.errors == ["Enter the name of the agency"]
    client.submit(page, elsewhere | {"agency": "not-listed", "agency_named": "Sandby Foster Care"})
    (job,) = db.session.scalars(db.select(Person)).one().employments
    assert (job.agency_id, job.agency_named) == (None, "Sandby Foster Care")
    db.session.rollback()


def test_what_is_wrong_stands_by_its_field_and_in_the_order_of_the_page(client: Client) -> None:
    page = client.get("/sign-up")
    assert client.submit(page, {}, status=400).errors == [
        "Enter your first name", "Enter your last name", "Enter your email address", "Enter your job role",
    ]  # fmt: skip
    shared = client.submit(page, answers(address="office@council.example"), status=400)
    assert "several people read" in shared.errors[0]
    own = client.submit(page, answers(manager_address=ADDRESS), status=400)
    assert own.errors == ["Enter the address of the line manager, not the person’s own"]
    assert own.one("#given_name")["value"] == "Ada"
    assert messages() == []


def test_a_wrong_password_and_an_unknown_address_sound_the_same(client: Client) -> None:
    person = make_person(address=ADDRESS)
    open_account(person, PASSWORD, clock.now())
    db.session.commit()
    wrong = sign_in(client, "wrong password here", status=400)
    unknown = sign_in(client, status=400, address="nobody@council.example")
    assert wrong.errors == unknown.errors == ["The email address or the password is not right"]
    blank = client.submit(client.get("/sign-in"), {}, status=400)
    assert blank.errors == ["Enter an email address", "Enter your password"]


def test_too_many_tries_close_the_door_for_a_while(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    person = make_person(address=ADDRESS)
    open_account(person, PASSWORD, clock.now())
    db.session.commit()
    for address in (ADDRESS, "nobody@council.example"):
        for _ in range(10):
            sign_in(client, "wrong password here", status=400, address=address)
        assert "too many wrong tries" in sign_in(client, status=400, address=address).errors[0]
    wall_clock.forward(minutes=16)
    sign_in(client)


@pytest.mark.parametrize(
    ("following", "led"),
    [("/my/account", "/my/account"), ("//evil.example", "/start"), ("https://evil.example/x", "/start")],
)
def test_signing_in_leads_on_within_this_site_only(client: Client, following: str, led: str) -> None:
    open_account(make_person(address=ADDRESS), PASSWORD, clock.now())
    db.session.commit()
    page = client.get("/sign-in", query_string={"next": following})
    assert client.submit(page, {"email": ADDRESS, "password": PASSWORD}).location == led


def test_a_forgotten_password_is_chosen_anew(client: Client, app: Flask) -> None:
    open_account(make_person(address=ADDRESS), PASSWORD, clock.now())
    db.session.commit()
    elsewhere = Client(app)
    sign_in(elsewhere)
    known = client.submit(client.get("/forgot-password"), {"address": ADDRESS}, follow=True)
    unknown = client.submit(client.get("/forgot-password"), {"address": "nobody@council.example"}, follow=True)
    assert known.text == unknown.text
    assert messages() == [("account-choose-password", ADDRESS)]
    link = latest_link()
    client.get(link)
    elsewhere.get("/my/account")
    client.submit(client.get(link), {"password": "another horse walks"})
    assert messages()[-1] == ("account-password-changed", ADDRESS)
    elsewhere.get("/my/account", status=302)
    client.get(link, status=410)
    client.post("/sign-out")
    sign_in(client, status=400)
    sign_in(client, "another horse walks")


def test_one_address_gets_few_messages_an_hour(client: Client) -> None:
    open_account(make_person(address=ADDRESS), PASSWORD, clock.now())
    db.session.commit()
    for _ in range(8):
        client.submit(client.get("/forgot-password"), {"address": ADDRESS})
    assert len(messages()) == 5


def test_a_closed_account_stays_closed(client: Client) -> None:
    account = open_account(make_person(address=ADDRESS), PASSWORD, clock.now())
    account.active, account.closed_at = False, clock.now()
    db.session.commit()
    assert "has been closed" in sign_in(client, status=400).errors[0]
    client.submit(client.get("/forgot-password"), {"address": ADDRESS})
    assert messages() == []


def test_what_was_wanted_before_signing_up_comes_after_it(client: Client) -> None:
    client.submit(client.get("/sign-up?next=/my/account"), answers())
    assert (
        client.submit(client.get(latest_link()), answers={"password": PASSWORD}, button="Confirm and sign in").location
        == "/my/account"
    )


def test_only_what_is_used_answers(app: Flask) -> None:
    used = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert used == {"security.login", "security.logout"}


def test_ones_own_details_and_jobs(client: Client) -> None:
    trust = make_agency("Sandby Trust")
    person = make_person("Ada", "Obi", address=ADDRESS, agency=make_agency("Old School"))
    db.session.commit()
    trust_id, person_id = trust.id, person.id
    client.sign_in(person)
    form = client.get("/my/account/details")
    assert client.submit(form, {"given_name": ""}, status=400).errors == ["Enter the first name"]
    saved = client.submit(form, {"telephone": "01632 960 001"}, follow=True)
    assert "01632 960 001" in saved
    stale = client.submit(form, {"telephone": "1", "form_token": "another-token-of-24-char"}, status=400)
    assert "Somebody else changed this" in stale.errors[0]
    job = client.get("/my/account/jobs/1")
    client.submit(job, {"job_role": "Head", "manager_name": "Priya Nair"})
    moved = client.submit(client.get("/my/account/jobs/1"), {"agency": str(trust_id)}, follow=True)
    assert moved.flashes == ["Your move is noted. What you did before stays as it was."]
    old, new = db.session.get_one(Person, person_id).employments
    assert old.to_on == clock.today() - timedelta(days=1)
    assert (new.agency_id, new.job_role, new.manager_name) == (trust_id, "Head", "Priya Nair")
    db.session.rollback()
    client.get("/my/account/jobs/1", status=404)
    client.get("/my/account/jobs/9", status=404)
