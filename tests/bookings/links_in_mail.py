"""Finds the links and codes that a message gives its reader, before it is sent."""

import re

from sqlalchemy import select

from training.core.database import db
from training.core.outbox import OutboxMessage


def latest(kind: str) -> OutboxMessage:
    """The latest message of a kind."""
    found = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)).all()
    assert found, f"no message of the kind {kind}"
    return found[-1]


def link_in(message: OutboxMessage) -> str:
    """The path of the one signed link in a message."""
    found = re.findall(r"https?://[^/\s]+(/link/\S+)", message.body_text)
    assert len(found) == 1, message.body_text
    return found[0]


def code_in(message: OutboxMessage) -> str:
    """The short code of a message."""
    found = re.search(r"type the code (\S+) at ", message.body_text)
    assert found is not None, message.body_text
    return found[1]
