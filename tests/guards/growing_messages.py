"""The pages of messages that grow: the log of everybody, of one person and one session, and a set to be sent again."""

from collections.abc import Callable

from sqlalchemy import update

from tests.core.post import put
from tests.factories import make_booking, make_person, make_session, number
from tests.guards.growing import Growing
from training.core.database import db
from training.core.outbox import MessageState, OutboxMessage


def sent(about: str = "") -> OutboxMessage:
    """One more message, about the row of that name."""
    message = put(f"number {number()}")
    message.about = about or message.about
    db.session.flush()
    return message


def of_a_person() -> Growing:
    person = make_person()

    def add() -> None:
        sent().person_id = person.id
        sent(f"booking:{make_booking(make_session(), person).id}")
        db.session.flush()

    return Growing(f"/desk/messages?person={person.ref}", add)


def of_a_session() -> Growing:
    course_session = make_session(capacity=100)
    return Growing(
        f"/desk/messages?session={course_session.ref}",
        lambda: sent(f"booking:{make_booking(course_session, make_person()).id}"),
    )


def failed() -> None:
    """One more message that the mail server did not take."""
    key = sent().id
    db.session.execute(update(OutboxMessage).where(OutboxMessage.id == key).values(state=MessageState.FAILED))


PAGES: dict[str, Callable[[], Growing]] = {
    "messages": lambda: Growing("/desk/messages", sent),
    "messages as a file": lambda: Growing("/desk/messages.csv", sent),
    "messages about a person": of_a_person,
    "messages about a session": of_a_session,
    "failed messages": lambda: Growing("/desk/messages/send-again", failed),
}
