"""Facts about reading and refusing, written after the request's own transaction has ended.

A failed sign-in or a search without a result must be kept even though the request changed nothing or was
rolled back, and a GET cannot write. So each note is a short transaction of its own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, g, has_request_context
from sqlalchemy import JSON
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from training.core import clock
from training.core.columns import Identified, ShortText
from training.core.database import Base, begin_writing, db


class Note(Identified, Base):
    """One noted fact: its kind, such as `search-without-result`, and a few plain values."""

    __tablename__ = "note"

    noted_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    kind: Mapped[str] = mapped_column(ShortText, index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


def note(kind: str, **details: Any) -> None:
    """Keep the fact `kind` with `details` once the present request is over."""
    later(lambda: db.session.add(Note(kind=kind, details=details)))


def later(write: Callable[[], None]) -> None:
    """Run `write` in a transaction of its own after the request's; only within a request."""
    if not has_request_context():
        raise RuntimeError("notes are about requests; outside one, write the row in the unit of work")
    if "notes" not in g:
        g.notes = []
    g.notes.append(write)


def configure_notes(app: Flask) -> None:
    """Write what was noted when the response is ready and the request's transaction has ended."""

    @app.teardown_request
    def write_notes(_error: BaseException | None) -> None:
        for write in g.pop("notes", ()):
            db.session.rollback()
            begin_writing()
            try:
                write()
                db.session.commit()
            except DBAPIError:
                # The answer is ready and true; better to lose a note than the page it is about.
                db.session.rollback()
                app.logger.exception("a note could not be written")
