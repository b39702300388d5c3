"""Which weekly digests somebody does not want."""

from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training.core.columns import Dated, Identified, text_enum
from training.core.database import Base


class DigestKind(StrEnum):
    """For whom a digest is."""

    LEAD = "lead"
    TRAINER = "trainer"
    DESK = "desk"


DIGEST_LABELS = {
    DigestKind.LEAD: "Your agency’s training",
    DigestKind.TRAINER: "What you teach",
    DigestKind.DESK: "What needs the training team",
}


class DigestOff(Identified, Dated, Base):
    """A digest that its person turned off."""

    __tablename__ = "digest_off"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[DigestKind] = mapped_column(text_enum(DigestKind))
