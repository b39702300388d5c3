"""Wrong tries to get in: counted for each way and each address, whoever has it, so that nobody can guess for long.

They are notes, written after the request, so that refusing it does not undo them. At the same moment as many can slip
through as the server answers requests at once.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, select

from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.notes import Note, later

MOST = 10
"""So many wrong tries within the time below, and that way in is shut for as long again."""
WITHIN = timedelta(minutes=15)

PASSWORD = "password"  # noqa: S105 - the name of a way in
CODE = "code"
AUTHENTICATOR = "authenticator"
RECOVERY_CODE = "recovery-code"
PASSKEY = "passkey"
WAYS = (PASSWORD, CODE, AUTHENTICATOR, RECOVERY_CODE, PASSKEY)

SHUT = "There were too many wrong tries. Wait 15 minutes, or choose a new password"

Listener = Callable[[str, str], None]
_listeners: list[Listener] = []


def when_shut(listener: Listener) -> Listener:
    """Have `listener(way, address)` called once each time a way in is shut, in the transaction that notes it."""
    _listeners.append(listener)
    return listener


def is_shut(way: str, address: str) -> bool:
    """Whether `way` is shut at the moment for `address`, known or not."""
    return is_shut_after(_moments(way, address), clock.now())


def note_wrong(way: str, address: str) -> None:
    """Count a wrong try once the present request is over."""
    later(partial(_write, way, address))


def forget(address: str, ways: Sequence[str] = WAYS) -> None:
    """Count from nought again, in the present transaction: for somebody who has shown who they are."""
    db.session.execute(delete(Note).where(Note.kind.in_([_kind(way, address) for way in ways])))


def is_shut_after(moments: Sequence[datetime], at: datetime) -> bool:
    """Whether wrong tries at `moments`, oldest first, leave a way shut `at` a moment: MOST of them WITHIN the time,
    of which the last is no longer ago than that time."""
    return any(
        last - first < WITHIN and at - last < WITHIN for first, last in zip(moments, moments[MOST - 1 :], strict=False)
    )


def _write(way: str, address: str) -> None:
    was_shut = is_shut(way, address)
    db.session.add(Note(kind=_kind(way, address), details={}))
    db.session.flush()
    if not was_shut and is_shut(way, address):
        for listener in _listeners:
            listener(way, address)


def _moments(way: str, address: str) -> Sequence[datetime]:
    since = clock.now() - 2 * WITHIN
    found = select(Note.noted_at).where(Note.kind == _kind(way, address), Note.noted_at > since)
    return db.session.scalars(found.order_by(Note.noted_at)).all()


def _kind(way: str, address: str) -> str:
    said = f"{way}\0{address.strip().lower()}".encode()
    return f"wrong-{way}:{hmac.new(installation().secret_key.encode(), said, hashlib.sha256).hexdigest()[:32]}"
