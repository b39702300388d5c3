"""The audit log can only grow: the database refuses to change or delete its rows, and its questions have indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REFUSED = "the audit log is append-only"
SQLITE_TRIGGERS = {
    "audit_entry_keeps_rows": "DELETE ON audit_entry",
    "audit_entry_keeps_values": "UPDATE ON audit_entry",
    "audit_entry_keeps_keys": "INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)",
    "audit_values_keeps_values": "UPDATE ON audit_values",
    "audit_values_keeps_keys": (
        "INSERT ON audit_values WHEN EXISTS (SELECT 1 FROM audit_values WHERE entry_id = NEW.entry_id)"
    ),
}
POSTGRESQL_TRIGGERS = {
    "audit_entry_append_only": ("audit_entry", "UPDATE OR DELETE OR TRUNCATE"),
    "audit_values_append_only": ("audit_values", "UPDATE OR TRUNCATE"),
}


def upgrade() -> None:
    reasoned = sa.text("reason IS NOT NULL")
    with op.batch_alter_table("audit_entry") as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_happened_at"))
        batch_op.drop_index("ix_audit_entry_subject")
        batch_op.drop_constraint(batch_op.f("fk_audit_entry_actor_id"), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f("fk_audit_entry_actor_id"), "person", ["actor_id"], ["id"])
        batch_op.add_column(sa.Column("has_values", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE audit_entry SET has_values = true WHERE id IN (SELECT entry_id FROM audit_values)")
    with op.batch_alter_table("audit_entry") as batch_op:
        batch_op.alter_column("has_values", server_default=None)
        batch_op.create_index("ix_audit_entry_newest", ["happened_at", "id"])
        batch_op.create_index("ix_audit_entry_actor", ["actor_id", "happened_at", "id"])
        batch_op.create_index("ix_audit_entry_deed", ["deed", "happened_at", "id"])
        batch_op.create_index("ix_audit_entry_subject", ["subject_kind", "subject_id", "happened_at", "id"])
        batch_op.create_index(
            "ix_audit_entry_reasoned", ["happened_at", "id"], sqlite_where=reasoned, postgresql_where=reasoned
        )
    if op.get_bind().dialect.name == "sqlite":
        for name, deed in SQLITE_TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} BEFORE {deed} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END")
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for name, (table, deeds) in POSTGRESQL_TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {deeds} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name, (table, _) in POSTGRESQL_TRIGGERS.items():
            op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute("DROP FUNCTION refuse_to_change_audit()")
    with op.batch_alter_table("audit_entry") as batch_op:
        for name in ("newest", "actor", "deed", "subject", "reasoned"):
            batch_op.drop_index(f"ix_audit_entry_{name}")
        batch_op.drop_column("has_values")
        batch_op.drop_constraint(batch_op.f("fk_audit_entry_actor_id"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_audit_entry_actor_id"), "person", ["actor_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("audit_entry") as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_happened_at"), ["happened_at"], unique=False)
        batch_op.create_index("ix_audit_entry_subject", ["subject_kind", "subject_id"], unique=False)
