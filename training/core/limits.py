"""How often something may be tried: counted in a table of our own, so that several processes agree."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training.core.columns import Identified, ShortText
from training.core.database import Base


class LimitCount(Identified, Base):
    """How many tries of one kind were made by or about one subject within one stretch of time."""

    __tablename__ = "limit_count"
    __table_args__ = (
        UniqueConstraint("kind", "subject_hash", "begins_at"),
        CheckConstraint("tries >= 1", name="tried_at_least_once"),
    )

    kind: Mapped[str] = mapped_column(ShortText)
    subject_hash: Mapped[str] = mapped_column(ShortText)
    """Of an address or a network address; never the thing itself."""
    begins_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]
