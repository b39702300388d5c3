"""Sign-ins: a row for each browser an account is signed in with, which must be open for its cookie to mean anything.

The cookie holds a random key of which only the hash is kept. So somebody can see where they are signed in and end it,
and a cookie that was copied is worth nothing once its row has ended.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from flask import Flask, Request, flash, g, request, session
from flask_login import current_user, user_logged_out
from flask_security.core import Security
from flask_security.signals import user_authenticated
from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import contains_eager

from training.accounts.devices import device_in_words
from training.core import audit, clock
from training.core.database import db
from training.core.notes import later
from training.core.settings import register_setting, setting_value
from training.core.viewer import Role, Viewer
from training.people.models import Account, Person, RoleGrant, SignIn

IDLE_MINUTES = register_setting(
    "people.idle-minutes",
    "Minutes without a page until somebody is signed out",
    12 * 60,
    hint="For learners, leads and trainers. 720 minutes are 12 hours.",
    least=10,
    most=7 * 24 * 60,
    protects=True,
)
DESK_IDLE_MINUTES = register_setting(
    "people.desk-idle-minutes",
    "Minutes without a page until somebody of the training team is signed out",
    60,
    hint="For officers, administrators and system administrators, who see everybody’s details.",
    least=10,
    most=12 * 60,
    protects=True,
)
LONGEST_DAYS = register_setting(
    "people.longest-sign-in-days",
    "Days after which everybody has to sign in again",
    30,
    hint="Counted from signing in, however often somebody is here.",
    least=1,
    most=365,
    protects=True,
)

WATCHED_ROLES = (Role.OFFICER, Role.ADMINISTRATOR, Role.SYSTEM)
"""Who is signed out sooner: they see everybody's details."""

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is known when a browser was last here: each page would otherwise cost a write."""

KEY = "sign_in"
"""Where the session cookie keeps the key of its sign-in."""

WENT_AWAY = "You were signed out because you had not used Muster for a while. Sign in to go on."


class Way(StrEnum):
    """How somebody proved who they are."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    CODE = "code"
    LINK = "link"
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single-sign-on"


WAY_LABELS = {
    Way.PASSWORD: "Password",
    Way.CODE: "Code",
    Way.LINK: "Link in an email",
    Way.PASSKEY: "Passkey",
    Way.SINGLE_SIGN_ON: "Organisation’s sign-in",
}
SECOND_FACTOR = "second-factor"
"""Said in `authn_via` where the way itself proved two things, or both were asked for."""

_WAYS = {
    "email": Way.CODE,
    "authenticator": Way.CODE,
    "confirm": Way.LINK,
    "reset": Way.LINK,
    "token": Way.LINK,
    "webauthn": Way.PASSKEY,
    **{way.value: way for way in Way},
}
CHANGED = "change"
"""Said where somebody is signed in anew, and others out, because they changed what they sign in with."""


def configure_sign_ins(app: Flask) -> None:
    """Write down each sign-in, and believe no cookie without an open one."""
    security: Security = app.extensions["security"]
    security.login_manager.user_loader(_account_of_browser)
    # Flask-Security would also take a token from a header or the address; nobody is given one.
    security.login_manager.request_loader(_nobody)
    user_authenticated.connect(_begin, app)
    user_logged_out.connect(_end_present, app)


def _nobody(_request: Request) -> None:
    return None


def present_sign_in() -> SignIn | None:
    """The sign-in that the present request comes with; None for somebody who is not signed in."""
    return g.get("sign_in") if current_user.is_authenticated else None


def note_second_factor() -> None:
    """Keep that whoever signed in with this browser has shown a second factor; LookupError where nobody is."""
    sign_in = present_sign_in()
    if sign_in is None:
        raise LookupError("nobody is signed in with this browser")
    sign_in.has_second_factor = True


def open_sign_ins(account_id: int) -> list[SignIn]:
    """Where the account is signed in, the browser used last first."""
    return list(
        db.session.scalars(
            select(SignIn)
            .where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
            .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
        )
    )


def end_sign_ins(account: Account, but: SignIn | None = None) -> int:
    """Sign the account out of every browser, or of every one `but` this; returns of how many."""
    ended = [sign_in for sign_in in open_sign_ins(account.id) if sign_in is not but]
    for sign_in in ended:
        end_sign_in(sign_in)
    return len(ended)


def handle_of(sign_in: SignIn) -> str:
    """What a page calls the sign-in by; says nothing about the key, which is random and long."""
    return sign_in.key_hash[:16]


def end_sign_in(sign_in: SignIn) -> None:
    """Sign one browser out, for good."""
    if sign_in.ended_at is None:
        sign_in.ended_at = clock.now()


