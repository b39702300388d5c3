"""In development mail can be read in the browser; in production the pages do not exist."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.core.post import put
from tests.core.test_outbox import calendar_part
from tests.leaks import watch_for_leaks
from tests.pages import Client
from training import create_app
from training.config import Config
from training.core import sending
from training.core.calendars import new_uid
from training.core.database import db
from training.core.transports import FolderTransport
from training.web import kept_mail


@pytest.fixture
def keeping(app: Flask, tmp_path: Path) -> Generator[Flask]:
    """The same installation, with a folder for mail."""
    config: Config = app.extensions["muster"]
    application = create_app(replace(config, environment="development", mail_folder=tmp_path / "mail"))
    watch_for_leaks(application)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def test_kept_mail_is_listed_and_shown_with_all_its_parts(app: Flask, keeping: Flask, tmp_path: Path) -> None:
    client = Client(keeping)
    assert "No mail yet" in client.get("/dev/mail")
    put("a place", calendar=calendar_part("REQUEST", new_uid()))
    sending.send_all(FolderTransport(tmp_path / "mail"))
    page = client.get("/dev/mail")
    assert [row[:2] for row in page.rows()] == [["About a place", "priya@people.example"]]
    mail = client.click(page, "About a place")
    assert "see https://training.example/link/s3cret" in mail
    assert "METHOD:REQUEST" in mail
    frame = mail.one("iframe")
    assert frame.has_attr("sandbox")
    html = client.ask("GET", str(frame["src"]))
    assert b"Hello Priya" in html.body
    assert html.headers["Content-Security-Policy"] == kept_mail.HTML_POLICY
    client.get("/dev/mail/nothing", status=404)
    client.get("/dev/mail/..%2Fsettings", status=404)


def test_production_has_no_such_pages(app: Flask) -> None:
    assert "kept_mail.index" not in app.view_functions, "there is no folder in tests either"
    config: Config = app.extensions["muster"]
    assert kept_mail.is_wanted(replace(config, environment="development", mail_folder=Path("mail")))
    assert not kept_mail.is_wanted(replace(config, environment="production", mail_folder=Path("mail")))
    assert not kept_mail.is_wanted(replace(config, environment="development", mail_folder=None))


@pytest.mark.parametrize("host", ["muster.lan", "10.0.0.5:5000", "localhost.evil.example"])
def test_kept_mail_is_for_this_machine_whatever_key_is_set(keeping: Flask, host: str) -> None:
    browser = keeping.test_client()
    for address in (
        "/dev/mail",
        "/dev/mail/00000000000000000001-00000000",
        "/dev/mail/00000000000000000001-00000000/html",
    ):
        assert browser.get(address, headers={"Host": host}).status_code == 404
    assert browser.get("/healthz", headers={"Host": host}).status_code == 200
    assert browser.get("/dev/mail", headers={"Host": "localhost:5000"}).status_code == 200
