"""What the worker does for accounts: those nobody uses are closed, after a notice."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select

from training.accounts.operations_dormant import last_used, look_at_account, unused_since
from training.core import clock
from training.core.database import reading
from training.core.transaction import for_each, unit_of_work
from training.people.models import Account


def close_dormant() -> int:
    """Tell the owners of accounts nobody uses, and close those whose notice has run out; returns how many changed."""
    # Those who were told are looked at too: whoever came back since is told anew another time.
    wanted = or_(last_used() < unused_since(clock.now()), Account.dormant_told_at.is_not(None))
    return for_each(_keys(select(Account.id).where(Account.active, wanted).order_by(Account.id)), look_at_account)


def _keys(statement: Select[int]) -> Sequence[int]:
    with reading(), unit_of_work() as session:
        return session.scalars(statement).all()
