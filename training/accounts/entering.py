"""The last steps of signing in, the same whichever way somebody came: in at once, or led to the second factor."""

import time

from flask import current_app, g, redirect, session
from flask.typing import ResponseReturnValue
from flask_security.core import Security
from flask_security.utils import login_user

from training.accounts.factors import forget_half_signed_in
from training.accounts.sign_ins import CHANGED, SECOND_FACTOR, Way, note_second_factor
from training.accounts.where_to import where_to
from training.core.database import db
from training.people import tries
from training.people.models import Account

FRESH_FOR = 15 * 60
"""Seconds after a proof within which what somebody signs in with may be changed without another one."""


def enter(account: Account, way: Way) -> ResponseReturnValue:
    """Sign in somebody who has shown one factor, and lead them on; to the second step where they have one."""
    db.session.flush()
    g.way = way.value
    security: Security = current_app.extensions["security"]
    further = security.two_factor_plugins.tf_enter(account, False, way.value, None)
    if further is not None:
        return further
    login_user(account, authn_via=[way.value])
    return redirect(where_to())


def enter_with_both(account: Account, way: Way) -> ResponseReturnValue:
    """Sign in somebody who has shown two factors, or one that is as good as two, and lead them on."""
    forget_half_signed_in()
    db.session.flush()
    login_user(account, authn_via=[way.value, SECOND_FACTOR])
    tries.forget(account.email)
    return redirect(where_to())


def finish_second_step(account: Account, is_signed_in: bool) -> ResponseReturnValue:
    """Let somebody in who has now shown the second factor as well, or raise what they may do where they are in."""
    if not is_signed_in:
        return enter_with_both(account, Way(forget_half_signed_in()))
    note_second_factor()
    note_fresh()
    return redirect(where_to())


def stay(account: Account) -> None:
    """Keep whoever changed how they sign in signed in here, with a new key; all other sign-ins have been ended."""
    login_user(account, authn_via=[CHANGED])


def is_fresh() -> bool:
    """Whether whoever is signed in has proved it within FRESH_FOR."""
    proved_at = session.get("fs_paa", 0)
    return isinstance(proved_at, (int, float)) and 0 <= time.time() - proved_at < FRESH_FOR


def note_fresh() -> None:
    """Keep that whoever is signed in has just proved it again."""
    session["fs_paa"] = time.time()