def sign_out_everywhere(viewer: Viewer, person: Person, reason: str) -> int:
    """Sign a person out of every browser at the request of the desk; returns of how many."""
    count = end_sign_ins(person.account) if person.account is not None else 0
    audit.record(viewer, "signed out of every browser", person, after={"browsers": count}, reason=reason)
    return count


def _begin(_app: Flask, user: Account, authn_via: Sequence[str] | None = None, **_: Any) -> None:
    """Write the sign-in in the transaction of the request, and give its key to the browser alone."""
    via = authn_via or ()
    before = _sign_in_of(session.get(KEY))
    if before is not None:
        end_sign_in(before)
    goes_on = before is not None and CHANGED in via and before.account_id == user.id
    key = secrets.token_urlsafe(32)
    sign_in = SignIn(
        account_id=user.id,
        key_hash=_hash(key),
        device=device_in_words(request.user_agent.string),
        way=before.way if before is not None and goes_on else _way(via),
        has_second_factor=SECOND_FACTOR in via or (before is not None and goes_on and before.has_second_factor),
    )
    db.session.add(sign_in)
    user.last_seen_at = clock.now()
    session[KEY] = key
    g.sign_in = sign_in


def _end_present(_app: Flask, **_: Any) -> None:
    """End the sign-in of a browser whose owner signs out."""
    sign_in = _sign_in_of(session.pop(KEY, None))
    g.pop("sign_in", None)
    if sign_in is not None:
        end_sign_in(sign_in)


def _way(via: Sequence[str]) -> Way:
    return next((_WAYS[name] for name in via if name in _WAYS), Way.PASSWORD)


def _sign_in_of(key: object) -> SignIn | None:
    if not isinstance(key, str):
        return None
    return db.session.scalar(select(SignIn).where(SignIn.key_hash == _hash(key)))


def _account_of_browser(uniquifier: str) -> Account | None:
    """The account whose open sign-in the cookie holds the key of; one query, with the person."""
    g.pop("sign_in", None)
    key = session.get(KEY)
    found = (
        db.session.execute(
            select(SignIn, _is_watched())
            .join(Account, Account.id == SignIn.account_id)
            .where(SignIn.key_hash == _hash(key), Account.fs_uniquifier == uniquifier)
            .options(contains_eager(SignIn.account).joinedload(Account.person, innerjoin=True))
        ).one_or_none()
        if isinstance(key, str)
        else None
    )
    if found is None or found[0].ended_at is not None or not found[0].account.active:
        session.clear()
        return None
    sign_in, is_watched = found
    if has_run_out(sign_in, is_watched, clock.now()):
        session.clear()
        flash(WENT_AWAY, "warning")
        later(partial(_end_later, sign_in.id, clock.now()))
        return None
    _note_seen(sign_in)
    # What Flask-Security’s own loader notes as well.
    g.fs_authn_via = "session"
    g.fs_paa = session.get("fs_paa", 0)
    g.sign_in = sign_in
    return sign_in.account


def has_run_out(sign_in: SignIn, is_watched: bool, at: datetime) -> bool:
    """Whether the browser was away for longer than its owner’s roles allow, or signed in too long ago."""
    idle = timedelta(minutes=setting_value(IDLE_MINUTES))
    if is_watched:
        idle = min(idle, timedelta(minutes=setting_value(DESK_IDLE_MINUTES)))
    longest = timedelta(days=setting_value(LONGEST_DAYS))
    return at - sign_in.seen_at > idle or at - sign_in.started_at > longest


def _is_watched() -> ColumnElement[bool]:
    today = clock.today()
    return exists().where(
        and_(
            RoleGrant.person_id == Account.person_id,
            RoleGrant.role.in_(WATCHED_ROLES),
            RoleGrant.from_on <= today,
            or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
        )
    )


def _note_seen(sign_in: SignIn) -> None:
    """Keep that the browser was here: its row every few minutes, the account once a day."""
    now, seen = clock.now(), sign_in.account.last_seen_at
    # A clock that was put back must not leave a moment to come in the row.
    is_stale = abs(now - sign_in.seen_at) >= SEEN_EVERY
    is_new_day = seen is None or clock.local(seen).date() != clock.today()
    if is_stale or is_new_day:
        later(partial(_see, sign_in.id, sign_in.account_id if is_new_day else None, now))


def _see(sign_in_id: int, account_id: int | None, at: datetime) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(seen_at=at))
    if account_id is not None:
        seen = update(Account).where(Account.id == account_id)
        db.session.execute(seen.values(last_seen_at=at, dormant_told_at=None))


def _end_later(sign_in_id: int, at: datetime) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(ended_at=at))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
