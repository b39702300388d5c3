"""What is done about people: signing in, a file of a thousand, one person's data, a merge, and the exit kit."""

import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from training.agencies.models import Agency
from training.core.batch_applying import apply_batch
from training.core.batch_reading import as_kept, planned_rows
from training.core.batch_undoing import undo_batch
from training.core.batches import Batch, BatchRow, BatchState
from training.core.database import Base, db, reading
from training.core.spreadsheets import read_sheet
from training.core.transaction import unit_of_work
from training.core.viewer import COMMAND
from training.custody.exit_kit_export import export
from training.custody.operations_merge import merge_people
from training.custody.person_data import data_of
from training.demonstration.accounts import PASSWORD
from training.people.importing import IMPORT
from training.people.models import Account, Person, RoleGrant

SIGN_INS = 5
FILES = 3
ROWS = 1000
PEOPLE = 15
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


def measure_people(app: Flask) -> None:
    """Print each, beside the least that it could cost on this machine."""
    _sign_in(app)
    with app.app_context():
        _file()
        _data_and_merge()
        _kit()


def _sign_in(app: Flask) -> None:
    with app.app_context():
        account = db.session.scalars(select(Account).where(Account.password.is_not(None)).order_by(Account.id)).first()
        if account is None:
            raise LookupError("the demonstration has no account")
        address = account.email
        db.session.remove()
    bare = _median([lambda: app.test_client().get("/sign-in")] * SIGN_INS)

    def sign_in() -> None:
        client = app.test_client()
        hidden = dict(HIDDEN.findall(client.get("/sign-in").text))
        answer = client.post("/sign-in", data={**hidden, "email": address, "password": PASSWORD})
        if answer.status_code != 302:
            raise RuntimeError(f"signing in answered {answer.status_code}")

    _print("the page to sign in", bare, bare)
    _print("sign in: the page and its form", _median([sign_in] * SIGN_INS), bare)


def _file() -> None:
    """Apply a file of new people and take it back, against adding as many rows of three columns."""
    agency = db.session.scalars(select(Agency.name).where(Agency.ended_on.is_(None)).order_by(Agency.id)).first()
    lines = [f"Sam,Bench{number},sam{number}@bench.example,{agency},Nurse" for number in range(ROWS)]
    content = "\n".join(["given name,family name,email,agency,job role", *lines]).encode()
    db.session.remove()
    applied: list[float] = []
    undone: list[float] = []
    for number in range(FILES):
        with unit_of_work():
            rows = read_sheet(content, IMPORT.columns, IMPORT.most_rows).rows
            _planner, planned = planned_rows(COMMAND, IMPORT, {}, rows)
            batch = Batch(ref=f"BENCH-{number}", kind=IMPORT.name, state=BatchState.READY, row_count=len(planned))
            batch.rows = [BatchRow(**as_kept(row, plan)) for row, plan in planned]
            db.session.add(batch)
            db.session.flush()
            key = batch.id
        applied.append(_in_one(lambda key=key: apply_batch(COMMAND, key)))
        undone.append(_in_one(lambda key=key: undo_batch(COMMAND, key)))
    bare = _median([lambda: sum(len(line.split(",")) for line in content.decode().splitlines())] * SIGN_INS)
    _print(f"split {ROWS:,} rows into cells", bare, bare)
    _print(f"apply a file of {ROWS:,} people", statistics.median(applied), bare)
    _print("undo it", statistics.median(undone), bare)


def _data_and_merge() -> None:
    with_role = select(RoleGrant.person_id)
    found = select(Person.id).where(Person.id.not_in(with_role), Person.merged_into_id.is_(None)).order_by(Person.id)
    people = list(db.session.scalars(found.limit(2 * PEOPLE)))
    db.session.remove()
    bare = _median([lambda key=key: _in_one(lambda: db.session.get_one(Person, key)) for key in people])
    data = _median([lambda key=key: _in_one(lambda: data_of(COMMAND, key)) for key in people[:PEOPLE]])
    pairs = zip(people[::2], people[1::2], strict=True)
    merged = statistics.median(
        [_in_one(lambda a=a, b=b: merge_people(COMMAND, a, b, "A measurement")) for a, b in pairs]
    )
    _print("one person, by key", bare, bare)
    _print("all that is held about one person", data, bare)
    _print("merge two records", merged, bare)


def _kit() -> None:
    """Write an exit kit, against reading the same tables."""
    tables = Base.metadata.sorted_tables
    with reading():
        bare = _median(
            [lambda: _in_one(lambda: [len(db.session.execute(table.select()).all()) for table in tables])] * 2
        )
    with tempfile.TemporaryDirectory() as folder:
        kit = _median([lambda number=number: export(Path(folder) / f"{number}") for number in range(2)])
    _print("read every table", bare, bare)
    _print("write an exit kit", kit, bare)


def _in_one(deed: Callable[[], object]) -> float:
    """How long `deed` takes in a transaction of its own, in milliseconds."""
    begun = time.perf_counter()
    with unit_of_work():
        deed()
    return (time.perf_counter() - begun) * 1000


def _median(deeds: list[Callable[[], object]]) -> float:
    taken: list[float] = []
    for deed in deeds:
        begun = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def _print(what: str, taken: float, bare: float) -> None:
    print(f"{what:36} {taken:8.2f} ms {taken / bare:8.1f}")
