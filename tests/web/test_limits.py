"""Forms that anybody may send are taken so often and no more, whoever asks and whatever their headers say."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.middleware.proxy_fix import ProxyFix

from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client, Page
from training.accounts.form_limits import FORM_LIMITS
from training.core.database import db
from training.core.limits import LimitCount
from training.core.notes import Note
from training.core.outbox import OutboxMessage
from training.web.access import rule_of
from training.web.limits import ANY_FORM, JOINING, SEARCHES, TYPED_CODES, Limit, limits_of

NOW = "2026-12-03 09:30"
ADDRESS = "ada@council.example"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits small enough to reach."""
    for limit, most in ((TYPED_CODES, 3), (JOINING, 4), (ANY_FORM, 3), (SEARCHES, 4)):
        monkeypatch.setitem(vars(limit), "most", most)


def type_code(client: Client, status: int = 400, **options: Any) -> Page:
    return client.post("/link", {"code": "ABCD-EFGH-JKLM"}, status, **options)


def ask_for_password(client: Client, status: int = 302, address: str = ADDRESS) -> Page:
    return client.post("/forgot-password", {"address": address}, status)


def total(model: type[LimitCount | OutboxMessage]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(model.id))) or 0


def test_over_the_limit_the_page_says_when_to_come_again(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for _ in range(3):
        type_code(client)
    page = type_code(client, 429)
    assert page.h1 == "Too many tries"
    assert "You can try again at 9:45am" in page
    assert "everybody who shares your internet connection" in page
    assert page.headers["Retry-After"] == "900"
    wall_clock.forward(minutes=14, seconds=59)
    assert type_code(client, 429).headers["Retry-After"] == "1"
    wall_clock.forward(seconds=1)
    type_code(client)


def test_over_the_limit_nothing_is_done(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for n in range(4):
        person = make_person(address=f"p{n}@council.example")
        db.session.commit()
        ask_for_password(client, address=person.address or "")
        db.session.rollback()
    make_person(address=ADDRESS)
    db.session.commit()
    sent = total(OutboxMessage)
    assert sent == 4
    ask_for_password(client, 429)
    assert total(OutboxMessage) == sent


def test_one_address_is_written_to_so_often_from_wherever_it_is_asked(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for n in range(10):
        client = Client(app)
        client._client.environ_base["REMOTE_ADDR"] = f"192.0.2.{n}"  # pyright: ignore[reportPrivateUsage]
        ask_for_password(client, address=ADDRESS.upper() if n % 2 else f" {ADDRESS}")
    client = Client(app)
    page = ask_for_password(client, 429)
    assert "internet connection" not in page
    client.post("/sign-up/send-again", {"address": ADDRESS}, 429)
    ask_for_password(client, address="bob@council.example")


def test_a_known_address_and_an_unknown_one_are_answered_alike(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    make_person(address=ADDRESS)
    db.session.commit()
    answers: list[list[int]] = []
    for address in (ADDRESS, "nobody@council.example"):
        client = Client(app)
        asked: list[int] = []
        for n in range(12):
            client._client.environ_base["REMOTE_ADDR"] = f"192.0.2.{n}"  # pyright: ignore[reportPrivateUsage]
            page = client.ask("GET", "/forgot-password")
            asked.append(ask_for_password(client, 302 if n < 10 else 429, address).status)
            assert page.status == 200
        answers.append(asked)
    assert answers[0] == answers[1]


def test_a_forged_header_does_not_make_somebody_another(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for n in range(3):
        type_code(client, headers={"X-Forwarded-For": f"203.0.113.{n}"})
    type_code(client, 429, headers={"X-Forwarded-For": "203.0.113.99", "Forwarded": "for=203.0.113.99"})


def test_people_behind_different_connections_do_not_share_a_limit(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for n in range(5):
        type_code(client, environ_overrides={"REMOTE_ADDR": f"203.0.113.{n}"})


def test_a_household_with_many_addresses_of_version_6_is_one(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for n in range(3):
        type_code(client, environ_overrides={"REMOTE_ADDR": f"2001:db8:1:2::{n}"})
    type_code(client, 429, environ_overrides={"REMOTE_ADDR": "2001:db8:1:2:ffff::1"})
    type_code(client, environ_overrides={"REMOTE_ADDR": "2001:db8:1:3::1"})
    for _ in range(3):
        type_code(client, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    type_code(client, 429, environ_overrides={"REMOTE_ADDR": "::ffff:192.0.2.1"})


def test_a_form_from_another_site_uses_nothing_up(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for _ in range(5):
        client.post("/link", {"code": "ABCD"}, 400, tokens=False)
    assert total(LimitCount) == 0
    type_code(client)
    assert total(LimitCount) == 1


def test_reading_is_not_counted(client: Client) -> None:
    for _ in range(5):
        client.get("/link")
    assert total(LimitCount) == 0


def test_the_log_says_once_that_a_limit_is_reached_and_not_by_whom(
    client: Client, wall_clock: WallClock, caplog: pytest.LogCaptureFixture
) -> None:
    wall_clock.set(NOW)
    with caplog.at_level(logging.WARNING):
        for n in range(6):
            type_code(client, 400 if n < 3 else 429, environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    said = [record.getMessage() for record in caplog.records if "limit" in record.getMessage()]
    assert len(said) == 1
    assert "typed-code" in said[0]
    assert "203.0.113" not in said[0]


def test_signing_out_is_never_refused(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for _ in range(5):
        client.post("/sign-out")


def test_every_form_that_anybody_may_send_has_a_limit(app: Flask) -> None:
    unlimited: list[str] = []
    for rule in app.url_map.iter_rules():
        declared = rule_of(app, rule.endpoint)
        if "POST" in (rule.methods or ()) and declared is not None and not declared.needs_sign_in:
            limits: tuple[Limit, ...] = limits_of(app, rule.endpoint)
            unlimited += [] if limits else [rule.endpoint]
    assert unlimited == [endpoint for endpoint, limits in FORM_LIMITS.items() if not limits] == ["security.logout"]


def test_many_at_once_are_all_counted(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)

    def send(_: int) -> list[int]:
        client = Client(app)
        return [client.ask("POST", "/link").status for _ in range(4)]

    with ThreadPoolExecutor(4) as threads:
        statuses = [status for some in threads.map(send, range(4)) for status in some]
    taken = statuses.count(400)
    assert 3 <= taken <= 3 + 4, "at most one more for each that was answered at the same moment"
    assert statuses.count(429) == 16 - taken
    type_code(Client(app), 429)


def test_behind_a_proxy_only_what_the_proxy_says_counts(
    app: Flask, client: Client, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall_clock.set(NOW)
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_for=1))
    for n in range(3):
        type_code(client, headers={"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7"})
    type_code(client, 429, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    type_code(client, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.8"})


def test_searches_without_a_result_are_noted_so_often(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set(NOW)
    for n in range(5):
        client.get(f"/courses?words=nothing{n}")
    noted = select(func.count(Note.id)).where(Note.kind == "search-without-result")
    assert db.session.scalar(noted) == 4
