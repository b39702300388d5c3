"""Second factors: who is asked for one, what an account has, and Flask-Security's hooks for them."""

import hashlib
import secrets
from datetime import timedelta
from io import BytesIO
from typing import Any

import qrcode
from flask import current_app, g, redirect, session, url_for
from flask_security.recovery_codes import MfRecoveryCodesUtil
from flask_security.tf_plugin import TfPluginBase
from flask_security.totp import Totp
from markupsafe import Markup
from passlib.exc import UsedTokenError
from passlib.totp import TotpMatch
from qrcode.image.svg import SvgPathImage
from sqlalchemy import or_, update
from werkzeug.wrappers import Response

from training.accounts.sign_ins import Way
from training.accounts.where_to import remember_where_to
from training.core import clock
from training.core.columns import REFERENCE_ALPHABET
from training.core.database import db
from training.core.settings import register_setting, setting_value
from training.core.viewer import Role
from training.people.models import Account

ASKED_OF_THE_DESK = register_setting(
    "people.second-factor",
    "Ask officers and administrators for a second factor",
    default=True,
    hint="An authenticator app or a passkey besides the password. They see everybody’s details, so leave this on.",
    protects=True,
)
DEMANDING_ROLES = frozenset({Role.OFFICER, Role.ADMINISTRATOR, Role.SYSTEM})
"""Roles that nobody holds in a browser that has shown no second factor."""

RECOVERY_CODES = 10
CODE_GROUPS, GROUP_LENGTH = 4, 4
CLOCK_SLACK = 30
"""How many seconds an authenticator's clock may be wrong either way."""
TIME_FOR_SECOND_STEP = timedelta(minutes=10)


def is_asked() -> bool:
    """Whether the partnership asks for a second factor of those who hold DEMANDING_ROLES."""
    return setting_value(ASKED_OF_THE_DESK)


def has_authenticator(account: Account) -> bool:
    """Whether an authenticator app is set up."""
    return account.tf_totp_secret is not None


def has_second_factor(account: Account) -> bool:
    """Whether an authenticator app or a passkey is set up."""
    return has_authenticator(account) or bool(account.webauthn)


class CountedTotp(Totp):
    """Codes of authenticator apps, none of which works twice, whichever process looks at it."""

    def get_last_counter(self, user: Any) -> int | None:
        """The step of the last code the account used."""
        return user.totp_counter

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """Keep the step of the code that was right; raises UsedTokenError where another request was first."""
        kept = db.session.execute(
            update(Account)
            .where(Account.id == user.id, or_(Account.totp_counter.is_(None), Account.totp_counter < tmatch.counter))
            .values(totp_counter=tmatch.counter)
            .returning(Account.id)
            .execution_options(synchronize_session="fetch")
        ).first()
        if kept is None:
            raise UsedTokenError(expire_time=tmatch.expire_time)

    def generate_recovery_codes(self, number: int) -> list[str]:
        """Codes long enough that their hashes need no salt: nobody can try them all."""
        return [
            "-".join(
                "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(CODE_GROUPS)
            )
            for _ in range(number)
        ]


class HashedRecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes of which only hashes are kept; each works once."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """A new set, in the only moment in which it can be read; the one before is void."""
        codes = current_app.extensions["security"].totp_factory.generate_recovery_codes(RECOVERY_CODES)
        user.mf_recovery_codes = [hash_of(code) for code in codes]
        return codes

    def get_recovery_codes(self, user: Any) -> list[str]:
        """The hashes of the codes that are left; the codes themselves are kept nowhere."""
        return list(user.mf_recovery_codes or [])

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether the code is one of those that are left; lock the account first."""
        return hash_of(code) in self.get_recovery_codes(user)

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Void a code that was used; False where it was none."""
        left = self.get_recovery_codes(user)
        used = hash_of(code)
        user.mf_recovery_codes = [kept for kept in left if kept != used]
        return used in left


class SecondStep(TfPluginBase):
    """Leads somebody who has shown a first factor to our own page for the second."""

    def create_blueprint(self, app: Any, bp: Any, state: Any) -> None:
        """No pages: ours stand in `views_second_step`."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        """One entry where there is any second factor; which of them is chosen on the page."""
        return [("second-step", "Second factor")] if has_second_factor(user) else []

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Response:  # noqa: ARG002
        """Remember for a short while who is half in, and ask for the rest."""
        session["tf_at"] = int(clock.now().timestamp())
        session["tf_way"] = g.pop("way", Way.PASSWORD.value)
        if next_loc:
            remember_where_to(next_loc)
        return redirect(url_for("accounts.second_step"))


def half_signed_in() -> Account | None:
    """Whoever has shown a first factor in this browser a short while ago and is asked for the second."""
    key, at = session.get("tf_user_id"), session.get("tf_at")
    if not isinstance(key, str) or not isinstance(at, int):
        return None
    if clock.now().timestamp() - at > TIME_FOR_SECOND_STEP.total_seconds():
        return None
    account = db.session.scalar(db.select(Account).where(Account.fs_uniquifier == key))
    return account if account is not None and account.active else None


def forget_half_signed_in() -> str:
    """End the time between the two steps; returns by which way the first was taken."""
    for name in ("tf_user_id", "tf_at"):
        session.pop(name, None)
    return str(session.pop("tf_way", Way.PASSWORD.value))


def authenticator_values(account: Account, secret: str) -> dict[str, str]:
    """What an authenticator app needs to know: the `key` to type, and the `uri` that a picture holds."""
    factory = current_app.extensions["security"].totp_factory
    return {"key": factory.get_totp_pretty_key(secret), "uri": factory.get_totp_uri(account.email, secret)}


def picture_of(uri: str) -> Markup:
    """A QR code of `uri` as SVG to stand in the page."""
    picture = qrcode.make(uri, image_factory=SvgPathImage, border=2)
    written = BytesIO()
    picture.save(written)
    drawn = written.getvalue().decode().partition("<svg")[2]
    return Markup(f'<svg role="img" aria-label="QR code for your authenticator app" class="muster-qr"{drawn}')  # noqa: S704


def hash_of(code: str) -> str:
    """The hash of a recovery code, however it is typed."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(typed.encode()).hexdigest()
