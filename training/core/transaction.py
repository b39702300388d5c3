"""The one owner of the commit, and the lock that decides what two people may do at the same moment."""

import logging
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from training.core.database import Base, db

Row = TypeVar("Row", bound=Base)
Result = TypeVar("Result")
Key = TypeVar("Key")
logger = logging.getLogger(__name__)

# PostgreSQL: serialization_failure and deadlock_detected. The loser did nothing and may simply try again.
RETRIABLE = frozenset({"40001", "40P01"})
TRIES = 3
"""How often a deed is tried that loses against others, or waits in vain for them, before it is given up."""


class PendingWritesError(RuntimeError):
    """A lock was asked for after the transaction had already begun to write: the order invites a deadlock."""


@contextmanager
def unit_of_work() -> Generator[Session]:
    """All or nothing: commit once at the end if all went well, roll everything back if anything did not.

    For commands and the worker; a request has one of its own around every view.
    """
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        db.session.remove()


def lock_row(kind: type[Row], key: int) -> Row:
    """The row of `kind` with `key`, locked until the transaction ends and read afresh from the database.

    Must be the first write intent of its transaction: raises PendingWritesError otherwise, and LookupError when
    there is no such row. On SQLite the transaction itself holds the one write lock since it began.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise PendingWritesError(f"lock the {kind.__name__} before changing anything")
    statement = (
        select(kind)
        .where(kind.__table__.c.id == key)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    row = session.scalars(statement).one_or_none()
    if row is None:
        raise LookupError(f"no {kind.__name__} with the key {key}")
    return row


def is_retriable(error: BaseException) -> bool:
    """Whether `error` is a deadlock or a serialisation failure, after which the same deed may be tried again."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRIABLE


def is_busy(error: BaseException) -> bool:
    """Whether SQLite gave up waiting for the write lock."""
    return isinstance(error, DBAPIError) and "database is locked" in str(error.orig)


def for_each(keys: Iterable[Key], deed: Callable[[Key], int]) -> int:
    """Run `deed` for each of `keys`, each in a unit of work of its own, and add up what the deeds return.

    One that fails stops nobody behind it: it is logged, and all failures are raised together at the end.
    """
    total = 0
    failures: list[Exception] = []
    for key in keys:
        try:
            total += in_unit_of_work(partial(deed, key))
        except Exception as failure:
            logger.exception("the deed failed for %s", key)
            failures.append(failure)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of the deeds failed", failures)
    return total


def in_unit_of_work(deed: Callable[[], Result]) -> Result:
    """Run `deed` in a unit of work of its own, again if it lost against, or waited in vain for, another."""
    for _ in range(TRIES - 1):
        try:
            with unit_of_work():
                return deed()
        except DBAPIError as error:
            if not is_retriable(error) and not is_busy(error):
                raise
    with unit_of_work():
        return deed()
