"""Links and codes that somebody guessed: always an answer in words, never a deed, never an error."""

from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.factories import make_person
from tests.pages import Client
from training.core.database import db
from training.core.links import SignedLink, create_link, exchange_code, find_link
from training.people.mail import CHOOSE_PASSWORD

ON_ONE_APPLICATION = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def engine_name() -> str:
    """What is looked for are hashes; the engines do not differ in it."""
    return "sqlite"


def links_given_out() -> int:
    found = db.session.scalar(select(func.count(SignedLink.id))) or 0
    db.session.rollback()
    return found


@ON_ONE_APPLICATION
@given(token=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=80))
def test_a_guessed_token_opens_nothing(client: Client, token: str) -> None:
    for method in ("GET", "POST"):
        page = client.ask(method, f"/link/{quote(token, safe='')}")
        # Dots and slashes in it may make it another address; that has no page either, or is one for everybody.
        assert page.status in (200, 302, 308, 404, 405), f"{method} {token!r} answered {page.status}"
        assert find_link(token) is None
    assert links_given_out() == 0


@ON_ONE_APPLICATION
@given(code=st.text(max_size=80))
def test_a_guessed_code_opens_nothing(app: Flask, code: str) -> None:
    assert exchange_code(code) is None
    assert links_given_out() == 0


@ON_ONE_APPLICATION
@given(data=st.data())
def test_a_code_is_known_however_it_is_typed(app: Flask, data: st.DataObject) -> None:
    fresh = create_link(CHOOSE_PASSWORD, make_person().id)
    db.session.flush()
    between = st.text(st.sampled_from(" -.\t"), max_size=2)
    typed = "".join(
        data.draw(between) + (letter.lower() if data.draw(st.booleans()) else letter) for letter in fresh.code
    )
    found = exchange_code(typed)
    assert found is not None
    assert found[0].subject_id == fresh.link.subject_id
    db.session.rollback()


def test_one_wrong_letter_is_another_code(app: Flask) -> None:
    fresh = create_link(CHOOSE_PASSWORD, make_person().id)
    db.session.commit()
    wrong = fresh.code[:-1] + ("2" if fresh.code[-1] != "2" else "3")
    assert exchange_code(wrong) is None
    assert exchange_code(fresh.code) is not None
