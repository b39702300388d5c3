"""Messages about signing in: codes, shut ways in, second factors that came and went."""

from sqlalchemy import select

from training.core import clock
from training.core.database import db
from training.core.messages import Audience, register_kind
from training.core.outbox import Recipient, enqueue
from training.people import tries
from training.people.mail import SIGN_IN, page, send_link, write_to
from training.people.models import Account, Person
from training.web.formats import moment

CODE = register_kind(
    "account-sign-in-code",
    "Account: code to sign in",
    "Your code to sign in",
    """
Hello ((name)),

Your code to sign in for training is ((code))

Type it at ((code page)), or open this page and press its button:

((link))

Code and link work once, for 15 minutes. If you did not ask for this, do nothing, and give the code to nobody.
""",
    for_owner_only=True,
    to=Audience.OWNER,
    is_fixed=True,
)

SHUT = register_kind(
    "account-shut",
    "Account: too many wrong tries",
    "Somebody tried to sign in to your account",
    """
Hello ((name)),

There were ten wrong tries to sign in to your training account with ((way)), the last on ((moment)). That way in is \
shut for 15 minutes. Nobody got in by it.

If this was you, wait a little, or choose a new password: ((forgot page))

If it was not you, you need do nothing. A long password that you use nowhere else keeps your account safe.
""",
    to=Audience.OWNER,
    is_fixed=True,
)

FACTORS = register_kind(
    "account-second-factor",
    "Account: second factor changed",
    "How you sign in was changed",
    """
Hello ((name)),

On ((moment)) ((what)).

If this was not you, choose a new password now, and tell the training team: ((forgot page))
""",
    to=Audience.OWNER,
    is_fixed=True,
)

RESET = register_kind(
    "account-second-factor-reset",
    "Account: second factor taken away",
    "Your second factor was taken away",
    """
Hello ((name)),

On ((moment)) the training team took away your authenticator app, your passkeys and your recovery codes, so that you \
can set them up again. They gave this reason: ((reason))

You are signed out everywhere. Sign in here: ((sign in page))

If you did not ask for this, tell the training team now.
""",
    to=Audience.OWNER,
    is_fixed=True,
)

_WAYS = {
    tries.PASSWORD: "a password",
    tries.CODE: "a code from a message",
    tries.AUTHENTICATOR: "a code from an authenticator app",
    tries.RECOVERY_CODE: "a recovery code",
    tries.PASSKEY: "a passkey",
}


def send_code(person: Person) -> None:
    """Send a code and a link to sign in with."""
    send_link(CODE, SIGN_IN, person, "/sign-in/code")


def tell_factor_changed(person: Person, what: str) -> None:
    """Tell the owner of an account that `what` happened, such as “a passkey was added”."""
    write_to(FACTORS, person, {**_usual(person), "what": what})


def tell_factors_reset(person: Person, reason: str) -> None:
    """Tell the owner of an account that the desk took away their second factor."""
    if person.address is not None:
        write_to(RESET, person, {**_usual(person), "reason": reason, "sign in page": page("/sign-in")})


@tries.when_shut
def tell_owner(way: str, address: str) -> None:
    """Tell whoever owns the account with this address, if there is one; once a day for each way."""
    person = db.session.scalar(select(Person).join(Account).where(Account.email == address.strip().lower()))
    if person is None or person.address is None:
        return
    enqueue(
        SHUT,
        {**_usual(person), "way": _WAYS[way]},
        key=f"{SHUT.name}:{person.ref}:{way}:{clock.today()}",
        stream=f"account:{person.id}",
        about=f"person:{person.id}",
        to=Recipient(person.name, person.address, person.id),
    )


def _usual(person: Person) -> dict[str, str]:
    return {"name": person.given_name, "moment": moment(clock.now()), "forgot page": page("/forgot-password")}
