"""Passwords hashed and compared before the transaction of the request begins to write, so that nobody waits for it.

What comes out is kept in `g` for the form or operation that needs it. Known and unknown addresses cost one hash each.
"""

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request
from flask_login import current_user
from flask_security.core import Security
from flask_security.utils import hash_password
from sqlalchemy import select

from training.accounts.passwords import fault_in, normal
from training.core.database import db
from training.core.links import find_link
from training.people import tries
from training.people.mail import CHOOSE_PASSWORD, CONFIRM_ADDRESS
from training.people.models import Account

LONGEST = 1000
"""Characters of a password; forms refuse more."""


@dataclass(frozen=True)
class PasswordProof:
    """Whether a typed password is that of an address; `against` is the hash it was compared with."""

    address: str
    password: str
    against: str | None
    is_right: bool
    better_hash: str | None = None
    """The password hashed as is usual now, where its hash is from before."""


def password_proof(address: str, password: str) -> PasswordProof:
    """What was found out about the password before, or else is found out now: at the cost of one hash."""
    kept: PasswordProof | None = g.get("password_proof")
    if kept is not None and (kept.address, kept.password) == (address, password):
        return kept
    return _compared(address, password, _hash_of(address))


def new_hash(password: str) -> str:
    """The hash of a new password, made before where it could be."""
    prepared: dict[str, str] = g.get("new_hashes", {})
    return prepared.get(password) or hash_password(password)


def compare_at_sign_in() -> None:
    """Compare the password typed at the sign-in page; nothing while too many were wrong."""
    address = request.form.get("email", "").strip().lower()
    password = normal(request.form.get("password", ""))
    if address and 0 < len(password) <= LONGEST and not tries.is_shut(tries.PASSWORD, address):
        g.password_proof = _compared_apart(address, password)


def compare_own() -> None:
    """Compare the password typed by somebody who is signed in, and hash the new one."""
    password = normal(request.form.get("password", ""))
    if current_user.is_authenticated and 0 < len(password) <= LONGEST:
        address = current_user.email
        if not tries.is_shut(tries.PASSWORD, address):
            g.password_proof = _compared_apart(address, password)
    _hash("new_password")


def hash_behind_link() -> None:
    """Hash the new password typed behind a link that is open."""
    link = find_link(str((request.view_args or {}).get("token", "")))
    if link is not None and link.is_open and link.purpose in (CHOOSE_PASSWORD.name, CONFIRM_ADDRESS.name):
        _hash("password")


PREPARATIONS = {
    "security.login": compare_at_sign_in,
    "accounts.change_password": compare_own,
    "accounts.prove_again": compare_own,
    "links.open_link": hash_behind_link,
}
"""By endpoint."""


def _hash(field: str) -> None:
    password = normal(request.form.get(field, ""))
    if len(password) <= LONGEST and not fault_in(password):
        db.session.rollback()
        g.new_hashes = {password: hash_password(password)}


def _compared_apart(address: str, password: str) -> PasswordProof:
    """Compare with no transaction open, so that no connection is held meanwhile either."""
    against = _hash_of(address)
    db.session.rollback()
    return _compared(address, password, against)


def _hash_of(address: str) -> str | None:
    return db.session.scalar(select(Account.password).where(Account.email == address))


def _compared(address: str, password: str, against: str | None) -> PasswordProof:
    if against is None:
        hash_password(password)
        return PasswordProof(address, password, None, False)
    security: Security = current_app.extensions["security"]
    context: Any = security.pwd_context
    is_right, better = context.verify_and_update(password, against)
    return PasswordProof(address, password, against, bool(is_right), better)
