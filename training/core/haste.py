"""Answers that came sooner than anybody reads: a program that opens mail may have given them, so the log says so."""

from datetime import timedelta

from sqlalchemy import select

from training.core import audit, clock
from training.core.database import Base, db
from training.core.holdings import link_subjects, message_subjects
from training.core.links import SignedLink, purposes
from training.core.message_abouts import tells_of
from training.core.outbox import OutboxMessage
from training.core.viewer import Viewer, ViewerKind

SOONER_THAN_READ = timedelta(minutes=1)
OF_ONE_DEED = timedelta(seconds=10)
"""Within what time a link and its message are written."""
DEED = "answered within a minute of sending"


def flag_haste(link: SignedLink) -> bool:
    """Note in the audit log, beside the row it is about, that the link was answered within a minute of its message.

    Only for links that nobody waits for; False where it took longer, or the message is not known.
    """
    purpose = purposes().get(link.purpose)
    table = link_subjects().get(link.purpose)
    if purpose is None or not purpose.is_unasked or table is None:
        return False
    words = [word for word, about in message_subjects().items() if about == table]
    sent = db.session.scalar(
        select(OutboxMessage.id)
        .where(
            tells_of([f"{word}:{link.subject_id}" for word in words]),
            OutboxMessage.created_at.between(link.created_at - OF_ONE_DEED, link.created_at + OF_ONE_DEED),
            OutboxMessage.sent_at > clock.now() - SOONER_THAN_READ,
        )
        .limit(1)
    )
    model = next(mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ == table)
    row = db.session.get(model, link.subject_id) if sent is not None else None
    if row is None:
        return False
    audit.record(Viewer(ViewerKind.LINK, link_id=link.id), DEED, row)
    return True
