"""Facts about reading and refusing survive the request that was rolled back."""

import pytest
from flask import Flask, abort, g
from flask.typing import ResponseReturnValue

from tests.factories import make_course
from training import create_app
from training.catalogue.models import Course
from training.config import Config
from training.core.database import db
from training.core.notes import Note, note
from training.web import access


@access.public
def search() -> ResponseReturnValue:
    """A page that only reads, and notes that it found nothing."""
    note("search-without-result", words="baby")
    return "Nothing"


@access.public
def refuse() -> ResponseReturnValue:
    """A deed that is refused half-way."""
    make_course("Half-way")
    note("refused", why="full")
    abort(400)


@pytest.fixture
def noting(app: Flask) -> Flask:
    """The application with two more pages, on the database of the test."""
    config: Config = app.extensions["muster"]
    other = create_app(config)
    other.config["WTF_CSRF_ENABLED"] = False
    other.add_url_rule("/search", "search", search)
    other.add_url_rule("/refuse", "refuse", refuse, methods=["POST"])
    return other


def notes() -> list[tuple[str, dict[str, str]]]:
    db.session.rollback()
    return [(row.kind, row.details) for row in db.session.scalars(db.select(Note).order_by(Note.id))]


def test_a_page_that_only_reads_can_leave_a_note(noting: Flask) -> None:
    assert noting.test_client().get("/search").status_code == 200
    assert notes() == [("search-without-result", {"words": "baby"})]
    dispose(noting)


def test_a_note_stays_when_the_deed_is_rolled_back(noting: Flask) -> None:
    assert noting.test_client().post("/refuse").status_code == 400
    assert notes() == [("refused", {"why": "full"})]
    assert db.session.scalars(db.select(Course)).all() == []
    dispose(noting)


def test_outside_a_request_there_is_nothing_to_note_about(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="about requests"):
        note("search-without-result")
    assert "notes" not in g


def dispose(application: Flask) -> None:
    with application.app_context():
        db.engine.dispose()
