"""Messages about accounts: confirming an address, choosing a password, what to do with an account that is there."""

from datetime import timedelta

from sqlalchemy import func, select

from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.links import LinkPurpose, create_link, register_purpose
from training.core.messages import Audience, MessageKind, register_kind
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.people.models import Person
from training.web.formats import moment

CONFIRM_ADDRESS = register_purpose("confirm-address", timedelta(days=2))
"""About a person: their address is theirs, and the account they asked for may be used."""

CHOOSE_PASSWORD = register_purpose("choose-password", timedelta(days=2))
"""About a person: whoever reads their mail may choose the password of their account, or open one."""

SIGN_IN = register_purpose("sign-in", timedelta(minutes=15))
"""About a person: whoever reads their mail may sign in as them, once."""

NOBODY = 0
"""Whom a link is about that is made to be thrown away: see `operations_accounts.for_owner_or_nobody`."""

MOST_AN_HOUR = 5
"""How many messages about accounts one address gets within an hour, whoever asks for them."""

CONFIRM = register_kind(
    "account-confirm-address",
    "Account: confirm your address",
    "Confirm your email address",
    """
Hello ((name)),

You asked for an account for training with this address. Open this page and choose a password, and you can book:

((link))

If the link cannot be opened, type the code ((code)) at ((code page))

The link and the code work for two days. If you did not ask for an account, do nothing: there is none without the \
button.
""",
    for_owner_only=True,
    to=Audience.OWNER,
    is_fixed=True,
)

ALREADY_THERE = register_kind(
    "account-already-there",
    "Account: you have one already",
    "You already have an account",
    """
Hello ((name)),

Somebody, probably you, asked for an account for training with this address. You already have one, so nothing changed.

Sign in here: ((sign in page))

If you do not remember your password, choose a new one: ((forgot page))
""",
    to=Audience.OWNER,
    is_fixed=True,
)

CHOOSE = register_kind(
    "account-choose-password",
    "Account: choose a password",
    "Choose a password for your training account",
    """
Hello ((name)),

Open this page to choose a password. You are signed in straight away:

((link))

If the link cannot be opened, type the code ((code)) at ((code page))

The link and the code work for two days. If you did not ask for this, do nothing: your account stays as it is.
""",
    for_owner_only=True,
    to=Audience.OWNER,
    is_fixed=True,
)

CHANGED = register_kind(
    "account-password-changed",
    "Account: password changed",
    "Your password was changed",
    """
Hello ((name)),

The password of your training account was changed on ((moment)). Wherever you were signed in before, you are signed out.

If this was not you, choose a new password now: ((forgot page))
""",
    to=Audience.OWNER,
    is_fixed=True,
)


def ask_to_confirm(person: Person) -> None:
    """Send the link that confirms the person's address."""
    send_link(CONFIRM, CONFIRM_ADDRESS, person, "/link")


def offer_password(person: Person) -> None:
    """Send the link with which the person chooses a password."""
    send_link(CHOOSE, CHOOSE_PASSWORD, person, "/link")


def say_account_is_there(person: Person) -> None:
    """Tell the owner of an address that they have an account already."""
    if had_enough(person):
        return
    values = {"name": person.given_name, "sign in page": page("/sign-in"), "forgot page": page("/forgot-password")}
    write_to(ALREADY_THERE, person, values)


def tell_password_changed(person: Person) -> None:
    """Tell the owner of an account that its password was changed."""
    values = {"name": person.given_name, "moment": moment(clock.now()), "forgot page": page("/forgot-password")}
    write_to(CHANGED, person, values)


def send_link(kind: MessageKind, purpose: LinkPurpose, person: Person, code_page: str) -> None:
    """Send a link of `purpose` and its code, to be typed at `code_page`; not to somebody who had enough of them."""
    if had_enough(person):
        return
    fresh = create_link(purpose, person.id or NOBODY)
    values = {"name": person.given_name, "link": fresh.address, "code": fresh.code, "code page": page(code_page)}
    write_to(kind, person, values, secrets=fresh.secrets)


def write_to(kind: MessageKind, person: Person, values: dict[str, str], secrets: tuple[str, ...] = ()) -> None:
    """Put a message about an account into the outbox; ValueError for somebody without an address."""
    address = person.address or (person.account.email if person.account is not None else None)
    if address is None:
        raise ValueError(f"{person.ref} has no address to write to")
    enqueue(
        kind,
        values,
        key=f"{kind.name}:{person.ref}:{clock.now().isoformat()}",
        stream=f"account:{person.id}",
        about=f"person:{person.id}",
        to=Recipient(person.name, address, person.id),
        secrets=secrets,
    )


def had_enough(person: Person) -> bool:
    """Whether MOST_AN_HOUR messages about their account were written to the person within the last hour."""
    hour_ago = clock.now() - timedelta(hours=1)
    sent = select(func.count(OutboxMessage.id)).where(
        OutboxMessage.stream == f"account:{person.id}", OutboxMessage.created_at > hour_ago
    )
    return (db.session.scalar(sent) or 0) >= MOST_AN_HOUR


def page(path: str) -> str:
    """The full address of a page, as it stands in a mail."""
    return f"{installation().base_url}{path}"
