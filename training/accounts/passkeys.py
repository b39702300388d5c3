"""Passkeys: what a browser is asked for, and whether its answer is true.

Every passkey here has verified its owner (a finger, a face, a number), so that signing in with one shows two things:
the device and its owner. A question to a browser is signed, runs out after some minutes and is answered once.
"""

import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from flask import current_app
from flask_security.core import Security
from flask_security.webauthn_util import WebauthnUtil
from itsdangerous import BadSignature
from sqlalchemy import select
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from training.config import installation
from training.core import clock, tokens
from training.core.database import db
from training.core.refusal import Refused
from training.people import tries
from training.people.models import Account, Passkey

ANSWERED_WITHIN = 5 * 60
"""Seconds."""
NOT_RIGHT = "The passkey could not be checked. Try again, or use another way to sign in"
TOO_LATE = "The passkey was used too late or a second time. Try again"
LONGEST_ANSWER = 20_000
NEW, KNOWN = "new", "known"
_NAME = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")


class AnyPasskey(WebauthnUtil):
    """Passkeys of this device, of a telephone nearby or of a key on a key ring, all of which verify their owner."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:  # noqa: ARG002
        """Which ones may be registered."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:  # noqa: ARG002
        """Whether the owner is verified at each use."""
        return UserVerificationRequirement.REQUIRED

    def origin(self) -> str:
        """Where passkeys are used: the public address, which no Host header can change in production."""
        return installation().base_url if installation().is_production else super().origin()


@dataclass(frozen=True)
class Question:
    """What a page asks the browser for: the options for its script, and the state it sends back with the answer."""

    options: str
    state: str


def host() -> str:
    """The name that passkeys are bound to; empty where a Host header in development is none."""
    try:
        named = urlsplit(_security().webauthn_util.origin()).hostname or ""
    except ValueError:
        return ""
    return named if len(named) <= 253 and _NAME.fullmatch(named) else ""


def can_be_used() -> bool:
    """Whether the address is one that browsers bind passkeys to: a name, and not numbers."""
    try:
        ipaddress.ip_address(host())
    except ValueError:
        return bool(host())
    return False


def ask_for_new(account: Account, partnership: str) -> Question:
    """Ask for a new passkey of `account`, other than those it has."""
    challenge, handle = _challenge(), account.fs_webauthn_user_handle or _challenge()
    options: dict[str, Any] = {
        "challenge": challenge.encode(),
        "rp_name": partnership,
        "rp_id": host(),
        "user_id": handle.encode(),
        "user_name": account.email,
        "user_display_name": account.person.name,
        "timeout": ANSWERED_WITHIN * 1000,
        "exclude_credentials": _known(account),
    }
    options = _security().webauthn_util.registration_options(account, "first", options)
    asked = options_to_json_dict(webauthn.generate_registration_options(**options))
    return _question(asked, {"use": NEW, "challenge": challenge, "handle": handle, "for": account.id})


def ask_for_known(account: Account | None = None) -> Question:
    """Ask for a passkey: any of `account`, or whichever the browser has for this site."""
    challenge = _challenge()
    options: dict[str, Any] = {
        "challenge": challenge.encode(),
        "rp_id": host(),
        "timeout": ANSWERED_WITHIN * 1000,
        "allow_credentials": None if account is None else _known(account),
    }
    options = _security().webauthn_util.authentication_options(account, ["first"], options)
    asked = options_to_json_dict(webauthn.generate_authentication_options(**options))
    whose = None if account is None else account.id
    return _question(asked, {"use": KNOWN, "challenge": challenge, "for": whose})


def require_new_name(account: Account, name: str, but: Passkey | None = None) -> None:
    """Refused where another passkey of the account is called so; `but` is the one that is to be named."""
    if any(kept.name.casefold() == name.casefold() for kept in account.webauthn if kept is not but):
        raise Refused("You have a passkey of this name already", "name")


def new_passkey(account: Account, name: str, answer: str, state: str) -> Passkey:
    """The passkey a browser made for `account`; Refused where the answer is not true, or the name is taken."""
    require_new_name(account, name)
    asked = _asked(state, NEW, account)
    try:
        given = parse_registration_credential_json(answer[:LONGEST_ANSWER])
        shown = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=asked["challenge"].encode(),
            expected_origin=_security().webauthn_util.origin(),
            expected_rp_id=host(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError) as error:
        raise Refused(NOT_RIGHT) from error
    if _kept(shown.credential_id) is not None:
        raise Refused("This passkey is registered already")
    account.fs_webauthn_user_handle = account.fs_webauthn_user_handle or asked["handle"]
    passkey = Passkey(
        user=account,
        name=name,
        usage="first",
        credential_id=shown.credential_id,
        public_key=shown.credential_public_key,
        sign_count=shown.sign_count,
        backup_state=shown.credential_backed_up,
        device_type=str(shown.credential_device_type.value),
        transports=[transport.value for transport in given.response.transports or []],
        lastuse_datetime=clock.now(),
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey


def owner_of_answer(answer: str, state: str, account: Account | None = None) -> Account:
    """Whose passkey gave the `answer`; Refused where it is not true, or not of `account` where one is given."""
    asked = _asked(state, KNOWN, account)
    try:
        given = parse_authentication_credential_json(answer[:LONGEST_ANSWER])
    except (WebAuthnException, ValueError, KeyError) as error:
        raise Refused(NOT_RIGHT) from error
    passkey = _kept(given.raw_id)
    if passkey is None or (account is not None and passkey.user_id != account.id):
        raise Refused(NOT_RIGHT)
    owner = passkey.user
    if tries.is_shut(tries.PASSKEY, owner.email):
        raise Refused(tries.SHUT)
    try:
        if given.response.user_handle and given.response.user_handle != (owner.fs_webauthn_user_handle or "").encode():
            raise ValueError("the passkey says it belongs to somebody else")
        shown = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=asked["challenge"].encode(),
            expected_origin=_security().webauthn_util.origin(),
            expected_rp_id=host(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError) as error:
        owner.track_failed_authn(tries.PASSKEY)
        raise Refused(NOT_RIGHT) from error
    passkey.sign_count = shown.new_sign_count
    passkey.backup_state = shown.credential_backed_up
    passkey.lastuse_datetime = clock.now()
    return owner


def _question(asked: dict[str, Any], state: dict[str, Any]) -> Question:
    return Question(json.dumps(asked), str(_security().wan_serializer.dumps(state)))


def _asked(state: str, use: str, account: Account | None) -> dict[str, Any]:
    """What was asked; Refused where it was long ago, was answered already, or was asked of somebody else."""
    try:
        asked: dict[str, Any] = _security().wan_serializer.loads(state, max_age=ANSWERED_WITHIN)
    except BadSignature as error:
        raise Refused(TOO_LATE) from error
    if (asked["use"], asked["for"]) != (use, None if account is None else account.id):
        raise Refused(TOO_LATE)
    if tokens.spend(f"passkey:{asked['challenge']}") is None:
        raise Refused(TOO_LATE)
    return asked


def _known(account: Account) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in account.webauthn]


def _kept(credential_id: bytes) -> Passkey | None:
    return db.session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _challenge() -> str:
    return _security().webauthn_util.generate_challenge(32)


def _security() -> Security:
    return current_app.extensions["security"]
