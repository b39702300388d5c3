"""The privacy notice, the terms and the accessibility statement: texts of the partnership, kept in versions."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint, func, select
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
    figures: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """What the terms say in numbers, as they were agreed: working days and pence, by name."""
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
"""What may stand in double brackets besides figures: the partnership’s name, and how to reach its training team."""
AS_DELIVERED, FIGURES_CHANGED = "As they come with Muster.", "A figure was changed in the settings."
_figures: dict[str, Callable[[], str]] = {}


@dataclass(frozen=True)
class PolicyText:
    """One version of a text; number 0 is the one that comes with Muster, in force until another is published."""

    kind: PolicyKind
    number: int
    text: str
    change: str = ""
    published_at: datetime | None = None


def register_figure(name: str, in_words: Callable[[], str]) -> None:
    """Let ((name)) stand in the texts for what a setting is now, once, when its stage is imported."""
    if name in _figures or name in PLACEHOLDERS:
        raise ValueError(f"the figure {name} is already known")
    _figures[name] = in_words


def figure_names() -> tuple[str, ...]:
    """The figures that may stand in double brackets."""
    return tuple(_figures)


def with_figures(text: str) -> str:
    """`text` with the settings of this moment in the place of its figures."""
    return PLACEHOLDER.sub(lambda found: _figures[found[1]]() if found[1] in _figures else found[0], text)


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
    known = (*PLACEHOLDERS, *_figures)
    unknown = sorted({name for name in PLACEHOLDER.findall(text) if name not in known})
    if unknown:
        raise Refused(f"There is nothing to put in the place of (({unknown[0]}))", "text")
    if kind is PolicyKind.TERMS:
        # What somebody agreed to must not change with a setting.
        text, present = with_figures(text), replace(present, text=with_figures(present.text))
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
    """The terms that somebody agrees to by booking now; those that come with Muster become a version by being used.

    Their figures are those of that moment. While nobody has published terms, a changed setting makes the next version.
    """
    row = _newest(PolicyKind.TERMS)
    if row is None or (row.published_by_id is None and row.change in (AS_DELIVERED, FIGURES_CHANGED)):
        text = with_figures(delivered(PolicyKind.TERMS).text)
        if row is None or row.text != text:
            number, change = (1, AS_DELIVERED) if row is None else (row.number + 1, FIGURES_CHANGED)
            row = _added(PolicyKind.TERMS, number, text, change, None) or _newest(PolicyKind.TERMS)
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
