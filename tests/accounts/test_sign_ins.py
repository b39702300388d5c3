"""Browsers that somebody is signed in with: seen, ended, and dead once they are."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client
from training.accounts.devices import UNKNOWN, device_in_words
from training.accounts.operations import open_account
from training.accounts.sign_ins import DESK_IDLE_MINUTES, IDLE_MINUTES, KEY, end_sign_ins
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.people.models import Account, Person, SignIn

PASSWORD = "correct horse staple"
NOW = "2026-12-03 09:30"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def person_with_account(role: Role | None = None) -> Person:
    person = make_person("Ada", role=role)
    db.session.flush()
    open_account(person, PASSWORD, clock.now())
    db.session.commit()
    return person


def browser(app: Flask, person: Person, user_agent: str = FIREFOX) -> Client:
    """A browser in which `person` typed their password."""
    client = Client(app)
    client.get("/sign-in", headers={"User-Agent": user_agent})
    address = person.address
    db.session.rollback()
    client.post("/sign-in", {"email": address, "password": PASSWORD}, headers={"User-Agent": user_agent})
    return client


def with_cookie(app: Flask, value: str) -> Client:
    """Another browser with a copy of a cookie."""
    client = Client(app)
    client._client.set_cookie("muster", value)  # pyright: ignore[reportPrivateUsage]
    return client


def is_signed_in(client: Client) -> bool:
    return client.ask("GET", "/my/account").status == 200


def rows() -> list[SignIn]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(SignIn).order_by(SignIn.id)))


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) CriOS/140.0 Mobile Safari/604.1", "Chrome on iPad"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1.15", "Safari on Mac"),
        ("Something (Windows)", "A browser on Windows"),
        ("<script>alert(1)</script>", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_device_is_named_in_words(user_agent: str, words: str) -> None:
    assert device_in_words(user_agent) == words


def test_the_page_names_each_browser_and_says_which_is_this_one(app: Flask) -> None:
    person = person_with_account()
    here = browser(app, person)
    browser(app, person, CHROME)
    page = here.click(here.get("/my/account"), "Where you are signed in")
    assert page.words("h2.govuk-heading-s") == ["Firefox on Windows (this browser)", "Chrome on Android"]
    assert "Password" in page


def test_the_database_has_no_key_and_no_network_address(app: Flask) -> None:
    here = browser(app, person_with_account())
    with here._client.session_transaction() as cookie:  # pyright: ignore[reportPrivateUsage]
        key = cookie[KEY]
    held = [str(value) for value in db.session.execute(select(SignIn.__table__)).one()]
    db.session.rollback()
    assert key not in held
    assert not any("127.0.0.1" in value for value in held)


def test_a_stolen_cookie_is_dead_after_signing_out(app: Flask) -> None:
    here = browser(app, person_with_account())
    thief = with_cookie(app, here.cookie)
    assert is_signed_in(thief)
    here.post("/sign-out")
    assert not is_signed_in(thief)
    assert not is_signed_in(here)


def test_one_browser_signs_another_out_and_not_itself(app: Flask) -> None:
    person = person_with_account()
    here, there = browser(app, person), browser(app, person, CHROME)
    page = here.get("/my/account/sign-ins")
    form = next(form for form in page.select("main form") if "Chrome on Android" in form.get_text())
    here.post(str(form["action"]))
    assert is_signed_in(here)
    assert not is_signed_in(there)
    here.post(str(form["action"]), follow=True, status=200)
    assert is_signed_in(here), "ending what has ended already does nothing"


def test_signing_this_browser_out_in_the_list_signs_out(app: Flask) -> None:
    here = browser(app, person_with_account())
    page = here.get("/my/account/sign-ins")
    assert here.submit(page, form="main form").location == "/"
    assert not is_signed_in(here)


def test_everywhere_else_leaves_this_browser(app: Flask) -> None:
    person = person_with_account()
    here, there, elsewhere = (browser(app, person) for _ in range(3))
    page = here.submit(here.get("/my/account/sign-ins"), button="Sign out everywhere else", follow=True)
    assert page.flashes == ["You are signed out everywhere else."]
    assert "Sign out everywhere else" not in page.buttons
    assert (is_signed_in(here), is_signed_in(there), is_signed_in(elsewhere)) == (True, False, False)


def test_nobody_ends_the_sign_in_of_somebody_else(app: Flask) -> None:
    ada, bob = person_with_account(), make_person("Bob")
    db.session.commit()
    here = browser(app, ada)
    handle = rows()[0].key_hash[:16]
    db.session.rollback()
    other = Client(app)
    other.sign_in(bob)
    other.post(f"/my/account/sign-ins/{handle}/sign-out")
    assert is_signed_in(here)


def test_somebody_who_was_away_too_long_is_signed_out_for_good(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    here = browser(app, person_with_account())
    thief = with_cookie(app, here.cookie)
    wall_clock.forward(hours=12)
    assert is_signed_in(here)
    wall_clock.forward(hours=12, minutes=1)
    page = here.get("/my/account", status=302)
    assert page.location == "/sign-in?next=/my/account"
    assert "had not used Muster for a while" in here.get(page.location).flashes[0]
    wall_clock.set(NOW)
    assert not is_signed_in(thief), "setting the clock back brings nobody in"
    assert rows()[0].ended_at is not None


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.SYSTEM])
def test_the_training_team_is_signed_out_sooner(app: Flask, wall_clock: WallClock, role: Role) -> None:
    wall_clock.set(NOW)
    client = Client(app)
    client.sign_in(make_person(role=role), stays=False)
    wall_clock.forward(minutes=60)
    assert is_signed_in(client)
    wall_clock.forward(minutes=61)
    assert not is_signed_in(client)


def test_who_is_here_is_read_in_one_query(client: Client, statements: list[str]) -> None:
    client.sign_in(make_person())
    client.get("/my/account/details")
    statements.clear()
    client.get("/my/account/details")
    about = [text for text in statements if "FROM sign_in" in text or "FROM account" in text]
    assert len(about) == 1
    assert "JOIN person" in about[0]


def test_idle_limits_are_settings(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    change_setting(COMMAND, IDLE_MINUTES, 30)
    change_setting(COMMAND, DESK_IDLE_MINUTES, 120)
    officer, learner = make_person(role=Role.OFFICER), make_person()
    db.session.commit()
    for person in (officer, learner):
        client = Client(app)
        client.sign_in(person, stays=False)
        wall_clock.forward(minutes=31)
        assert not is_signed_in(client), "whoever sees more is never signed in for longer"


def test_somebody_who_is_always_here_signs_in_again_after_thirty_days(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    here = browser(app, person_with_account())
    for _ in range(60):
        wall_clock.forward(hours=12)
        assert is_signed_in(here)
    wall_clock.forward(minutes=6)
    assert not is_signed_in(here)


def test_being_here_is_noted_every_few_minutes_and_on_the_account_once_a_day(app: Flask, wall_clock: WallClock) -> None:
    began = wall_clock.set(NOW)
    here = browser(app, person_with_account())

    def noted() -> tuple[datetime, datetime | None]:
        row = rows()[0]
        found = row.seen_at, row.account.last_seen_at
        db.session.rollback()
        return found

    wall_clock.forward(minutes=4)
    here.get("/my/account")
    assert noted() == (began, began)
    later = wall_clock.forward(minutes=1)
    here.get("/my/account")
    assert noted() == (later, began)
    evening = wall_clock.set("2026-12-03 20:00")
    here.get("/my/account")
    assert noted() == (evening, began)
    morning = wall_clock.set("2026-12-04 07:00")
    here.get("/my/account")
    assert noted() == (morning, morning)


def test_the_hour_that_is_shown_twice_in_autumn_signs_nobody_out(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-10-25 00:45")
    client = Client(app)
    client.sign_in(make_person(role=Role.OFFICER), stays=False)
    wall_clock.forward(minutes=59)
    assert is_signed_in(client)
    wall_clock.forward(minutes=59)
    assert is_signed_in(client)


def test_a_moment_to_come_is_put_right_when_the_clock_is(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    here = browser(app, person_with_account())
    early = with_cookie(app, here.cookie)
    wall_clock.forward(hours=6)
    assert is_signed_in(here)
    now = wall_clock.set("2026-12-03 09:31")
    assert is_signed_in(early)
    assert rows()[0].seen_at == now


def test_a_closed_account_is_signed_out_at_once(app: Flask) -> None:
    person = person_with_account()
    here = browser(app, person)
    db.session.execute(update(Account).values(active=False, closed_at=clock.now()))
    db.session.commit()
    assert not is_signed_in(here)
    db.session.execute(update(Account).values(active=True, closed_at=None))
    db.session.commit()
    assert not is_signed_in(here), "the cookie was cleared"


def test_every_browser_can_be_ended_at_once(app: Flask) -> None:
    person = person_with_account()
    here, there = browser(app, person), browser(app, person)
    account = db.session.scalars(select(Account)).one()
    assert end_sign_ins(account) == 2
    db.session.commit()
    assert not is_signed_in(here)
    assert not is_signed_in(there)


def test_a_new_password_ends_the_others_and_keeps_this_browser(app: Flask) -> None:
    person = person_with_account()
    here, there = browser(app, person), browser(app, person)
    answers = {"password": PASSWORD, "new_password": "another long staple"}
    here.submit(here.get("/my/account/sign-in/password"), answers)
    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_signing_in_again_in_the_same_browser_ends_what_was_there(app: Flask) -> None:
    person = person_with_account()
    here = browser(app, person)
    thief = with_cookie(app, here.cookie)
    here.post("/my/account/sign-in/password", {"password": PASSWORD, "new_password": "another long staple"})
    assert [row.ended_at is None for row in rows()] == [False, True]
    assert not is_signed_in(thief)
    assert is_signed_in(here)


def test_a_cookie_of_before_there_were_sign_ins_means_nothing(app: Flask) -> None:
    client = Client(app)
    client.sign_in(make_person())
    with client._client.session_transaction() as cookie:  # pyright: ignore[reportPrivateUsage]
        del cookie[KEY]
    assert not is_signed_in(client)


def test_the_desk_signs_somebody_out_everywhere_with_a_reason(app: Flask, client: Client) -> None:
    person = person_with_account()
    ref = person.ref
    here = browser(app, person)
    client.sign_in(make_person(role=Role.OFFICER))
    page = client.get(f"/desk/people/{ref}")
    assert "Firefox on Windows" in page
    assert rows()[0].key_hash[:16] not in page.body.decode()
    db.session.rollback()
    page = client.click(page, "Sign them out everywhere")
    assert client.submit(page, status=400).errors == ["Enter the reason"]
    assert is_signed_in(here)
    page = client.submit(page, {"reason": "Lost telephone"}, follow=True)
    assert "is not signed in anywhere" in page
    assert not is_signed_in(here)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.reason == "Lost telephone")).one()
    assert entry.deed == "signed out of every browser"


def test_only_the_desk_signs_others_out(app: Flask, client: Client) -> None:
    ref = person_with_account().ref
    client.sign_in(make_person(role=Role.TRAINER))
    client.get(f"/desk/people/{ref}/sign-out", status=403)
    client.post(f"/desk/people/{ref}/sign-out", {"reason": "x"}, status=403)
