"""Sign-in through Flask-Security-Too, bent to the rules of the house.

Its datastore flushes instead of committing (the request commits), its mail goes into the outbox, its forms are ours
and answer 400 when they failed, and nothing of it acts on a GET. Signing up, confirming an address and choosing a new
password are pages of our own behind signed links (`views_sign_up`).
"""

from datetime import timedelta
from typing import Any, cast

from flask import Flask, make_response, render_template, url_for
from flask_login import current_user
from flask_security.core import RoleMixin, Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.mail_util import MailUtil
from sqlalchemy import select
from werkzeug.wrappers import Response

from training.accounts.factors import DEMANDING_ROLES, CountedTotp, HashedRecoveryCodes, is_asked
from training.accounts.forms import SignInForm
from training.accounts.passkeys import AnyPasskey, ask_for_known, can_be_used
from training.accounts.passwords import SHORTEST, PasswordRules
from training.accounts.proofs import PREPARATIONS
from training.accounts.sign_ins import present_sign_in
from training.accounts.where_to import AFTER_SIGN_IN
from training.config import Config
from training.core import clock
from training.core.database import db
from training.core.viewer import ANONYMOUS, Viewer, ViewerKind, held_today
from training.people.models import Account, RoleGrant
from training.web.access import PUBLIC, declare_foreign, describe_foreign
from training.web.forms import Form
from training.web.requests import prepare

QUICK_HASHES = {"argon2__rounds": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1}


class NoRole(RoleMixin):
    """Flask-Security asks for a role model; ours are RoleGrants, which it never sees."""


class AccountStore(SQLAlchemyUserDatastore):
    """Accounts as Flask-Security reads and writes them; the request owns the commit."""

    def commit(self) -> None:
        """Flush only: the unit of work commits, or nothing does."""
        db.session.flush()


class OutboxMail(MailUtil):
    """Mail goes through the outbox, in our own words (`mail_accounts`); Flask-Security sends none of its own."""

    def send_mail(self, template: str, *_args: Any, **_kwargs: Any) -> None:
        """Raises LookupError: a page of Flask-Security's that sends mail must not come into use unnoticed."""
        raise LookupError(f"Flask-Security wants to send {template}, for which there are no words of ours")


def render_page(template: str, **context: Any) -> Response:
    """A page of Flask-Security in our templates; 400 where its form failed."""
    form = next(value for value in context.values() if isinstance(value, Form))
    return make_response(render_template(template, form=form, **context), form.status)


security = Security(
    mail_util_cls=OutboxMail,
    password_util_cls=PasswordRules,
    totp_cls=CountedTotp,
    mf_recovery_codes_util_cls=HashedRecoveryCodes,
    webauthn_util_cls=AnyPasskey,
    render_template=cast(Any, render_page),
)


def configure_accounts(app: Flask, config: Config) -> None:
    """Teach the application to sign people in."""
    app.config.update(
        SECRET_KEY=config.secret_key,
        SECURITY_PASSWORD_SALT=config.secret_key,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of the method
        # argon2 salts by itself, so the secret key can be changed without closing every account.
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # Hashing is slow on purpose; tests, which hash all the time, keep the method and not the effort.
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=QUICK_HASHES if config.environment == "testing" else {},
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_EMAIL_PLAINTEXT=False,
        SECURITY_EMAIL_HTML=False,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGIN_USER_TEMPLATE="accounts/sign_in.html",
        SECURITY_POST_LOGIN_VIEW=AFTER_SIGN_IN,
        SECURITY_POST_LOGOUT_VIEW="/",
        # Its pages for second factors, passkeys and recovery codes stay off: ours use what lies behind them.
        SECURITY_TWO_FACTOR_IMPLEMENTATIONS={"second-step": "training.accounts.factors.SecondStep"},
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_TOTP_SECRETS={"1": config.secret_key},
        SECURITY_TOTP_ISSUER="Muster",
        # Less than nothing: its page that asks for the password again stays off, for ours takes every factor.
        SECURITY_FRESHNESS=timedelta(minutes=-1),
        SECURITY_STATIC_FOLDER=None,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
    )
    security.support_mfa = False
    security.init_app(
        app,
        AccountStore(db, Account, NoRole),
        # It asks for subclasses of its own forms, and uses no more of them than ours have.
        login_form=cast(Any, SignInForm),
    )
    # Only now, so that none of its pages come with it: signing in asks `Account.check_tf_required` and our SecondStep.
    security.support_mfa = True
    prepare(app, PREPARATIONS)
    security.want_json(lambda _request: False)


def declare_account_access(app: Flask) -> None:
    """Say who may call each page of Flask-Security; one that a new release adds is not among them, and is noticed."""
    declare_foreign(
        app,
        {
            "security.login": PUBLIC,
            "security.logout": PUBLIC,
        },
    )
    describe_foreign(
        app,
        {
            "security.login": "Sign in with a password, a code by message, a passkey or an organisation’s own sign-in.",
            "security.logout": "Sign out of this browser.",
        },
    )


def load_viewer() -> Viewer:
    """Who is signed in, with the roles that are in force today; two queries at most."""
    if not current_user.is_authenticated:
        return ANONYMOUS
    viewer = viewer_for(current_user.person_id)
    sign_in = present_sign_in()
    if viewer.has(*DEMANDING_ROLES) and is_asked() and not (sign_in is not None and sign_in.has_second_factor):
        return viewer.without(DEMANDING_ROLES)
    return viewer


def sign_in_page() -> dict[str, Any]:
    """What the sign-in page shows besides its form."""
    return {"passkey": ask_for_known() if can_be_used() else None}


security.login_context_processor(sign_in_page)


def viewer_for(person_id: int | None) -> Viewer:
    """A person as a viewer with today’s roles; nobody in particular where `person_id` is None."""
    if person_id is None:
        return ANONYMOUS
    grants = db.session.execute(
        select(RoleGrant.role, RoleGrant.agency_id, RoleGrant.from_on, RoleGrant.to_on).where(
            RoleGrant.person_id == person_id
        )
    )
    return Viewer(ViewerKind.PERSON, person_id, held_today([(g[0], g[1], g[2], g[3]) for g in grants], clock.today()))


def account_links() -> list[dict[str, str | bool]]:
    """The links at the right of the header: sign in or up, or who is signed in and the way out."""
    if not current_user.is_authenticated:
        return [
            {"text": "Sign in", "href": url_for("security.login")},
            {"text": "Create an account", "href": url_for("accounts.sign_up")},
        ]
    return [
        {"text": current_user.person.name, "href": url_for("accounts.account")},
        {"text": "Sign out", "href": url_for("security.logout"), "sign_out": True},
    ]
