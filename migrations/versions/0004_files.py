"""Files read into the database: where a task leads, how many rows a file has, and people whom only a list names."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = "standing IN ('asked', 'by-address', 'vouched', 'refused')"
SINCE = "standing IN ('asked', 'listed', 'by-address', 'vouched', 'refused')"


def upgrade() -> None:
    with op.batch_alter_table("task") as batch_op:
        batch_op.add_column(sa.Column("leads_to", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("batch") as batch_op:
        batch_op.add_column(sa.Column("row_count", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("task") as batch_op:
        batch_op.alter_column("leads_to", server_default=None)
    with op.batch_alter_table("batch") as batch_op:
        batch_op.alter_column("row_count", server_default=None)
    _say_standings(SINCE)


def downgrade() -> None:
    op.execute("UPDATE employment SET standing = 'asked' WHERE standing = 'listed'")
    _say_standings(BEFORE)
    with op.batch_alter_table("batch") as batch_op:
        batch_op.drop_column("row_count")
    with op.batch_alter_table("task") as batch_op:
        batch_op.drop_column("leads_to")


def _say_standings(sentence: str) -> None:
    with op.batch_alter_table("employment") as batch_op:
        batch_op.drop_constraint(op.f("ck_employment_standing"), type_="check")
        batch_op.create_check_constraint(op.f("ck_employment_standing"), sentence)
