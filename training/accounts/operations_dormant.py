"""Accounts nobody uses: told, closed after a notice, opened again by the desk."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from training.accounts.sign_ins import end_sign_ins
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.settings import register_setting, setting_value
from training.core.transaction import lock_row
from training.core.viewer import WORKER, Role, Viewer
from training.people import mail_addresses
from training.people.models import Account, RoleGrant
from training.people.operations_addresses import require_address_in_reach

DORMANT_MONTHS = register_setting(
    "people.dormant-months",
    "Months after which an unused account is closed",
    18,
    hint="Counted from when its owner was last signed in. They are told beforehand. Records and bookings stay.",
    least=3,
    most=120,
)
DORMANT_NOTICE_DAYS = register_setting(
    "people.dormant-notice-days",
    "Days of notice before an unused account is closed",
    30,
    least=7,
    most=120,
)
DAYS_A_MONTH = 30.4375


def last_used() -> ColumnElement[datetime]:
    """When the owner of an Account was last here; when it was opened, where they never were."""
    return func.coalesce(Account.last_seen_at, Account.created_at)


def unused_since(now: datetime) -> datetime:
    """Accounts last used before this moment are told that they will be closed."""
    months = setting_value(DORMANT_MONTHS)
    return now - timedelta(days=round(months * DAYS_A_MONTH) - setting_value(DORMANT_NOTICE_DAYS))


def look_at_account(account_id: int) -> bool:
    """Tell the owner, close after the notice, or forget the notice where they were here again; say what changed.

    The last system administrator's account stays open.
    """
    account = lock_row(Account, account_id)
    now = clock.now()
    used = account.last_seen_at or account.created_at
    if not account.active:
        return False
    if used >= unused_since(now):
        was_told, account.dormant_told_at = account.dormant_told_at is not None, None
        return was_told
    if _is_last_administrator(account):
        return False
    notice = timedelta(days=setting_value(DORMANT_NOTICE_DAYS))
    if account.dormant_told_at is None:
        account.dormant_told_at = now
        mail_addresses.tell_dormant(account, setting_value(DORMANT_MONTHS), now + notice)
        return True
    if now < account.dormant_told_at + notice:
        return False
    close_account(WORKER, account, f"Not used for {setting_value(DORMANT_MONTHS)} months")
    return True


def close_account(viewer: Viewer, account: Account, because: str) -> None:
    """Let nobody sign in with the account any more, and end where it is signed in."""
    before, after = audit.changes(account, {"active": False, "closed_at": clock.now(), "closed_because": because})
    end_sign_ins(account)
    audit.record(viewer, "closed", account, before=before, after=after, reason=because)


def open_again(viewer: Viewer, account: Account, reason: str) -> None:
    """Open a closed account; it counts as used now. Refused where it is open, or its roles are above `viewer`'s."""
    if account.active:
        raise Refused("This account is open already")
    require_address_in_reach(viewer, account.person)
    wanted = {
        "active": True,
        "closed_at": None,
        "closed_because": "",
        "dormant_told_at": None,
        "last_seen_at": clock.now(),
    }
    before, after = audit.changes(account, wanted)
    audit.record(viewer, "opened again", account, before=before, after=after, reason=reason)


def _is_last_administrator(account: Account) -> bool:
    today = clock.today()
    held = (
        RoleGrant.role == Role.SYSTEM,
        RoleGrant.from_on <= today,
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
    )
    own = select(RoleGrant.id).where(RoleGrant.person_id == account.person_id, *held)
    if db.session.scalar(own.limit(1)) is None:
        return False
    # Two administrators' accounts that close in the same moment: the second waits and sees.
    db.session.execute(select(RoleGrant.id).where(RoleGrant.role == Role.SYSTEM).with_for_update()).all()
    others = (
        select(Account.id)
        .join(RoleGrant, RoleGrant.person_id == Account.person_id)
        .where(Account.active, Account.id != account.id, *held)
    )
    return db.session.scalar(others.limit(1)) is None
