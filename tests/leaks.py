"""Finds work that a request did and nobody committed: it would be lost, silently."""

from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction

from training.core.database import db

FLUSHED = "tests: flushed and not yet committed"


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    session.info[FLUSHED] = True


@event.listens_for(Session, "after_transaction_end")
def _settled(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(FLUSHED, None)


def unsettled_work(session: Session) -> str:
    """What `session` holds that is neither committed nor rolled back; empty when there is nothing."""
    pending: list[Any] = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    if pending:
        return ", ".join(sorted({type(row).__name__ for row in pending}))
    return "flushed rows" if session.info.get(FLUSHED) else ""


def watch_for_leaks(app: Flask) -> None:
    """Note what each request of `app` leaves behind at its end, for `leaks_of`."""
    found: list[str] = []
    app.extensions["tests-leaks"] = found

    @app.teardown_request
    def look(_error: BaseException | None) -> None:
        if db.session.registry.has() and (work := unsettled_work(db.session())):
            found.append(work)


def leaks_of(app: Flask) -> list[str]:
    """What requests left uncommitted since the last call."""
    found: list[str] = app.extensions["tests-leaks"]
    leaks = found[:]
    found.clear()
    return leaks


def settle() -> None:
    """End the test's own reading, so that nobody waits for it; fails when there is work to commit first."""
    session = db.session()
    work = unsettled_work(session)
    assert not work, f"commit what the test arranged before asking for a page: {work}"
    session.rollback()
    session.info.clear()
