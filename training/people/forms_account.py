"""Forms of signing in and of passwords, in the shape in which Flask-Security's views use them."""

import hashlib
from datetime import timedelta
from typing import Any

from flask import request
from flask_login import current_user
from flask_security.utils import hash_password, verify_password
from sqlalchemy import func, select
from wtforms.validators import ValidationError

from training.core import clock
from training.core.database import db
from training.core.notes import Note, note
from training.people.models import Account
from training.people.passwords import SHORTEST, fault_in, normal
from training.web.fields import EmailField, HiddenField, PasswordField
from training.web.forms import Form

WRONG = "The email address or the password is not right"
UNCONFIRMED = "Confirm your email address first: follow the link in the message we sent you"
TOO_MANY_TRIES = "There were too many tries with this email address. Wait 15 minutes, or choose a new password"
CLOSED = "This account has been closed. Ask the training team if you need it"
TRIES = 10
WITHIN = timedelta(minutes=15)
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
        kind = f"failed-sign-in:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
        tries = select(func.count(Note.id)).where(Note.kind == kind, Note.noted_at > clock.now() - WITHIN)
        if (db.session.scalar(tries) or 0) >= TRIES:
            return TOO_MANY_TRIES
        account = db.session.scalar(select(Account).where(Account.email == address))
        if account is None or account.password is None:
            hash_password(password)
            note(kind)
            return WRONG
        if not account.verify_and_update_password(password):
            note(kind)
            return WRONG
        if not account.active:
            return CLOSED
        if account.confirmed_at is None:
            return UNCONFIRMED
        self.user = account
        return ""


class ChangePasswordForm(Form):
    """The present password and the new one."""

    password = PasswordField("Your present password", ask="your present password")
    new_password = NewPasswordField("New password", ask="a new password")

    def validate_password(self, field: PasswordField) -> None:
        """The present password must be right."""
        if current_user.password and not verify_password(normal(field.data), current_user.password):
            raise ValidationError("This is not your present password")

    def validate_new_password(self, field: PasswordField) -> None:
        """The new password must be another."""
        field.data = normal(field.data)
        if field.data == normal(self.password.data):
            raise ValidationError("The new password must not be the present one")
