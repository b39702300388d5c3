"""The privacy notice, the terms and the accessibility statement: texts of the partnership, kept in versions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from training.config import ROOT
from training.core import audit, clock
from training.core.columns import Identified, text_enum
from training.core.database import Base, db
from training.core.policy_figures import (
    PLACEHOLDER,
    delivered_figures,
    terms_words,
    tidy,
    with_terms_words,
    wrong_figure,
)
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
    figures: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """What the terms say in numbers, as they were agreed: working days and pence, by name."""
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
PLACEHOLDERS = ("partnership", "contact")
"""What may stand in double brackets besides figures: the partnership’s name, and how to reach its training team."""
AS_DELIVERED, DELIVERED_CHANGED = "As they come with Muster.", "The text that comes with Muster has changed."
FIGURES_CHANGED = "A figure was changed in the settings."
"""What versions of the terms were called that no officer wrote; they are followed when Muster brings another text."""
_BY_ITSELF = (AS_DELIVERED, DELIVERED_CHANGED, FIGURES_CHANGED)
KEPT_FIGURES = "terms_figures"
_figures: dict[str, Callable[[], str]] = {}


@dataclass(frozen=True)
class PolicyText:
    """One version of a text; number 0 is the one that comes with Muster, in force until another is published."""

    kind: PolicyKind
    number: int
    text: str
    change: str = ""
    published_at: datetime | None = None
    figures: Mapping[str, int] = field(default_factory=dict[str, int])


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
    figures = delivered_figures() if kind is PolicyKind.TERMS else {}
    return PolicyText(kind, 0, (DELIVERED / f"{kind}.md").read_text(encoding="utf-8"), figures=figures)


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


def publish(
    viewer: Viewer, kind: PolicyKind, text: str, change: str, based_on: int, figures: Mapping[str, int] | None = None
) -> PolicyVersion:
    """Publish `text` as the next version after number `based_on`; it is never changed afterwards.

    Terms carry `figures`, by default those in force. Refused where nothing changed, where a placeholder is unknown, and
    where somebody published meanwhile; ValueError for figures that no stage knows.
    """
    present = in_force(kind)
    if present.number != based_on:
        raise Refused(f"Somebody published version {present.number} while you were writing", "text")
    known = (*PLACEHOLDERS, *_figures, *(terms_words() if kind is PolicyKind.TERMS else ()))
    unknown = sorted({name for name in PLACEHOLDER.findall(text) if name not in known})
    if unknown:
        raise Refused(f"There is nothing to put in the place of (({unknown[0]}))", "text")
    agreed: dict[str, int] = {}
    if kind is PolicyKind.TERMS:
        agreed = tidy(present.figures if figures is None else figures)
        if wrong := wrong_figure(agreed):
            raise ValueError(wrong)
        # What somebody agreed to must not change with a setting.
        text = with_figures(with_terms_words(text, agreed))
        present = replace(present, text=filled(present))
    if text.strip() == present.text.strip() and agreed == tidy(present.figures):
        raise Refused("The text is the same as the version in force", "text")
    row = _added(kind, present.number + 1, text, change, viewer.person_id, agreed)
    if row is None:
        raise Refused("Somebody else published a version at the same moment", "text")
    before, after = {"number": present.number}, {"number": row.number}
    if kind is PolicyKind.TERMS:
        before, after = {**before, **present.figures}, {**after, **agreed}
    audit.record(viewer, "published", row, before=before, after=after, reason=change)
    return row


def filled(text: PolicyText) -> str:
    """What `text` says, with its own figures in it; the partnership's name and address are for the page."""
    return with_figures(with_terms_words(text.text, text.figures))


def terms_figures_in_force() -> Mapping[str, int]:
    """The figures of the terms that somebody agrees to by booking now; asking often costs one query."""
    info = db.session().info
    if KEPT_FIGURES not in info:
        row = _newest(PolicyKind.TERMS)
        info[KEPT_FIGURES] = delivered_figures() if row is None else dict(row.figures)
    return info[KEPT_FIGURES]


def terms_in_force() -> PolicyVersion:
    """The terms that somebody agrees to by booking now; those that come with Muster become a version by being used.

    While nobody has published terms, another text that comes with Muster makes the next version, with the same figures.
    """
    row = _newest(PolicyKind.TERMS)
    if row is None or (row.published_by_id is None and row.change in _BY_ITSELF):
        comes = delivered(PolicyKind.TERMS)
        figures = dict(comes.figures if row is None else row.figures)
        text = with_figures(with_terms_words(comes.text, figures))
        if row is None or row.text != text:
            number, change = (1, AS_DELIVERED) if row is None else (row.number + 1, DELIVERED_CHANGED)
            row = _added(PolicyKind.TERMS, number, text, change, None, figures) or _newest(PolicyKind.TERMS)
    if row is None:
        raise LookupError("there are no terms, and none could be written")
    return row


def _newest(kind: PolicyKind) -> PolicyVersion | None:
    return db.session.scalar(
        select(PolicyVersion).where(PolicyVersion.kind == kind).order_by(PolicyVersion.number.desc()).limit(1)
    )


def _added(
    kind: PolicyKind, number: int, text: str, change: str, person_id: int | None, figures: dict[str, int]
) -> PolicyVersion | None:
    """The new version; None where somebody took its number at the same moment."""
    row = PolicyVersion(kind=kind, number=number, text=text, change=change, published_by_id=person_id, figures=figures)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return None
    db.session().info.pop(KEPT_FIGURES, None)
    return row


def _as_text(row: PolicyVersion) -> PolicyText:
    return PolicyText(row.kind, row.number, row.text, row.change, row.published_at, row.figures)
