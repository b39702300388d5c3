"""Forms of signing in and of passwords, in the shape in which Flask-Security's views use them."""

from typing import Any

from flask import request
from flask_login import current_user
from sqlalchemy import select
from wtforms.validators import ValidationError

from training.accounts.passwords import SHORTEST, fault_in, normal
from training.accounts.proofs import password_proof
from training.core.database import db
from training.people import tries
from training.people.models import Account
from training.web.fields import EmailField, HiddenField, PasswordField, TextField
from training.web.forms import Form

WRONG = "The email address or the password is not right"
UNCONFIRMED = "Confirm your email address first: follow the link in the message we sent you"
CLOSED = "This account has been closed. Ask the training team if you need it"
PASSWORD_HINT = (
    f"{SHORTEST} characters or more. Three or four words that do not belong together are easy to remember "
    "and hard to guess."
)


class NewPasswordField(PasswordField):
    """A password to be; refused where it is short or one that is guessed first."""

    def __init__(self, label: str = "Password", *args: Any, **kwargs: Any) -> None:
        words = {"ask": "a password", "autocomplete": "new-password", "hint": PASSWORD_HINT, **kwargs}
        super().__init__(label, *args, **words)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:  # noqa: ARG002 - WTForms calls it so
        """Look at the password once it is known to be there."""
        if not validation_stopped and (fault := fault_in(normal(self.data))):
            raise ValidationError(fault)


class SignInForm(Form):
    """Address and password. What is wrong is said only to somebody who gave the right password."""

    email = EmailField()
    password = PasswordField()
    next = HiddenField()
    user: Account | None = None
    requires_confirmation = False
    """Flask-Security asks; `validate` has the answer among its errors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.next.data:
            self.next.data = request.args.get("next", "")

    def validate(self, extra_validators: Any = None) -> bool:
        """Find the account; an unknown address takes as long and is answered as a wrong password is."""
        if not super().validate(extra_validators):
            return False
        trouble = self._trouble(self.email.data.lower(), normal(self.password.data))
        if trouble:
            self.add_error(trouble)
        return not trouble

    def _trouble(self, address: str, password: str) -> str:
        if tries.is_shut(tries.PASSWORD, address):
            return tries.SHUT
        proof = password_proof(address, password)
        account = db.session.scalar(select(Account).where(Account.email == address))
        if account is None or not proof.is_right or account.password != proof.against:
            tries.note_wrong(tries.PASSWORD, address)
            return WRONG
        if not account.active:
            return CLOSED
        if account.confirmed_at is None:
            return UNCONFIRMED
        if proof.better_hash is not None:
            account.password = proof.better_hash
        tries.forget(address, [tries.PASSWORD])
        self.user = account
        return ""


class ChangePasswordForm(Form):
    """The present password, where there is one, and the new one."""

    password = PasswordField("Your present password", ask="your present password")
    new_password = NewPasswordField("New password", ask="a new password")

    def validate_password(self, field: PasswordField) -> None:
        """The present password must be right."""
        require_own_password(field.data, "This is not your present password")

    def validate_new_password(self, field: PasswordField) -> None:
        """The new password must be another."""
        field.data = normal(field.data)
        if "password" in self and field.data == normal(self.password.data):
            raise ValidationError("The new password must not be the present one")


class ProveAgainForm(Form):
    """One's own password, once more."""

    password = PasswordField()

    def validate_password(self, field: PasswordField) -> None:
        """It must be right."""
        require_own_password(field.data, "This is not your password")


class AuthenticatorForm(Form):
    """The code that an authenticator app shows."""

    code = TextField(
        "Code from your authenticator app",
        ask="the code from your authenticator app",
        autocomplete="one-time-code",
        width=10,
        hint="6 digits. A new one is shown every 30 seconds.",
    )


class RecoveryCodeForm(Form):
    """One of the codes kept for the day the telephone is gone."""

    code = TextField("Recovery code", ask="one of your recovery codes", autocomplete="off", width=20)


class MailedCodeForm(Form):
    """The code that was sent by mail."""

    code = TextField("Code from the message", ask="the code from the message", autocomplete="one-time-code", width=20)


class PasskeyForm(Form):
    """What a browser answered when it was asked for a passkey; filled by the page's script."""

    credential = HiddenField(max_length=20_000)
    state = HiddenField(max_length=2000)


class PasskeyNameForm(Form):
    """What the owner of a passkey calls it."""

    name = TextField(
        "Name of the passkey",
        ask="a name for the passkey",
        max_length=60,
        hint="So that you know it again, such as “My phone” or “Work laptop”.",
    )


class NewPasskeyForm(PasskeyNameForm, PasskeyForm):
    """A new passkey and what its owner calls it."""


class ResetFactorsForm(Form):
    """Why somebody’s second factor is taken away."""

    reason = TextField("Reason", ask="the reason", max_length=200, hint="Such as: telephone lost, recognised by voice.")


def require_own_password(typed: str, sentence: str) -> None:
    """Refused with `sentence` where it is not the password of whoever is signed in, or too many were wrong."""
    if tries.is_shut(tries.PASSWORD, current_user.email):
        raise ValidationError(tries.SHUT)
    proof = password_proof(current_user.email, normal(typed))
    if not proof.is_right or proof.against != current_user.password:
        tries.note_wrong(tries.PASSWORD, current_user.email)
        raise ValidationError(sentence)
