"""The command line fills a database with the demonstration once, and never in production."""

from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.engines.permission import databases_allowed
from training.cli import main

PRODUCTION = {
    "MUSTER_ENV": "production",
    "MUSTER_DATABASE_URL": "sqlite:////nowhere/at/all.sqlite",
    "MUSTER_SECRET_KEY": "a-random-text-of-more-than-32-characters",
    "MUSTER_BASE_URL": "https://training.partnership.example",
    "MUSTER_MAIL_FROM": "training@partnership.example",
    "MUSTER_SMTP_URL": "smtp://mail.example:587",
}


@pytest.fixture
def allowed() -> Generator[None]:
    """The commands open a database of their own."""
    with databases_allowed():
        yield


def test_it_is_refused_in_production() -> None:
    result = CliRunner().invoke(main, ["demo"], env=PRODUCTION)
    assert result.exit_code == 1
    assert "not for production" in result.stderr


def test_it_fills_once_and_says_so(tmp_path: Path, allowed: None) -> None:
    environment = {"MUSTER_DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite'}"}
    runner = CliRunner()
    unready = runner.invoke(main, ["demo"], env=environment)
    assert (unready.exit_code, unready.stderr) == (
        1,
        "The database is not at the newest migration. Run: muster upgrade\n",
    )
    assert runner.invoke(main, ["upgrade"], env=environment).exit_code == 0
    first = runner.invoke(main, ["demo"], env=environment)
    assert first.exit_code == 0
    assert "The demonstration is ready" in first.stdout
    assert "ruth.adeyemi@merrowbridge.example" in first.stdout
    second = runner.invoke(main, ["demo"], env=environment)
    assert second.stdout.startswith("The demonstration is already there. Nothing was changed.\n")
