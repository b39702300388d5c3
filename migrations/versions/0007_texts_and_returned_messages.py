"""Whether a rewritten text is in use, and when a message that did not arrive was put right."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("message_text") as batch:
        batch.add_column(sa.Column("in_use", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column("delivered", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("message_text") as batch:
        batch.alter_column("in_use", server_default=None)
        batch.alter_column("delivered", server_default=None)
    op.add_column("outbox_message", sa.Column("put_right_at", sa.DateTime(timezone=True), nullable=True))
    condition = sa.text("(state = 'failed' OR bounced_at IS NOT NULL) AND put_right_at IS NULL")
    op.create_index(
        "ix_outbox_message_troubled",
        "outbox_message",
        ["id"],
        sqlite_where=condition,
        postgresql_where=condition,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_troubled", table_name="outbox_message")
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_column("put_right_at")
    with op.batch_alter_table("message_text") as batch:
        batch.drop_column("delivered")
        batch.drop_column("in_use")
