"""The messages of one person in the log, and how whoever tries out a text is written to themselves."""

from training.core.database import db
from training.core.holdings import rows_about
from training.core.message_samples import register_own_recipient, register_sample
from training.core.message_scopes import Scope, register_scope
from training.core.outbox import OutboxMessage, Recipient
from training.core.viewer import Viewer
from training.people.models import Person
from training.people.queries import person_by_ref


def messages_of(viewer: Viewer, ref: str) -> Scope | None:
    """What was sent to the person, and to others about them."""
    person = person_by_ref(viewer, ref)
    if person is None:
        return None
    return Scope(person.name, "people.desk_person", person.ref, rows_about(OutboxMessage.__tablename__, [person.id]))


def oneself(viewer: Viewer) -> Recipient | None:
    """The viewer under their own address."""
    person = db.session.get(Person, viewer.person_id) if viewer.person_id is not None else None
    if person is None or person.address is None:
        return None
    return Recipient(person.name, person.address, person.id)


def own_name(viewer: Viewer) -> dict[str, str]:
    """Whoever looks at a text, in the place of its reader."""
    person = db.session.get(Person, viewer.person_id) if viewer.person_id is not None else None
    return {"name": person.given_name, "hello": f"Hello {person.name},"} if person is not None else {}


register_scope("person", messages_of)
register_own_recipient(oneself)
register_sample("", own_name)
