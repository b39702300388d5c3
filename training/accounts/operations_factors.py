"""Deeds on second factors: setting them up, showing them, taking them away."""

from typing import cast
from uuid import uuid4

from flask import current_app
from flask_security.core import Security
from sqlalchemy import or_, select

from training.accounts import mail
from training.accounts.factors import CLOCK_SLACK, DEMANDING_ROLES, has_authenticator, has_second_factor, is_asked
from training.accounts.passkeys import require_new_name
from training.accounts.sign_ins import end_sign_ins
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people import tries
from training.people.models import Account, Passkey, Person, RoleGrant
from training.people.rules import may_grant

NOT_RIGHT = "This code is not right, or was used already. Wait for the next one"
NOT_OF_THIS_APP = "This code is not right. Check that the app has the key of this page, and type the code it shows now"
NOT_LEFT = "This is none of the recovery codes that are left"
NEEDS_ONE = "What you do here needs a second factor. Set up another one first"


def new_secret() -> str:
    """A secret for an authenticator app, enciphered so that only this installation can read it."""
    return _security().totp_factory.generate_totp_secret()


def set_up_authenticator(viewer: Viewer, account: Account, secret: str, code: str) -> None:
    """Keep the authenticator app that shows `code` now; it takes the place of the one before.

    Every browser is signed out. Refused where the code is not of this app.
    """
    account = lock_row(Account, account.id)
    account.totp_counter = None
    if not _is_right(account, code, secret):
        raise Refused(NOT_OF_THIS_APP, "code")
    _security().datastore.tf_set(account, "authenticator", totp_secret=secret)
    _changed(viewer, account, "an authenticator app was set up")


def remove_authenticator(viewer: Viewer, account: Account) -> None:
    """Forget the authenticator app; Refused where one's roles need it."""
    account = lock_row(Account, account.id)
    if not has_authenticator(account):
        raise Refused("There is no authenticator app")
    _require_another(account, bool(account.webauthn))
    _security().datastore.tf_reset(account)
    account.totp_counter = None
    _forget_useless_codes(account)
    _changed(viewer, account, "the authenticator app was removed")


def show_code(account: Account, code: str) -> None:
    """Take a code of the authenticator app as proof; Refused where it is wrong, was used, or too many were wrong."""
    if tries.is_shut(tries.AUTHENTICATOR, account.email):
        raise Refused(tries.SHUT, "code")
    account = lock_row(Account, account.id)
    if account.tf_totp_secret is None or not _is_right(account, code, account.tf_totp_secret):
        account.track_failed_authn(tries.CODE, tfa=True)
        raise Refused(NOT_RIGHT, "code")
    tries.forget(account.email, [tries.AUTHENTICATOR])


def show_recovery_code(account: Account, code: str) -> int:
    """Take a recovery code as proof, and void it; returns how many are left. Refused as in `show_code`."""
    if tries.is_shut(tries.RECOVERY_CODE, account.email):
        raise Refused(tries.SHUT, "code")
    account = lock_row(Account, account.id)
    if not _security().mf_recovery_codes_util.delete_recovery_code(account, code):
        account.track_failed_authn(tries.RECOVERY_CODE)
        raise Refused(NOT_LEFT, "code")
    tries.forget(account.email, [tries.RECOVERY_CODE])
    left = len(account.mf_recovery_codes or [])
    mail.tell_factor_changed(account.person, f"a recovery code was used to sign in. {left} are left")
    return left


def new_recovery_codes(viewer: Viewer, account: Account) -> list[str]:
    """A new set of recovery codes, to be shown once; those before are void."""
    account = lock_row(Account, account.id)
    codes = _security().mf_recovery_codes_util.create_recovery_codes(account)
    audit.record(viewer, "made new recovery codes", account.person)
    mail.tell_factor_changed(account.person, "new recovery codes were made, and the ones before are void")
    return codes


