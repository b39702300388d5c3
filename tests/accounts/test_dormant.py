"""Accounts nobody uses: told once, closed after the notice, opened again by the desk."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.factories import make_person, viewer_of
from tests.pages import Client
from training.accounts.operations_dormant import close_account, open_again
from training.accounts.ticks import close_dormant
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import Role
from training.people.models import Account, Person
from training.people.operations import open_account

LONG_AGO = timedelta(days=600)


def unused(role: Role | None = None, since: timedelta = LONG_AGO) -> int:
    """The key of an account whose owner was here that long ago."""
    account = open_account(make_person(role=role), None, clock.now())
    account.created_at = clock.now() - timedelta(days=900)
    account.last_seen_at = clock.now() - since
    db.session.commit()
    return account.id


def account(key: int) -> Account:
    return db.session.get_one(Account, key)


def messages() -> int:
    return len(db.session.scalars(db.select(OutboxMessage)).all())


def test_its_owner_is_told_once_and_it_is_closed_after_the_notice(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-06-01 09:00")
    key, used = unused(), unused(since=timedelta(days=100))
    assert close_dormant() == 1
    assert close_dormant() == 0
    assert (account(key).active, messages()) == (True, 1)
    db.session.rollback()
    wall_clock.forward(days=29)
    assert close_dormant() == 0
    wall_clock.forward(days=2)
    assert close_dormant() == 1
    found = account(key)
    assert (found.active, found.closed_because, messages()) == (False, "Not used for 18 months", 1)
    assert account(used).active


def test_whoever_comes_back_is_told_anew_another_time(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-06-01 09:00")
    key = unused()
    assert close_dormant() == 1
    account(key).last_seen_at = clock.now()
    db.session.commit()
    assert close_dormant() == 1
    assert account(key).dormant_told_at is None
    db.session.rollback()
    wall_clock.forward(days=40)
    assert close_dormant() == 0
    assert account(key).active


def test_an_account_nobody_ever_used_counts_from_its_opening(app: Flask) -> None:
    key = unused()
    account(key).last_seen_at = None
    account(key).created_at = clock.now() - timedelta(days=30)
    db.session.commit()
    assert close_dormant() == 0


def test_the_last_system_administrator_stays(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-06-01 09:00")
    first = unused(Role.SYSTEM)
    assert close_dormant() == 0
    second = unused(Role.SYSTEM)
    assert close_dormant() == 2
    wall_clock.forward(days=40)
    assert close_dormant() == 1
    assert sorted((account(first).active, account(second).active)) == [False, True]


def test_the_desk_opens_what_it_may(app: Flask) -> None:
    plain, above = account(unused()), account(unused(Role.SYSTEM))
    officer = viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)
    for one in (plain, above):
        close_account(officer, one, "Test")
    open_again(officer, plain, "Rang")
    assert (plain.active, plain.closed_at, plain.dormant_told_at) == (True, None, None)
    with pytest.raises(Refused, match="Only somebody who can give"):
        open_again(officer, above, "Rang")
    with pytest.raises(Refused, match="open already"):
        open_again(officer, plain, "Rang")
    db.session.commit()
    assert close_dormant() == 0


def test_the_list_leads_to_opening(client: Client) -> None:
    officer = make_person(role=Role.OFFICER)
    found = account(unused())
    close_account(viewer_of(officer, Role.OFFICER), found, "Not used for 18 months")
    name = found.person.name
    db.session.commit()
    client.sign_in(officer)
    page = client.get("/desk/people/closed-accounts")
    assert "Not used for 18 months" in page
    form = client.click(page, f"Open again the account of {name}")
    assert client.submit(form, {}, button="Open the account", status=400).errors == ["Enter the reason"]
    shown = client.submit(form, {"reason": "They rang"}, button="Open the account", follow=True)
    assert f"The account of {name} is open again." in shown.flashes
    assert db.session.scalars(db.select(Account).join(Person).where(Account.id == found.id)).one().active
