"""Sign-in through Flask-Security-Too, bent to the rules of the house.

Its datastore flushes instead of committing (the request commits) and nothing of it acts on a GET.
"""

from flask import Flask, url_for
from flask_login import current_user
from flask_security.core import RoleMixin, Security
from flask_security.datastore import SQLAlchemyUserDatastore
from sqlalchemy import select

from training.config import Config
from training.core import clock
from training.core.database import db
from training.core.viewer import ANONYMOUS, Viewer, ViewerKind, held_today
from training.people.models import Account, RoleGrant

security = Security()


class NoRole(RoleMixin):
    """Flask-Security asks for a role model; ours are RoleGrants, which it never sees."""


class AccountStore(SQLAlchemyUserDatastore):
    """Accounts as Flask-Security reads and writes them; the request owns the commit."""

    def commit(self) -> None:
        """Flush only: the unit of work commits, or nothing does."""
        db.session.flush()


def configure_accounts(app: Flask, config: Config) -> None:
    """Teach the application to sign people in."""
    app.config.update(
        SECRET_KEY=config.secret_key,
        SECURITY_PASSWORD_SALT=config.secret_key,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/my",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
    )
    security.init_app(app, AccountStore(db, Account, NoRole))


def load_viewer() -> Viewer:
    """Who is signed in, with the roles that are in force today; two queries at most."""
    if not current_user.is_authenticated:
        return ANONYMOUS
    return viewer_for(current_user.person_id)


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
    """The links at the right of the header: sign in, or who is signed in and the way out."""
    if not current_user.is_authenticated:
        return [{"text": "Sign in", "href": url_for("security.login")}]
    return [
        {"text": current_user.person.name, "href": "/my/account"},
        {"text": "Sign out", "href": url_for("security.logout"), "sign_out": True},
    ]
