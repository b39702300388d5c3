"""How migrations run: in one transaction, on SQLite with foreign keys off while tables are rebuilt, triggers kept."""

from typing import Any

from alembic import context, op
from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations.ops import MigrationScript
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, Table, text

from training.core.columns import Instant
from training.tables import METADATA


class KeepingTriggers(SQLiteImpl):
    """SQLite's way to alter a table is to rebuild it under another name, which loses its triggers: put them back."""

    __dialect__ = "sqlite"

    def drop_table(self, table: Table, **given: Any) -> None:
        """Drop `table`, and remember its triggers in case another takes its name."""
        held = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table ORDER BY name")
        self.memo[f"triggers of {table.name}"] = op.get_bind().execute(held, {"table": table.name}).scalars().all()
        super().drop_table(table, **given)

    def rename_table(self, old_table_name: str, new_table_name: Any, schema: Any = None) -> None:
        """Rename, and give the table the triggers of the one whose place it takes."""
        super().rename_table(old_table_name, new_table_name, schema)
        for statement in self.memo.pop(f"triggers of {new_table_name}", ()):
            op.get_bind().exec_driver_sql(statement)


def render_item(kind: str, item: Any, _autogenerating: Any) -> str | bool:
    """Write our own column types as the types they are in the database."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def number_revisions(migration_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Name revisions 0001, 0002, … in their order."""
    head = ScriptDirectory.from_config(migration_context.config).get_current_head()
    for directive in directives:
        directive.rev_id = f"{int(head or 0) + 1:04d}"


def migrate(connection: Connection) -> None:
    """Run what was asked for on `connection`, inside its transaction."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        process_revision_directives=number_revisions,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Open a connection of the application's engine and migrate over it."""
    engine = current_app.extensions["migrate"].db.engine
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            migrate(connection)
        return
    with engine.connect() as connection:
        # A batch rebuilds a table; with foreign keys on, dropping the old one would empty its children. The
        # pragma does nothing inside a transaction, so it goes to the driver before one begins.
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                migrate(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the migration would leave rows without their parents: {broken[:5]}")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


run()
