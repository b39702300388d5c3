"""The web server does not start on half an installation, and its last words say what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def start(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Import the web application as a server does, in a process of its own with only these settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    environment["MUSTER_DATABASE_URL"] = f"sqlite:///{tmp_path / 'new.sqlite'}"
    return subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={**environment, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_database_stops_the_start_with_the_command_to_run(tmp_path: Path) -> None:
    started = start(tmp_path)
    assert started.returncode != 0
    assert started.stderr.strip().endswith("The database is not at the newest migration. Run: muster upgrade")


@pytest.mark.parametrize(
    "missing", ["MUSTER_SMTP_URL", "MUSTER_MAIL_FROM", "MUSTER_SECRET_KEY", "MUSTER_BASE_URL", "MUSTER_DATABASE_URL"]
)
def test_a_missing_setting_stops_production_with_its_name(tmp_path: Path, missing: str) -> None:
    settings = {
        "MUSTER_ENV": "production",
        "MUSTER_DATABASE_URL": "sqlite://",
        "MUSTER_SMTP_URL": "smtp://mail.partnership.example",
        "MUSTER_MAIL_FROM": "training@partnership.example",
        "MUSTER_SECRET_KEY": "k" * 40,
        "MUSTER_BASE_URL": "https://training.partnership.example",
    }
    started = start(tmp_path, **{**settings, missing: ""})
    assert started.returncode != 0
    assert f"Set {missing}" in started.stderr.strip().splitlines()[-1]
