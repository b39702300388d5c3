"""A transport that remembers and obeys, and messages to put into the outbox."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

from training.core.database import db
from training.core.messages import MessageKind
from training.core.outbox import CalendarPart, OutboxMessage, Recipient, enqueue

KIND = MessageKind("test.kind", "A test", "About ((what))", "Hello ((name)),\n\nsee ((link))\n")


@dataclass
class Post:
    """Accepts mail, or fails in the ways it was told to, in order."""

    failures: list[Exception] = field(default_factory=list[Exception])
    accepted: list[EmailMessage] = field(default_factory=list[EmailMessage])
    before: Callable[[], None] = lambda: None
    """What happens while the server is kept waiting."""

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """Accept `message`, or raise what is next."""
        self.before()
        if self.failures:
            raise self.failures.pop(0)
        self.accepted.append(message)

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.accepted]


def put(
    what: str,
    stream: str = "booking:1",
    *,
    key: str = "",
    link: str = "https://training.example/link/s3cret",
    secrets: tuple[str, ...] = ("s3cret",),
    calendar: CalendarPart | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> OutboxMessage:
    """Enqueue a message about `what` and commit."""
    message = enqueue(
        KIND,
        {"what": what, "name": "Priya", "link": link},
        key=key or f"test:{what}",
        stream=stream,
        about=stream,
        to=Recipient("Priya Nair", "priya@people.example"),
        calendar=calendar,
        secrets=secrets,
        not_before=not_before,
        not_after=not_after,
    )
    assert message is not None
    db.session.commit()
    return message


def again(key: int) -> OutboxMessage:
    """The message as it is in the database now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, key)
