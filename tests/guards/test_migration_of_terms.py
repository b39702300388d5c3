"""What becomes of the setting for the cut-off when it moves into the terms: nobody is judged otherwise than before."""

import json
from datetime import UTC, datetime

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from tests.engines.databases import Run
from tests.guards.test_migrations import bare
from training.core.database import db

VERSION = text(
    "INSERT INTO policy_version (id, kind, number, text, change, published_at, figures) "
    "VALUES (1, 'terms', 1, :text, 'New.', :at, '{}')"
)
SETTING = text("INSERT INTO setting_value (id, key, value) VALUES (1, 'bookings.cut-off-days', :value)")


@pytest.mark.parametrize(
    ("terms", "was_set", "days"),
    [
        ("Less than **5 working days** before the start is late.", 4, 5),
        ("1 working day before", None, 1),
        ("It says nothing of days.", 4, 4),
        ("2 working days before, or 3 working days before", None, 3),
        (None, 6, 6),
    ],
)
def test_each_version_gets_what_it_was_agreed_with(
    run: Run, engine_name: str, terms: str | None, was_set: int | None, days: int
) -> None:
    with bare(run, engine_name, "migrated"):
        upgrade(revision="0009")
        with db.engine.begin() as connection:
            if terms is not None:
                connection.execute(VERSION, {"text": terms, "at": datetime(2026, 1, 5, tzinfo=UTC)})
            if was_set is not None:
                connection.execute(SETTING, {"value": json.dumps(was_set)})
        upgrade(revision="0010")
        with db.engine.begin() as connection:
            [(said, figures)] = connection.execute(text("SELECT text, figures FROM policy_version")).all()
            assert (json.loads(figures) if isinstance(figures, str) else figures) == {"cut-off-days": days}
            assert said == terms if terms is not None else f"{days} working days" in said
            assert connection.execute(text("SELECT key FROM setting_value")).all() == []
        downgrade(revision="0009")
        with db.engine.begin() as connection:
            kept = connection.execute(text("SELECT value FROM setting_value")).scalars().all()
            assert [int(value) for value in kept] == ([] if days == 3 else [days])
