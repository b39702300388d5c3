"""Measure the pages people wait for and the booking path: `make bench`.

Each figure is the median of several rounds, set against the bare page of the same process, so that a slow machine
and a fast one give about the same ratios. The database is a fresh one with the demonstration data.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, session
from flask.testing import FlaskClient
from flask_migrate import upgrade
from flask_security.utils import login_user
from sqlalchemy import event, select

from bench.booking import measure_booking
from bench.people import measure_people
from training import create_app
from training.config import Config
from training.core.database import begin_writing, db
from training.core.transaction import unit_of_work
from training.core.viewer import Role
from training.demonstration.filling import fill
from training.people.models import Account, RoleGrant

ROUNDS = 15
BARE = "/healthz"
PAGES = (
    ("anybody", "/"),
    ("anybody", "/courses"),
    ("anybody", "/calendar.ics"),
    (Role.TRAINER, "/"),
    (Role.TRAINER, "/courses"),
    (Role.TRAINER, "/my"),
    (Role.TRAINER, "/my/account"),
    (Role.OFFICER, "/desk"),
    (Role.OFFICER, "/desk/sessions"),
    (Role.OFFICER, "/desk/people"),
    (Role.OFFICER, "/reports/agencies?year=2023-24"),
    (Role.OFFICER, "/reports/delivery?year=2023-24"),
)


def median_ms(deed: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of `rounds` runs of `deed` in milliseconds, after one that warms up."""
    deed()
    taken: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def signed_in(app: Flask, role: Role) -> FlaskClient:
    """A browser in which somebody with `role` is signed in."""
    client = app.test_client()
    with app.test_request_context():
        begin_writing()
        account = db.session.scalars(
            select(Account).join(RoleGrant, RoleGrant.person_id == Account.person_id).where(RoleGrant.role == role)
        ).first()
        if account is None:
            raise LookupError(f"the demonstration has no account with the role {role}")
        login_user(account)
        db.session.commit()
        from_request = dict(session)
    with client.session_transaction() as cookie:
        cookie.update(from_request)
    return client


def measure_pages(app: Flask) -> None:
    """Print how long each page takes, in bare pages, and its number of queries."""
    sent: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(str(given[2])))
    clients = {"anybody": app.test_client(), **{role: signed_in(app, role) for role in (Role.OFFICER, Role.TRAINER)}}
    bare = median_ms(lambda: clients["anybody"].get(BARE))
    print(f"{'who':10} {'page':36} {'ms':>8} {'x bare':>8} {'queries':>8} {'KB':>6}")
    print(f"{'anybody':10} {BARE:36} {bare:8.2f} {1.0:8.1f}")
    for who, address in PAGES:
        client = clients[who]
        sent.clear()
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        queries = sum(not statement.startswith(("PRAGMA", "BEGIN", "SET")) for statement in sent)
        taken = median_ms(lambda client=client, address=address: client.get(address))
        print(f"{who:10} {address:36} {taken:8.2f} {taken / bare:8.1f} {queries:8} {len(answer.data) / 1024:6.0f}")


def main() -> None:
    """Fill a database and measure on it."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("MUSTER_BENCH_DATABASE_URL") or f"sqlite:///{Path(folder) / 'bench.sqlite'}"
        app = create_app(Config.from_environment({**os.environ, "MUSTER_ENV": "testing", "MUSTER_DATABASE_URL": url}))
        with app.app_context():
            upgrade()
            database_name = db.engine.dialect.name
            begun = time.perf_counter()
            with unit_of_work():
                fill()
            print(f"demonstration data: {time.perf_counter() - begun:.1f} s on {database_name}\n")
        measure_pages(app)
        print()
        measure_booking(app)
        print()
        measure_people(app)


if __name__ == "__main__":
    main()
