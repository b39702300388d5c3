"""Whether the process runs, and whether it is ready to serve."""

import json
from typing import Any

from flask import Flask
from sqlalchemy import Engine, text

from tests.conftest import WallClock
from tests.pages import Client
from training.core import heartbeat
from training.core.transaction import unit_of_work


def ready(client: Client, status: int = 200) -> dict[str, Any]:
    return json.loads(client.get("/readyz", status=status).body)


def test_the_process_answers_without_the_database(client: Client) -> None:
    assert client.get("/healthz").body == b"ok\n"


def test_ready_with_the_newest_migration_says_whether_a_worker_runs(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")
    assert ready(client)["worker"] == {"running": False, "last_seen_at": None}
    with unit_of_work():
        heartbeat.show_life("a:1")
    assert ready(client)["worker"]["running"] is True
    wall_clock.forward(minutes=6)
    answer = ready(client)
    assert answer["ready"] is True, "pages can be served without a worker"
    assert answer["worker"] == {"running": False, "last_seen_at": "2026-12-03T09:30:00+00:00"}


def test_not_ready_with_an_old_migration(app: Flask, client: Client, database: Engine) -> None:
    with database.begin() as connection:
        newest = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        answer = ready(client, 503)
        assert answer["ready"] is False
        assert answer["migrations"] == f"at 0000, want {newest}"
    finally:
        with database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
