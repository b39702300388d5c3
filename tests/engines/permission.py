"""Keeps tests that did not ask for a database away from every database."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event

_allowed: list[str] = []


class UnaskedDatabaseError(AssertionError):
    """A test began a transaction without asking for `app`, `database` or `client`."""


@contextmanager
def databases_allowed() -> Generator[None]:
    """Transactions may begin inside."""
    _allowed.append("a fixture asked")
    try:
        yield
    finally:
        _allowed.pop()


@event.listens_for(Engine, "begin")
def _refuse_the_unasked(_connection: Connection) -> None:
    if not _allowed:
        raise UnaskedDatabaseError("this test did not ask for a database: add the fixture app, database or client")
