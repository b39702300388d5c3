"""A form sent twice acts once, also when both sendings arrive together."""

from datetime import timedelta
from threading import Thread

from flask import Flask

from tests.conftest import WallClock
from training.core import clock, tokens
from training.core.database import db
from training.core.transaction import unit_of_work


def test_a_token_is_spent_once(app: Flask) -> None:
    with unit_of_work():
        spent = tokens.spend("form-1")
        assert spent is not None
        spent.location = "/courses"
    with unit_of_work():
        assert tokens.spend("form-1") is None
        assert tokens.spend("form-2") is not None
    assert tokens.where_it_led("form-1") == "/courses"
    assert tokens.where_it_led("form-3") is None


def test_a_deed_that_failed_spends_nothing(app: Flask) -> None:
    tokens.spend("form-1")
    db.session.rollback()
    assert tokens.spend("form-1") is not None


def test_of_two_at_once_the_second_waits_and_is_refused(app: Flask) -> None:
    answers: list[bool] = []

    def send() -> None:
        with app.app_context(), unit_of_work():
            answers.append(tokens.spend("form-1") is not None)

    with unit_of_work():
        assert tokens.spend("form-1") is not None
        second = Thread(target=send)
        second.start()
        second.join(0.3)
        assert answers == [], "the second waits for the first"
    second.join(10)
    assert answers == [False]


def test_old_tokens_are_forgotten(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    tokens.spend("old")
    db.session.commit()
    wall_clock.forward(days=(tokens.KEPT_FOR + timedelta(days=1)).days)
    tokens.spend("young")
    tokens.forget_old()
    db.session.commit()
    assert tokens.where_it_led("old") is None
    assert tokens.where_it_led("young") == ""
    assert clock.now().year == 2027
