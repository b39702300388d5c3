"""What a calendar was given last, which invitation was answered, and mailbox numbers of 32 bits without a sign."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("calendar_feed") as batch:
        batch.add_column(sa.Column("content_hash", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("content_changed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("calendar_reply") as batch:
        batch.add_column(sa.Column("uid", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("calendar_reply") as batch:
        batch.alter_column("uid", server_default=None)
    with op.batch_alter_table("mailbox_position") as batch:
        batch.alter_column("validity", type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)
        batch.alter_column("last_uid", type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    # Numbers that would not fit go: a mailbox without a position is read anew, which does no harm.
    op.execute("DELETE FROM mailbox_position WHERE validity > 2147483647 OR last_uid > 2147483647")
    with op.batch_alter_table("mailbox_position") as batch:
        batch.alter_column("last_uid", type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False)
        batch.alter_column("validity", type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False)
    with op.batch_alter_table("calendar_reply") as batch:
        batch.drop_column("uid")
    with op.batch_alter_table("calendar_feed") as batch:
        batch.drop_column("content_changed_at")
        batch.drop_column("content_hash")
