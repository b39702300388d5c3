"""An entry in a calendar outlives its day where the day fell away, until the calendar has been told."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("calendar_entry") as batch:
        batch.alter_column("part_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    # Nothing is left to say what such an entry is about; the calendar keeps it.
    op.execute("DELETE FROM calendar_entry WHERE part_id IS NULL")
    with op.batch_alter_table("calendar_entry") as batch:
        batch.alter_column("part_id", existing_type=sa.Integer(), nullable=False)
