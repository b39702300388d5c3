"""What managers were last told of a booking, messages about several rows, and digests that people turned off."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TOLD = ("bookings.manager-told", "bookings.lead-told")
messages = sa.table(
    "outbox_message",
    sa.column("id", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("about", sa.String()),
    sa.column("recipient_address", sa.String()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
bookings = sa.table(
    "booking", sa.column("id", sa.Integer()), sa.column("session_id", sa.Integer()), sa.column("state", sa.String())
)
parts = sa.table(
    "session_part",
    sa.column("session_id", sa.Integer()),
    sa.column("number", sa.Integer()),
    sa.column("held_on", sa.Date()),
    sa.column("starts", sa.Time()),
    sa.column("ends", sa.Time()),
)
told = sa.table(
    "manager_told",
    sa.column("booking_id", sa.Integer()),
    sa.column("standing", sa.String()),
    sa.column("dates", sa.JSON()),
    sa.column("address", sa.String()),
    sa.column("is_manager", sa.Boolean()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("changed_at", sa.DateTime(timezone=True)),
    sa.column("row_version", sa.Integer()),
)


def upgrade() -> None:
    op.create_table(
        "message_also",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_message.id"], name=op.f("fk_message_also_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_also")),
        sa.UniqueConstraint("message_id", "about", name=op.f("uq_message_also_message_id_about")),
    )
    op.create_index(op.f("ix_message_also_about"), "message_also", ["about"])
    op.create_table(
        "manager_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum("coming", "ended", name="told_standing", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("is_manager", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_manager_told_booking_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_told")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_manager_told_booking_id")),
    )
    op.create_table(
        "digest_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lead", "trainer", "desk", name="digest_kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_off_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_off")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_digest_off_person_id_kind")),
    )
    _note_who_was_told()


def _note_who_was_told() -> None:
    """Whoever was told of a booking so far knows it as it is now: nothing is said to them twice."""
    bind = op.get_bind()
    sent = sa.select(messages.c.about, messages.c.kind, messages.c.recipient_address, messages.c.created_at)
    known = {
        row.about: row
        for row in bind.execute(sent.where(messages.c.kind.in_(TOLD)).order_by(messages.c.id))
        if row.about.startswith("booking:")
    }
    of_bookings = {f"booking:{row.id}": row for row in bind.execute(sa.select(bookings))}
    dates: dict[int, list[str]] = {}
    for part in bind.execute(sa.select(parts).order_by(parts.c.session_id, parts.c.number)):
        dates.setdefault(part.session_id, []).append(f"{part.held_on:%Y-%m-%d} {part.starts:%H:%M} {part.ends:%H:%M}")
    rows = [
        {
            "booking_id": booking.id,
            "standing": "coming" if booking.state == "confirmed" else "ended",
            "dates": dates.get(booking.session_id, []),
            "address": message.recipient_address,
            "is_manager": message.kind == TOLD[0],
            "created_at": message.created_at,
            "changed_at": datetime.now(UTC),
            "row_version": 1,
        }
        for about, message in known.items()
        if (booking := of_bookings.get(about)) is not None
    ]
    if rows:
        bind.execute(told.insert(), rows)


def downgrade() -> None:
    op.drop_table("digest_off")
    op.drop_table("manager_told")
    op.drop_index(op.f("ix_message_also_about"), table_name="message_also")
    op.drop_table("message_also")
