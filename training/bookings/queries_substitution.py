"""What is known of a colleague before they are named: no more than whoever names them may know anyway."""

from sqlalchemy import select

from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import EmailAddress, Person
from training.people.queries import within_reach


def person_in_reach(viewer: Viewer, address: str) -> Person | None:
    """The person with this address, if `viewer` may see them; None says nothing of whether there is one."""
    own = select(Person).join(Person.addresses).where(EmailAddress.address == address.strip().lower())
    return db.session.scalar(own.where(within_reach(viewer)))
