"""The examination of headers sees what is missing or unsafe, and production adds what needs HTTPS."""

import hashlib
import hmac
import logging
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.engines.permission import databases_allowed
from tests.factories import make_person
from tests.headers import NEEDED, faults
from tests.installations import config_for
from tests.pages import Client
from training import create_app
from training.core.database import db

GOOD = [
    ("Content-Security-Policy", "default-src 'none'; script-src 'nonce-x' 'strict-dynamic'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]


def test_a_good_answer_has_no_fault() -> None:
    assert faults("/courses", GOOD) == []


@pytest.mark.parametrize("name", NEEDED)
def test_each_missing_header_is_seen(name: str) -> None:
    given = [(each, value) for each, value in GOOD if each.lower() != name]
    assert [fault for fault in faults("/courses", given) if name in fault]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Set-Cookie", "muster=1; SameSite=Lax"),
        ("Set-Cookie", "muster=1; HttpOnly"),
        ("Location", "/desk/people?q=ada@council.example"),
        ("Location", "/sign-in?email=ada%40council.example"),
        ("Access-Control-Allow-Origin", "*"),
        ("Server", "muster"),
    ],
)
def test_each_unsafe_header_is_seen(name: str, value: str) -> None:
    assert len(faults("/courses", [*GOOD, (name, value)])) == 1


def test_unsafe_scripts_are_seen() -> None:
    loose = [("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'none'")]
    assert faults("/courses", [*GOOD[1:], *loose]) == ["/courses lets scripts run that the page does not name"]


def test_the_nonce_is_another_one_on_every_page(client: Client) -> None:
    policies = {client.get("/courses").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


@pytest.fixture
def production(tmp_path: Path) -> Flask:
    """The application as a partnership runs it."""
    settings = replace(
        config_for(f"sqlite:///{tmp_path / 'muster.sqlite'}"),
        environment="production",
        smtp_url="smtp://127.0.0.1:1",
        base_url="https://training.partnership.example",
    )
    with databases_allowed():
        return create_app(settings)


def test_production_asks_browsers_for_https(production: Flask) -> None:
    with databases_allowed():
        answer = production.test_client().get("/healthz", base_url="https://training.partnership.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert production.config["SESSION_COOKIE_SECURE"]
    assert production.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert not production.debug


def test_built_files_are_protected_too(production: Flask) -> None:
    built = [path for path in Path(str(production.static_folder)).rglob("*") if path.suffix in (".css", ".js", ".svg")]
    assert built
    for path in built:
        address = f"/static/{path.relative_to(str(production.static_folder)).as_posix()}"
        answer = production.test_client().get(address, base_url="https://training.partnership.example")
        assert answer.status_code == 200
        assert faults(address, list(answer.headers)) == []
        assert "includeSubDomains" in answer.headers["Strict-Transport-Security"]
        answer.close()


def test_the_cookie_is_signed_with_sha_256(client: Client, app: Flask) -> None:
    client.sign_in(make_person("Ada", address="ada@council.example"))
    signed, _, signature = client.cookie.rpartition(".")
    key = hmac.new(str(app.secret_key).encode(), b"cookie-session", hashlib.sha256).digest()
    wanted = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    assert signature == urlsafe_b64encode(wanted).decode().rstrip("=")


def test_asking_for_a_page_of_another_role_is_logged_without_a_name(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    person = make_person("Ada", address="ada@council.example")
    db.session.commit()
    key = person.id
    client.sign_in(person)
    with caplog.at_level(logging.WARNING):
        client.get("/desk/people", 403)
    assert [record.getMessage() for record in caplog.records] == [f"person {key} has no role for people.desk_people"]
