"""One-time form tokens: a form sent twice acts once."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from training.core import clock
from training.core.columns import ShortText
from training.core.database import Base, db

KEPT_FOR = timedelta(days=30)


class SpentFormToken(Base):
    """A form that has acted, and where its sender was led afterwards."""

    __tablename__ = "spent_form_token"

    token_hash: Mapped[str] = mapped_column(ShortText, primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    location: Mapped[str] = mapped_column(default="")


def spend(token: str) -> SpentFormToken | None:
    """Spend `token` in the present transaction; None if a committed form has spent it before.

    Two requests with one token at the same moment: the second waits until the first has committed.
    """
    spent = SpentFormToken(token_hash=_hash(token))
    try:
        with db.session.begin_nested():
            db.session.add(spent)
    except IntegrityError:
        return None
    return spent


def where_it_led(token: str) -> str | None:
    """The address the first sending of `token` was led to; None if it was never spent."""
    return db.session.scalar(select(SpentFormToken.location).where(SpentFormToken.token_hash == _hash(token)))


def forget_old() -> None:
    """Delete tokens of forms so old that no browser will send them again."""
    db.session.execute(delete(SpentFormToken).where(SpentFormToken.spent_at < clock.now() - KEPT_FOR))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