def note_new_passkey(viewer: Viewer, passkey: Passkey) -> None:
    """Say that a passkey was added; every browser is signed out."""
    _changed(viewer, passkey.user, f"the passkey “{passkey.name}” was added")


def rename_passkey(viewer: Viewer, passkey: Passkey, name: str) -> None:
    """Call a passkey something else; Refused where another one of the account is called so."""
    account = lock_row(Account, passkey.user_id)
    require_new_name(account, name, but=passkey)
    before, after = audit.changes(passkey, {"name": name})
    if after:
        audit.record(viewer, "renamed", passkey, before=before, after=after)


def remove_passkey(viewer: Viewer, passkey: Passkey) -> None:
    """Forget a passkey; Refused where it is the last way in, or the last second factor that one's roles need."""
    account = lock_row(Account, passkey.user_id)
    others = [other for other in account.webauthn if other is not passkey]
    if not others and account.password is None:
        raise Refused("This passkey is the only way in that you have set up. Choose a password first")
    _require_another(account, bool(others) or has_authenticator(account))
    account.webauthn.remove(passkey)
    _forget_useless_codes(account)
    _changed(viewer, account, f"the passkey “{passkey.name}” was removed")


def may_reset(viewer: Viewer, person: Person) -> bool:
    """Whether `viewer` may take away the person's second factor.

    Not one's own, nor that of somebody whose roles one could not give: who resets it could get in themselves.
    """
    if person.account is None or viewer.person_id == person.id:
        return False
    held = db.session.scalars(
        select(RoleGrant.role).where(
            RoleGrant.person_id == person.id, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= clock.today())
        )
    )
    return all(may_grant(viewer, role) for role in held)


def reset_factors(viewer: Viewer, person: Person, reason: str) -> None:
    """Take away somebody's authenticator app, passkeys and recovery codes, and sign them out everywhere.

    Refused for oneself, and for somebody whose roles `viewer` could not give.
    """
    if not may_reset(viewer, person) or person.account is None:
        raise Refused("Only somebody who can give this person’s roles can reset their second factor")
    account = lock_row(Account, person.account.id)
    before = {
        "authenticator": has_authenticator(account),
        "passkeys": len(account.webauthn),
        "recovery codes": len(account.mf_recovery_codes or []),
    }
    _security().datastore.tf_reset(account)
    _security().datastore.mf_set_recovery_codes(account, None)
    account.webauthn.clear()
    account.totp_counter = None
    account.fs_uniquifier = uuid4().hex
    end_sign_ins(account)
    tries.forget(account.email)
    mail.tell_factors_reset(person, reason)
    audit.record(viewer, "reset the second factor of", person, before=before, reason=reason)


def is_demanded_of(person_id: int) -> bool:
    """Whether the person holds a role today for which a second factor is asked."""
    today = clock.today()
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role.in_(DEMANDING_ROLES),
        RoleGrant.from_on <= today,
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
    )
    return is_asked() and db.session.scalar(held.limit(1)) is not None


def _require_another(account: Account, has_another: bool) -> None:
    if not has_another and is_demanded_of(account.person_id):
        raise Refused(NEEDS_ONE)


def _forget_useless_codes(account: Account) -> None:
    """Recovery codes stand in for a second factor: without one they would only be a way in for whoever finds them."""
    if not has_second_factor(account):
        account.mf_recovery_codes = None


def _changed(viewer: Viewer, account: Account, what: str) -> None:
    db.session.flush()
    end_sign_ins(account)
    mail.tell_factor_changed(account.person, what)
    audit.record(viewer, "changed how to sign in", account.person, after={"what": what})


def _is_right(account: Account, code: str, secret: str) -> bool:
    digits = "".join(letter for letter in code if letter.isdecimal())
    factory = _security().totp_factory
    return len(digits) == 6 and factory.verify_totp(token=digits, totp_secret=secret, user=account, window=CLOCK_SLACK)


def _security() -> Security:
    return cast(Security, current_app.extensions["security"])
