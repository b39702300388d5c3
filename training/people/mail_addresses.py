"""Messages about e-mail addresses: proving one, what became of one, and an account nobody used."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.links import create_link, register_purpose
from training.core.messages import Audience, MessageKind, register_kind
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.people.models import Account, AddressClaim, Person
from training.web.formats import day

PROVE_ADDRESS = register_purpose("prove-address", timedelta(days=2))
"""About an address claim: whoever reads the mail there says whether the address is the person's."""

CLAIMS_AN_HOUR = 5
"""How many addresses one person can ask for within an hour: those mails go to people who asked for none."""

PROVE = register_kind(
    "people-prove-address",
    "Address: is it yours?",
    "Is this your email address?",
    """
Hello,

((who)) says that this address is theirs, for training with us. If that is you, open this page and press its button:

((link))

If the link cannot be opened, type the code ((code)) at ((code page))

The link and the code work for two days. If you are somebody else, do not press the button: the page also has one to \
say so, and without it nothing happens.
""",
    for_owner_only=True,
    to=Audience.OWNER,
    is_fixed=True,
)

TAKEN = register_kind(
    "people-address-taken",
    "Address: somebody else named it",
    "Somebody said that your address is theirs",
    """
Hello ((name)),

Somebody said that this address is theirs too, for training with us. Nothing was changed, and they were not told that \
it is known here. If it was you, from another account, reply to this message and we put the two together.
""",
    to=Audience.OWNER,
    is_fixed=True,
)

PRIMARY_CHANGED = register_kind(
    "people-address-primary-changed",
    "Address: another one is used now",
    "Messages about your training now go to another address",
    """
Hello ((name)),

Messages about your training no longer come to this address, and you no longer sign in with it. They go to \
((new address)) since ((day)).

If this was not you, reply to this message at once.
""",
    to=Audience.OWNER,
    is_fixed=True,
)

REMOVED = register_kind(
    "people-address-removed",
    "Address: taken away",
    "This address was taken away from your training account",
    """
Hello ((name)),

This address was taken away from your training account on ((day)). If this was not you, reply to this message at \
once.
""",
    to=Audience.OWNER,
    is_fixed=True,
)

DORMANT = register_kind(
    "people-account-dormant",
    "Account: not used for a long time",
    "Your training account will be closed",
    """
Hello ((name)),

You have not used your training account for ((months)) months. If you want to keep it, sign in once before ((last day)):

((sign in page))

If you do not, the account is closed on that day. Your training record is kept, and the training team can open the \
account again when you ask.
""",
    to=Audience.OWNER,
)


def ask_whether_yours(claim: AddressClaim) -> None:
    """Send the link with which the address becomes the person's."""
    fresh = create_link(PROVE_ADDRESS, claim.id)
    enqueue(
        PROVE,
        {"who": claim.person.name, "link": fresh.address, "code": fresh.code, "code page": _page("/link")},
        key=f"{PROVE.name}:{claim.id}",
        stream=f"address-claim:{claim.person_id}",
        about=f"person:{claim.person_id}",
        to=Recipient("", claim.address, claim.person_id),
        secrets=fresh.secrets,
    )


def tell_owner(claim: AddressClaim, owner: Person) -> None:
    """Tell the owner of an address that somebody else named it; whoever did is not told."""
    enqueue(
        TAKEN,
        {"name": owner.given_name},
        key=f"{TAKEN.name}:{claim.id}",
        stream=f"address-claim:{claim.person_id}",
        about=f"person:{owner.id}",
        to=Recipient(owner.name, claim.address, owner.id),
    )


def asked_enough(person: Person) -> bool:
    """Whether the person has had as many addresses written to as an hour allows."""
    sent = select(func.count(OutboxMessage.id)).where(
        OutboxMessage.stream == f"address-claim:{person.id}",
        OutboxMessage.created_at > clock.now() - timedelta(hours=1),
    )
    return (db.session.scalar(sent) or 0) >= CLAIMS_AN_HOUR


def tell_old_primary(person: Person, old: str, new: str) -> None:
    """Tell the address that was written to until now that another one is used."""
    _to_address(PRIMARY_CHANGED, person, old, {"new address": new})


def tell_removed(person: Person, address: str) -> None:
    """Tell an address that it was taken away."""
    _to_address(REMOVED, person, address, {})


def tell_dormant(account: Account, months: int, closes_at: datetime) -> None:
    """Say that an account will be closed unless its owner signs in."""
    person = account.person
    enqueue(
        DORMANT,
        {
            "name": person.given_name,
            "months": str(months),
            "last day": day(clock.local(closes_at).date()),
            "sign in page": _page("/sign-in"),
        },
        key=f"{DORMANT.name}:{account.id}:{clock.now().isoformat()}",
        stream=f"account:{person.id}",
        about=f"person:{person.id}",
        to=Recipient(person.name, account.email, person.id),
        not_after=closes_at,
    )


def _to_address(kind: MessageKind, person: Person, address: str, values: dict[str, str]) -> None:
    enqueue(
        kind,
        {"name": person.given_name, "day": day(clock.today()), **values},
        key=f"{kind.name}:{person.id}:{address}:{clock.now().isoformat()}"[:200],
        stream=f"addresses:{person.id}",
        about=f"person:{person.id}",
        to=Recipient(person.name, address, person.id),
    )


def _page(path: str) -> str:
    return f"{installation().base_url}{path}"
