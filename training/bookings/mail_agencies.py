"""Messages about agencies: one that has closed, and one that is none of this partnership."""

from collections.abc import Iterable

from training.agencies.models import Agency
from training.bookings.models import Booking
from training.config import installation
from training.core import clock
from training.core.messages import Audience, MessageKind, register_kind
from training.core.outbox import enqueue
from training.people.models import Person
from training.people.queries_contacts import who_receives

CLOSED = register_kind(
    "agency-closed",
    "Agency closed: where do you work now?",
    "Where do you work now?",
    """
Hello ((name)),

((agency)) has closed, and you are booked on training in the time to come. Your place is kept.

Please say where you work now. You find your job under your account:

((account))

If you can no longer come, please cancel there, so that somebody else can have the place.
""",
)

NOT_OURS = register_kind(
    "agency-not-ours",
    "Agency is not one of this partnership",
    "About where you work",
    """
Hello ((name)),

You told us that you work at ((agency)). It is not an agency of this partnership, so it is not in our list.

((answer))

Your bookings stay as they are. If you work somewhere else as well, you can say so under your account:

((account))
""",
    to=Audience.PERSON,
    requires=("answer",),
)


def tell_closed(agency: Agency, bookings: Iterable[Booking]) -> None:
    """Ask everybody with a coming booking under an agency that has closed where they work now; once each."""
    told: set[int] = set()
    for booking in bookings:
        if booking.person_id not in told:
            told.add(booking.person_id)
            _write(CLOSED, booking.person, {"agency": agency.name}, f"{agency.id}.{agency.row_version}")


def tell_not_ours(person: Person, named: str, answer: str) -> None:
    """Tell somebody that what they called their agency is none of the partnership's, with the desk's own words."""
    _write(NOT_OURS, person, {"agency": named, "answer": answer}, clock.now().isoformat())


def _write(kind: MessageKind, person: Person, values: dict[str, str], version: str) -> None:
    known = {"name": person.given_name, "account": f"{installation().base_url}/my/account", **values}
    enqueue(
        kind,
        known,
        key=f"{kind.name}:{person.id}:{version}",
        stream=f"person:{person.id}",
        about=f"person:{person.id}",
        to=who_receives(person),
    )
