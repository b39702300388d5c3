"""Rewriting the words of a message: the partnership's own, back to the delivered ones, and a test to oneself."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from training.core import audit, clock
from training.core.database import db
from training.core.message_checks import faults
from training.core.message_samples import own_recipient, sample_values
from training.core.message_texts import MessageText, as_one, can_be_sent, forget_own_words
from training.core.messages import Audience, MessageKind, Words, kind_called, register_kind
from training.core.outbox import OutboxMessage, enqueue
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Role, Viewer

TEST = register_kind(
    "messages.test",
    "Test of a text",
    "Test: the subject of the text",
    "What the text says.",
    to=Audience.DESK,
    is_fixed=True,
)
MEANWHILE = "Somebody else changed this text after you opened it"


@dataclass(frozen=True)
class Standing:
    """Where the words of one kind stand."""

    kind: MessageKind
    own: MessageText | None

    @property
    def version(self) -> int:
        """What a form on it must know, to notice somebody else's change; 0 where it was never rewritten."""
        return self.own.row_version if self.own is not None else 0

    @property
    def is_rewritten(self) -> bool:
        """Whether the partnership wants its own words sent."""
        return self.own is not None and self.own.in_use

    @property
    def is_passed_over(self) -> bool:
        """Whether the delivered words go out in their place, for the rewritten ones cannot be sent any more."""
        return self.own is not None and self.own.in_use and not can_be_sent(self.kind, self.own.words)

    @property
    def has_delivered_anew(self) -> bool:
        """Whether the delivered words are others than those beside which it was rewritten."""
        return self.own is not None and self.own.in_use and self.own.delivered != as_one(self.kind.words)

    @property
    def sent(self) -> Words:
        """The words that go out now."""
        if self.own is not None and self.own.in_use and not self.is_passed_over:
            return self.own.words
        return self.kind.words


def may_rewrite(viewer: Viewer) -> bool:
    """Whether `viewer` changes the words of messages: an officer does."""
    return viewer.is_machine or viewer.has(Role.OFFICER)


def standing_of(kind: MessageKind) -> Standing:
    """Where the words of `kind` stand."""
    return Standing(kind, db.session.scalar(select(MessageText).where(MessageText.kind == kind.name)))


def standings(kinds: tuple[MessageKind, ...]) -> list[Standing]:
    """Where the words of each of `kinds` stand; one query."""
    rows = {row.kind: row for row in db.session.scalars(select(MessageText))}
    return [Standing(kind, rows.get(kind.name)) for kind in kinds]


def passed_over() -> list[Standing]:
    """The rewritten texts that are not sent, since a release changed what they must or may say; one query."""
    rows = db.session.scalars(select(MessageText).where(MessageText.in_use).order_by(MessageText.kind))
    found = [Standing(kind, row) for row in rows if (kind := kind_called(row.kind)) is not None]
    return [standing for standing in found if standing.is_passed_over]


def rewrite(viewer: Viewer, kind: MessageKind, words: Words, version: int) -> MessageText:
    """Send `words` as messages of `kind` from now on; Refused where they cannot be, or changed after `version`."""
    _require_own(viewer, kind)
    for fault in faults(kind, words):
        raise Refused(fault.in_full, fault.field)
    row = _locked(kind, version)
    if _same(words, row.words if row is not None and row.in_use else kind.words):
        raise Refused("Nothing is different from the words that are sent now", "body")
    wanted = {"subject": words.subject, "body": words.body, "in_use": True, "delivered": as_one(kind.words)}
    if row is None:
        row = _added(MessageText(kind=kind.name, **wanted))
        before, after = {"subject": kind.subject, "body": kind.body}, {"subject": words.subject, "body": words.body}
    else:
        before, after = audit.changes(row, wanted)
        before.pop("delivered", None)
        after.pop("delivered", None)
    audit.record(viewer, "rewrote the message", row, before=before, after=after)
    forget_own_words()
    return row


def go_back(viewer: Viewer, kind: MessageKind, version: int) -> None:
    """Send the delivered words again; the partnership's own are kept. Refused where they changed after `version`."""
    _require_own(viewer, kind)
    row = _locked(kind, version)
    if row is None or not row.in_use:
        raise Refused("The delivered words are sent already")
    before, after = audit.changes(row, {"in_use": False})
    audit.record(viewer, "went back to the delivered words of the message", row, before=before, after=after)
    forget_own_words()


def send_test(viewer: Viewer, kind: MessageKind, words: Words) -> OutboxMessage:
    """Send `words`, filled as in the preview, to the viewer's own address; Refused where they have none."""
    _require_own(viewer, kind, even_fixed=True)
    to = own_recipient(viewer)
    if to is None:
        raise Refused("You have no email address here to which the test could be sent")
    tested = replace(TEST, subject=f"Test: {words.subject}", body=words.body, to=kind.to)
    message = enqueue(
        tested,
        sample_values(viewer, kind),
        key=f"{TEST.name}:{viewer.person_id}:{clock.now().isoformat()}",
        stream=f"test:{viewer.person_id}",
        about=f"person:{viewer.person_id}",
        to=to,
    )
    if message is None:
        raise Refused("The same test was sent at this very moment")
    return message


def _require_own(viewer: Viewer, kind: MessageKind, *, even_fixed: bool = False) -> None:
    if not may_rewrite(viewer):
        raise LookupError("the texts of messages are out of reach")
    if kind.is_fixed and not even_fixed:
        raise Refused("The words of this message protect accounts, so they are the same everywhere")


def _locked(kind: MessageKind, version: int) -> MessageText | None:
    key = db.session.scalar(select(MessageText.id).where(MessageText.kind == kind.name))
    row = lock_row(MessageText, key) if key is not None else None
    if (row.row_version if row is not None else 0) != version:
        raise Refused(MEANWHILE)
    return row


def _added(row: MessageText) -> MessageText:
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Refused(MEANWHILE) from error
    return row


def _same(words: Words, others: Words) -> bool:
    return (words.subject.strip(), words.body.strip()) == (others.subject.strip(), others.body.strip())
