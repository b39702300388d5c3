"""Until when a place is given up in time: from a setting into the figures of each version of the terms."""

import re
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY, FIGURE, DELIVERED = "bookings.cut-off-days", "cut-off-days", 3
SAID = re.compile(r"(\d{1,2}) working days? before")
TERMS = Path(__file__).parents[2] / "templates" / "policies" / "terms.md"
versions = sa.table(
    "policy_version",
    sa.column("id", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("number", sa.Integer()),
    sa.column("text", sa.Text()),
    sa.column("change", sa.Text()),
    sa.column("published_at", sa.DateTime(timezone=True)),
    sa.column("figures", sa.JSON()),
)
settings = sa.table("setting_value", sa.column("key", sa.String()), sa.column("value", sa.JSON()))


def upgrade() -> None:
    bind = op.get_bind()
    was_set = bind.scalar(sa.select(settings.c.value).where(settings.c.key == KEY))
    terms = bind.execute(
        sa.select(versions.c.id, versions.c.text, versions.c.figures).where(versions.c.kind == "terms")
    )
    rows = terms.all()
    for key, text, figures in rows:
        if FIGURE not in figures:
            days = _said(text) or (DELIVERED if was_set is None else was_set)
            bind.execute(versions.update().where(versions.c.id == key).values(figures={**figures, FIGURE: days}))
    if not rows and was_set not in (None, DELIVERED):
        # Nobody has booked yet. Without this the terms that come with Muster would begin with their own number again.
        first = {"kind": "terms", "number": 1, "change": "As they come with Muster.", "figures": {FIGURE: was_set}}
        text = TERMS.read_text(encoding="utf-8")
        text = text.replace("((cut-off))", f"{was_set} working day{'' if was_set == 1 else 's'}")
        text = text.replace("((charges))", "No charges are made.")
        bind.execute(versions.insert().values(**first, text=text, published_at=datetime.now(UTC)))
    bind.execute(settings.delete().where(settings.c.key == KEY))


def _said(text: str) -> int | None:
    """What a version was agreed with, where it says one number of working days itself."""
    said = set(SAID.findall(text.replace("*", "")))
    return int(said.pop()) if len(said) == 1 else None


def downgrade() -> None:
    bind = op.get_bind()
    newest = bind.scalar(
        sa.select(versions.c.figures).where(versions.c.kind == "terms").order_by(versions.c.number.desc()).limit(1)
    )
    days = (newest or {}).get(FIGURE, DELIVERED)
    if days != DELIVERED:
        bind.execute(settings.insert().values(key=KEY, value=days))
