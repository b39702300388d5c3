"""The privacy notice, the terms and the accessibility statement: texts of the partnership, kept in versions."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from training.config import ROOT
from training.core import audit, clock
from training.core.columns import Identified, text_enum
from training.core.database import Base, db
from training.core.refusal import Refused
from training.core.viewer import Viewer


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


POLICY_LABELS = {
    PolicyKind.PRIVACY: "Privacy notice",
    PolicyKind.TERMS: "Terms of booking",
    PolicyKind.ACCESSIBILITY: "Accessibility statement",
}
DELIVERED = ROOT / "templates" / "policies"
PLACEHOLDER = re.compile(r"\(\(([^()]*)\)\)")
PLACEHOLDERS = ("partnership", "contact")
"""What may stand in double brackets: the partnership’s name, and how to reach its training team."""


@dataclass(frozen=True)
class PolicyText:
    """One version of a text; number 0 is the one that comes with Muster, in force until another is published."""

    kind: PolicyKind
    number: int
    text: str
    change: str = ""
    published_at: datetime | None = None


def delivered(kind: PolicyKind) -> PolicyText:
    """The text that comes with Muster."""
    return PolicyText(kind, 0, (DELIVERED / f"{kind}.md").read_text(encoding="utf-8"))


def in_force(kind: PolicyKind) -> PolicyText:
    """The text that counts now."""
    row = _newest(kind)
    return _as_text(row) if row is not None else delivered(kind)


def version_numbered(kind: PolicyKind, number: int) -> PolicyText | None:
    """One published version; None where there is none of that number."""
    row = db.session.scalar(select(PolicyVersion).where(PolicyVersion.kind == kind, PolicyVersion.number == number))
    return _as_text(row) if row is not None else None


def versions(kind: PolicyKind) -> list[PolicyText]:
    """All published versions, the newest first; their texts are left out."""
    rows = db.session.execute(
        select(PolicyVersion.number, PolicyVersion.change, PolicyVersion.published_at)
        .where(PolicyVersion.kind == kind)
        .order_by(PolicyVersion.number.desc())
    )
    return [PolicyText(kind, number, "", change, published_at) for number, change, published_at in rows]


def changed_since(kind: PolicyKind, moment: datetime) -> datetime | None:
    """When a later version than the first was published, if that was after `moment`; the latest of them."""
    return db.session.scalar(
        select(func.max(PolicyVersion.published_at)).where(
            PolicyVersion.kind == kind, PolicyVersion.number > 1, PolicyVersion.published_at > moment
        )
    )


def publish(viewer: Viewer, kind: PolicyKind, text: str, change: str, based_on: int) -> PolicyVersion:
    """Publish `text` as the next version after number `based_on`; it is never changed afterwards.

    Refused where nothing changed, where a placeholder is unknown, and where somebody published meanwhile.
    """
    present = in_force(kind)
    if present.number != based_on:
        raise Refused(f"Somebody published version {present.number} while you were writing", "text")
    unknown = sorted({name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS})
    if unknown:
        raise Refused(f"There is nothing to put in the place of (({unknown[0]}))", "text")
    if text.strip() == present.text.strip():
        raise Refused("The text is the same as the version in force", "text")
    row = _added(kind, present.number + 1, text, change, viewer.person_id)
    if row is None:
        raise Refused("Somebody else published a version at the same moment", "text")
    audit.record(
        viewer, "published", row, before={"number": present.number}, after={"number": row.number}, reason=change
    )
    return row


def terms_in_force() -> PolicyVersion:
    """The terms that somebody agrees to by booking now; those that come with Muster become version 1 by being used."""
    row = _newest(PolicyKind.TERMS)
    if row is None:
        text = delivered(PolicyKind.TERMS).text
        row = _added(PolicyKind.TERMS, 1, text, "As they come with Muster.", None) or _newest(PolicyKind.TERMS)
    if row is None:
        raise LookupError("there are no terms, and none could be written")
    return row


def _newest(kind: PolicyKind) -> PolicyVersion | None:
    return db.session.scalar(
        select(PolicyVersion).where(PolicyVersion.kind == kind).order_by(PolicyVersion.number.desc()).limit(1)
    )


def _added(kind: PolicyKind, number: int, text: str, change: str, person_id: int | None) -> PolicyVersion | None:
    """The new version; None where somebody took its number at the same moment."""
    row = PolicyVersion(kind=kind, number=number, text=text, change=change, published_by_id=person_id)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return None
    return row


def _as_text(row: PolicyVersion) -> PolicyText:
    return PolicyText(row.kind, row.number, row.text, row.change, row.published_at)
