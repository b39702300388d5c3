"""Names of agencies that the desk answered are none of the partnership."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unlisted_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("folded <> ''", name=op.f("ck_unlisted_name_folded_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unlisted_name")),
        sa.UniqueConstraint("folded", name=op.f("uq_unlisted_name_folded")),
    )


def downgrade() -> None:
    op.drop_table("unlisted_name")
