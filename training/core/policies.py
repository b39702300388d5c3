"""The privacy notice, the terms and the accessibility statement: texts of the partnership, kept in versions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training.core import clock
from training.core.columns import Identified, text_enum
from training.core.database import Base


class PolicyKind(StrEnum):
    """Which text it is; also its address, such as `/privacy`."""

    PRIVACY = "privacy"
    TERMS = "terms"
    ACCESSIBILITY = "accessibility"


class PolicyVersion(Identified, Base):
    """One published version of a text; never changed, followed by the next."""

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        CheckConstraint("number >= 1", name="counts_from_one"),
    )

    kind: Mapped[PolicyKind] = mapped_column(text_enum(PolicyKind))
    number: Mapped[int]
    text: Mapped[str]
    """In Markdown."""
    change: Mapped[str] = mapped_column(default="")
    """What is different from the version before, in a sentence."""
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
