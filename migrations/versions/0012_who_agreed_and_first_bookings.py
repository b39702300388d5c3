"""Who agreed to a booking, a deputy whom the lead confirms, and first bookings that hold no place.

Nobody could begin a first booking before this: the table for them was empty, and another takes its place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("booking") as batch:
        batch.add_column(
            sa.Column(
                "agreed_by",
                sa.Enum(
                    "manager",
                    "deputy",
                    "lead",
                    "officer",
                    name="agreed_by",
                    native_enum=False,
                    create_constraint=True,
                    length=40,
                ),
                nullable=True,
            )
        )
        batch.add_column(sa.Column("deputy_confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint(
            op.f("ck_booking_agreed_has_moment"), "agreed_by IS NULL OR agreed_at IS NOT NULL"
        )
    op.drop_table("first_booking")
    op.create_table(
        "first_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("key_hash", sa.String(length=200), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_new_person", sa.Boolean(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_first_request_tries_not_negative")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk_first_request_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_first_request_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_first_request_booking_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_request")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_first_request_key_hash")),
    )
    with op.batch_alter_table("first_request") as batch:
        batch.create_index(batch.f("ix_first_request_session_id"), ["session_id"])
        batch.create_index(batch.f("ix_first_request_person_id"), ["person_id"])
        batch.create_index(batch.f("ix_first_request_booking_id"), ["booking_id"])
        batch.create_index(batch.f("ix_first_request_until"), ["until"])


def downgrade() -> None:
    op.drop_table("first_request")
    op.create_table(
        "first_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=200), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("is_new_person", sa.Boolean(), nullable=False),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_first_booking_tries_not_negative")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_first_booking_booking_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_booking")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_first_booking_booking_id")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_first_booking_key_hash")),
    )
    with op.batch_alter_table("booking") as batch:
        batch.drop_constraint(op.f("ck_booking_agreed_has_moment"), type_="check")
        batch.drop_constraint(op.f("ck_booking_agreed_by"), type_="check")
        batch.drop_column("deputy_confirmed_at")
        batch.drop_column("agreed_by")
