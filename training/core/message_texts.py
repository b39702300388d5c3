"""The words of messages as the partnership has rewritten them; a kind without a row goes out as it was delivered."""

import logging
from collections.abc import Mapping
from typing import cast

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from training.config import installation
from training.core.columns import Changed, Identified, ShortText, Versioned
from training.core.database import Base, db
from training.core.mailboxes import one_line
from training.core.message_checks import faults
from training.core.message_writing import Frame, Written, write
from training.core.messages import REASONS, MessageKind, Words, kind_called
from training.core.partnership import contact, partnership_name

logger = logging.getLogger(__name__)


class MessageText(Identified, Changed, Versioned, Base):
    """Subject and body of one kind of message in the partnership's own words."""

    __tablename__ = "message_text"
    __table_args__ = (CheckConstraint("subject <> '' AND body <> ''", name="says_something"),)

    kind: Mapped[str] = mapped_column(ShortText, unique=True)
    subject: Mapped[str]
    body: Mapped[str]
    in_use: Mapped[bool] = mapped_column(default=True)
    """False once the partnership went back to the delivered words; its own are kept, to be taken up again."""
    delivered: Mapped[str] = mapped_column(default="")
    """The delivered subject and body beside which it was written: they change with a release."""

    @property
    def words(self) -> Words:
        """Its subject and body."""
        return Words(self.subject, self.body)


def as_one(words: Words) -> str:
    """Subject and body as one text, to be kept beside what was written."""
    return f"{words.subject}\n\n{words.body}"


def own_words() -> dict[str, Words]:
    """The partnership's words that are sent, by the name of their kind.

    Kept for the length of the database session, so asking often costs one query. Words that cannot be sent any more,
    since a release changed what their kind says, are not among them.
    """
    kept = cast("dict[str, Words] | None", db.session().info.get("message_texts"))
    if kept is None:
        rows = db.session.execute(
            select(MessageText.kind, MessageText.subject, MessageText.body).where(MessageText.in_use)
        )
        found = [(kind_called(name), Words(subject, body)) for name, subject, body in rows]
        kept = {kind.name: words for kind, words in found if kind is not None and can_be_sent(kind, words)}
        db.session().info["message_texts"] = kept
    return kept


def can_be_sent(kind: MessageKind, words: Words) -> bool:
    """Whether `words` may go out as a message of `kind`."""
    return not kind.is_fixed and not faults(kind, words)


def forget_own_words() -> None:
    """Read the partnership's words anew when they are next asked for."""
    db.session().info.pop("message_texts", None)


def written(
    kind: MessageKind, values: Mapping[str, str], on_behalf_of: str = "", secrets: tuple[str, ...] = ()
) -> Written:
    """A message of `kind` in the partnership's words, else as delivered, within its head and foot."""
    own = own_words().get(kind.name)
    if own is not None:
        message = in_words(kind, own, values, on_behalf_of)
        if not any(secret in message.subject for secret in secrets) and all(
            secret in message.text for secret in secrets
        ):
            return message
        # What the message is for was lost: better the delivered words than a dead end.
        logger.error("the rewritten text of %s was not sent, for it does not hold its link", kind.name)
    return in_words(kind, kind.words, values, on_behalf_of)


def in_words(kind: MessageKind, words: Words, values: Mapping[str, str], on_behalf_of: str = "") -> Written:
    """A message of `kind` in `words`, within its head and foot; raises KeyError naming a value that is missing."""
    usual = {"partnership": partnership_name(), "contact": contact()}
    return write(words, {**usual, **values}, on_behalf_of, frame_of(kind, on_behalf_of))


def frame_of(kind: MessageKind, on_behalf_of: str = "") -> Frame:
    """The head and foot of a message of `kind`: who sends it, why one gets it, how to reach the training team."""
    because = f"{one_line(on_behalf_of)} has no email address with us" if on_behalf_of else REASONS[kind.to]
    reached = contact()
    other = "." if reached == installation().mail_address else f", or use: {reached}"
    return Frame(
        partnership_name(),
        f"You get this message because {because}.\nTo reach the training team, reply to this message{other}",
    )
