"""Signed links: secrets that are kept as hashes, work once, and end."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.conftest import WallClock
from training.core import clock
from training.core.database import db
from training.core.links import (
    LinkPurpose,
    create_link,
    exchange_code,
    find_link,
    purposes,
    register_purpose,
    revoke_links,
    use_link,
)

PURPOSE = LinkPurpose("test", timedelta(days=2))
OTHER = LinkPurpose("other", timedelta(days=2))


def token_of(address: str) -> str:
    return address.rpartition("/")[2]


def test_a_link_is_found_by_its_token_and_never_kept_in_clear(app: Flask) -> None:
    fresh = create_link(PURPOSE, 7)
    db.session.commit()
    assert fresh.address.startswith("http://localhost/link/")
    found = find_link(token_of(fresh.address))
    assert found is not None
    assert (found.purpose, found.subject_id, found.is_open) == ("test", 7, True)
    assert find_link("another") is None
    kept = str(db.session.execute(text("SELECT * FROM signed_link")).all())
    assert not any(secret in kept for secret in fresh.secrets)


def test_it_ends(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    long = create_link(PURPOSE, 7)
    short = create_link(PURPOSE, 7, expires_at=clock.now() + timedelta(hours=1))
    wall_clock.forward(hours=2)
    assert (long.link.is_open, short.link.is_open) == (True, False)
    wall_clock.forward(days=2)
    assert not long.link.is_open
    db.session.rollback()


def test_using_one_closes_all_for_the_same_deed(app: Flask) -> None:
    first, reminder, elsewhere = create_link(PURPOSE, 7), create_link(PURPOSE, 7), create_link(PURPOSE, 8)
    db.session.flush()
    use_link(first.link)
    assert [link.link.is_open for link in (first, reminder, elsewhere)] == [False, False, True]
    db.session.rollback()


def test_revoking_closes_those_of_one_purpose(app: Flask) -> None:
    mine, other = create_link(PURPOSE, 7), create_link(OTHER, 7)
    db.session.flush()
    revoke_links(PURPOSE, 7)
    assert [mine.link.is_open, other.link.is_open] == [False, True]
    db.session.rollback()


def test_a_code_is_read_however_it_is_typed_and_gives_a_link_of_its_own(app: Flask) -> None:
    fresh = create_link(PURPOSE, 7)
    db.session.flush()
    exchanged = exchange_code(f" {fresh.code.lower().replace('-', ' ')} ")
    assert exchanged is not None
    twin, token = exchanged
    db.session.flush()
    found = find_link(token)
    assert found is twin
    assert (twin.subject_id, twin.expires_at) == (7, fresh.link.expires_at)
    assert fresh.link.is_open, "the link in the mail goes on working"
    assert exchange_code("wrong") is None
    use_link(twin)
    assert exchange_code(fresh.code) is None
    db.session.rollback()


def test_a_purpose_is_registered_once() -> None:
    taken = next(iter(purposes()), None)
    if taken is None:
        taken = register_purpose("test-registered-once", timedelta(days=1)).name
    with pytest.raises(ValueError, match="already known"):
        register_purpose(taken, timedelta(days=1))
