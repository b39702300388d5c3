"""Who of a group could not be booked, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_refusal",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group_booking.id"], name=op.f("fk_group_refusal_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_group_refusal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_refusal")),
    )
    op.create_index(op.f("ix_group_refusal_group_id"), "group_refusal", ["group_id"])
    op.create_index(op.f("ix_group_refusal_person_id"), "group_refusal", ["person_id"])


def downgrade() -> None:
    op.drop_table("group_refusal")
