"""Messages about a change of e-mail domain: to the new address, and to the old one of whoever signs in."""

from training.config import installation
from training.core.messages import Audience, register_kind
from training.core.outbox import Recipient, enqueue
from training.people.models import Person
from training.people.queries_contacts import desk_contact

MOVED = register_kind(
    "address-moved",
    "Address moved with its domain",
    "Your training messages now come to this address",
    """
Hello ((name)),

The addresses of your organisation have changed from ((old domain)) to ((new domain)). We write to you at this \
address from now on.

((sign in))

Nothing else has changed: your bookings, certificates and calendar entries stay as they are.
""",
    to=Audience.PERSON,
)

MOVED_FROM = register_kind(
    "address-moved-from",
    "Address moved away with its domain",
    "The address you sign in with has changed",
    """
Hello ((name)),

The training team was told that addresses at ((old domain)) are now at ((new domain)). You sign in as ((address)) \
from now on, with the same password as before.

If your address has not changed, tell the training team at once: ((contact))
""",
    to=Audience.OWNER,
    is_fixed=True,
)

SIGN_IN = "You sign in with this address from now on, and with the same password as before: {page}"
NO_ACCOUNT = "You have no account yet. You can ask for one with this address: {page}"


def tell_moved(person: Person, old_address: str, new_address: str, version: str) -> None:
    """Tell somebody at the new address how it goes on, and at the old one if they sign in with it."""
    base, contact = installation().base_url, desk_contact().address
    has_account = person.account is not None
    page = f"{base}/sign-in" if has_account else f"{base}/sign-up"
    values = {
        "name": person.given_name,
        "old domain": old_address.rpartition("@")[2],
        "new domain": new_address.rpartition("@")[2],
    }
    enqueue(
        MOVED,
        {**values, "sign in": (SIGN_IN if has_account else NO_ACCOUNT).format(page=page)},
        key=f"{MOVED.name}:{person.id}:{version}",
        stream=f"account:{person.id}",
        about=f"person:{person.id}",
        to=Recipient(person.name, new_address, person.id),
    )
    if has_account:
        enqueue(
            MOVED_FROM,
            {**values, "address": new_address, "contact": contact},
            key=f"{MOVED_FROM.name}:{person.id}:{version}",
            stream=f"account:{person.id}",
            about=f"person:{person.id}",
            to=Recipient(person.name, old_address, person.id),
        )
