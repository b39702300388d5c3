"""Whether the process runs, and whether it is ready to serve."""

from datetime import UTC

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from training.config import ROOT
from training.core import clock
from training.core.database import db, reading
from training.core.heartbeat import SEEN_WITHIN, worker_last_seen
from training.web import access

blueprint = Blueprint("health", __name__)


class OldDatabaseError(RuntimeError):
    """The code was written for a newer database than the one it is to run on."""


def newest_migration() -> str:
    """The revision the code was written for."""
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    if head is None:
        raise LookupError("there are no migrations")
    return head


def present_migration() -> str | None:
    """The revision the database is at; None for an empty database."""
    return MigrationContext.configure(db.session.connection()).get_current_revision()


def refuse_old_database(app: Flask) -> None:
    """Raise OldDatabaseError, which names the command to run, where the database is not at the newest migration."""
    with app.app_context(), reading():
        present = present_migration()
        db.session.remove()
    if present != newest_migration():
        raise OldDatabaseError("The database is not at the newest migration. Run: muster upgrade")


@blueprint.get("/healthz")
@access.public
def process() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@access.public
def ready() -> ResponseReturnValue:
    """Whether the site can answer; 503 where the database is not as it should be, while the worker is only reported."""
    try:
        migration = present_migration()
        seen = worker_last_seen() if migration == newest_migration() else None
    except SQLAlchemyError:
        return jsonify(database="unreachable", ready=False), 503
    newest = newest_migration()
    if migration != newest:
        return jsonify(database="reachable", migrations=f"at {migration}, want {newest}", ready=False), 503
    running = seen is not None and clock.now() - seen <= SEEN_WITHIN
    worker = {
        "running": running,
        "last_seen_at": seen.astimezone(UTC).isoformat(timespec="seconds") if seen else None,
    }
    return jsonify(database="reachable", migrations="newest", worker=worker, ready=True)
