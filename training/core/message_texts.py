"""The words of messages as the partnership has rewritten them; a kind without a row goes out as it was delivered."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training.core.columns import Changed, Identified, ShortText, Versioned
from training.core.database import Base


class MessageText(Identified, Changed, Versioned, Base):
    """Subject and body of one kind of message in the partnership's own words."""

    __tablename__ = "message_text"
    __table_args__ = (CheckConstraint("subject <> '' AND body <> ''", name="says_something"),)

    kind: Mapped[str] = mapped_column(ShortText, unique=True)
    subject: Mapped[str]
    body: Mapped[str]
    in_use: Mapped[bool] = mapped_column(default=True)
    """False once the partnership went back to the delivered words; its own are kept, to be taken up again."""
    delivered: Mapped[str] = mapped_column(default="")
    """The delivered subject and body beside which it was written: they change with a release."""
