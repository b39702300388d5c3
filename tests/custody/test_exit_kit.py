"""The exit kit: what is in it, what is left out, and everything that loading must refuse."""

import csv
import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.core.post import put
from tests.factories import make_agency, make_booking, make_person, make_session
from tests.installations import Installations
from training.core.database import db
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.custody.exit_kit import NULL, SECRET_COLUMNS, SECRET_TABLES, file_of, files, tables
from training.custody.exit_kit_export import export
from training.custody.exit_kit_load import load
from training.custody.exit_kit_meanings import COLUMNS
from training.custody.exit_kit_words import dictionary_rows, meaning_of, meaning_of_table
from training.people.models import Account, Person
from training.tables import METADATA

SUSPICIOUS = ("password", "secret", "totp", "hash", "uniquifier", "token", "recovery", "credential", "user_handle")
"""Parts of names that make a column look like a secret."""
NO_SECRETS = {
    "limit_count.subject_hash": "of what was limited, and forgotten soon",
    "spent_form_token.token_hash": "of a form that acted already",
    "outbox_message.secrets": "emptied, with what it names in the text",
}


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    """A table of a kit in a folder, row by row."""
    return list(csv.DictReader(io.StringIO((folder / file_of(METADATA.tables[table])).read_text(), newline="")))


@pytest.fixture
def empty(app: Flask, engine_name: str, installations: Installations) -> Callable[[], None]:
    """Takes away what the test made, so that the same database can be loaded into."""

    def delete() -> None:
        db.session.rollback()
        installations.on(engine_name)[1].empty()

    return delete


@pytest.fixture
def kit(empty: Callable[[], None], tmp_path: Path) -> Path:
    """A kit of two people, one booking and an account, with the database empty again."""
    person = make_person("Zoë", 'O’Hara, "Zo"\r\nline', agency=make_agency("=1+1"))
    person.telephone = NULL
    make_person("\\N", "Other", address=None)
    make_booking(make_session(), person)
    db.session.add(Account(person=person, email="zoe@people.example", password="hashed", fs_uniquifier="s3cret"))
    db.session.commit()
    export(tmp_path / "kit", with_secrets=True)
    empty()
    return tmp_path / "kit"


def packed(folder: Path, target: Path, leave_out: str = "", extra: dict[str, bytes] | None = None) -> Path:
    """The files of a kit in a zip file, with something missing or more than there should be."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_file() and name != leave_out:
                opened.write(file, name)
        for name, body in (extra or {}).items():
            opened.writestr(name, body)
    return target


def nothing_there() -> bool:
    return not any(db.session.scalar(select(func.count()).select_from(table)) for table in tables())


def test_values_come_back_as_they_were(kit: Path) -> None:
    assert load(kit) == sum(json.loads((kit / "manifest.json").read_text())["rows"].values())
    zoe, other = db.session.scalars(select(Person).order_by(Person.id))
    assert (zoe.given_name, zoe.family_name, zoe.telephone) == ("Zoë", 'O’Hara, "Zo"\r\nline', NULL)
    assert (other.given_name, other.address, other.merged_into_id) == ("\\N", None, None)
    assert zoe.account is not None
    assert (zoe.account.password, zoe.account.fs_uniquifier) == ("hashed", "s3cret")
    assert make_person().id > other.id


def test_nothing_and_an_empty_text_are_two_things(kit: Path) -> None:
    people = rows_of(kit, "person")
    assert people[1]["given_name"] == "\\\\N"
    assert people[1]["telephone"] == ""
    assert people[1]["merged_into_id"] == NULL


def test_only_its_owner_can_read_it_and_nothing_is_overwritten(kit: Path, tmp_path: Path) -> None:
    export(tmp_path / "all.zip")
    paths = [tmp_path / "all.zip", *(path for path in kit.rglob("*") if path.is_file())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert stat.S_IMODE(kit.stat().st_mode) == 0o700
    for target in (kit, tmp_path / "all.zip"):
        with pytest.raises(Refused, match="nothing is overwritten"):
            export(target)
    with pytest.raises(Refused, match="There is no folder"):
        export(tmp_path / "nowhere" / "kit")


def test_a_kit_that_cannot_be_finished_is_taken_away(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_with_secrets: bool) -> str:
        raise OSError("the disk is full")

    monkeypatch.setattr("training.custody.exit_kit_export.readme", fail)
    for target in (tmp_path / "kit", tmp_path / "kit.zip"):
        with pytest.raises(OSError, match="full"):
            export(target)
        assert not target.exists()


def test_secrets_leave_only_when_asked_for(empty: Callable[[], None], tmp_path: Path) -> None:
    person = make_person()
    db.session.add(Account(person=person, email="a@people.example", password="hashed", fs_uniquifier="unique"))
    key = put("a place").id
    db.session.commit()
    export(tmp_path / "kit")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "kit").rglob("*") if path.is_file())
    assert b"hashed," not in everything
    assert b"s3cret" not in everything
    assert all(rows_of(tmp_path / "kit", table) == [] for table in SECRET_TABLES)
    message = rows_of(tmp_path / "kit", "outbox_message")[0]
    assert "[link]" in message["body_text"]
    assert message["state"] == "dropped"
    assert "Secrets are left out" in (tmp_path / "kit" / "README.txt").read_text()
    empty()
    load(tmp_path / "kit")
    account = db.session.scalars(select(Account)).one()
    assert account.password is None
    assert len(account.fs_uniquifier) >= 32
    assert db.session.get_one(OutboxMessage, key).state is MessageState.DROPPED


DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda kit: (kit / "tables" / "person.csv").unlink(), "tables/person.csv is missing"),
    (lambda kit: (kit / "tables" / "person.csv").write_bytes(b"id\r\n"), "tables/person.csv is damaged or was"),
    (lambda kit: (kit / "README.txt").write_text("Nothing"), "README.txt is damaged or was changed"),
    (lambda kit: (kit / "tables" / "more.csv").write_text("id"), "tables/more.csv does not belong to an export"),
    (lambda kit: (kit / "manifest.json").unlink(), "manifest.json is missing"),
    (lambda kit: (kit / "manifest.json").write_text("{"), "manifest.json is not the manifest of an export"),
    (lambda kit: (kit / "manifest.json").write_text("[]"), "manifest.json is not the manifest of an export"),
    (lambda kit: (kit / "manifest.json").write_text(" " * 2_000_000), "manifest.json is not the manifest"),
    (
        lambda kit: (
            (kit / "tables" / "person.csv").rename(kit / "x") and (kit / "tables" / "person.csv").symlink_to(kit / "x")
        ),
        "x does not belong to an export",
    ),
]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    DAMAGES,
)  # fmt: skip
def test_a_damaged_kit_is_refused_whole(kit: Path, spoil: Callable[[Path], object], sentence: str) -> None:
    spoil(kit)
    with pytest.raises(Refused) as refused:
        load(kit)
    assert sentence in refused.value.sentence
    assert nothing_there()


def signed_again(kit: Path, table: str, body: str) -> None:
    """Replace a table and its checksum, as somebody would who knows how the kit is made."""
    (kit / file_of(METADATA.tables[table])).write_text(body, newline="")
    manifest = json.loads((kit / "manifest.json").read_text())
    manifest["sha256"][file_of(METADATA.tables[table])] = hashlib.sha256(body.encode()).hexdigest()
    (kit / "manifest.json").write_text(json.dumps(manifest))


CHANGES: list[tuple[Callable[[str], str], str]] = [
    (lambda text: text.replace("id,", "key,", 1), "does not have the columns of this version"),
    (lambda text: text.splitlines(keepends=True)[0], "has 0 rows, and the manifest says 2"),
    (lambda text: text + "1,2\r\n", "there are 2 cells"),
    (lambda text: text.replace("+00:00", "", 1), "is no moment"),
    (lambda text: text.replace('line",', 'line"x,', 1), "is not a table in CSV"),
]


@pytest.mark.parametrize(
    ("change", "sentence"),
    CHANGES,
)
def test_a_table_that_cannot_be_read_is_refused_with_its_row(
    kit: Path, change: Callable[[str], str], sentence: str
) -> None:
    with (kit / "tables" / "person.csv").open(newline="") as opened:
        text = opened.read()
    signed_again(kit, "person", change(text))
    with pytest.raises(Refused) as refused:
        load(kit)
    assert sentence in refused.value.sentence
    assert "tables/person.csv" in refused.value.sentence
    assert nothing_there()


def test_a_row_without_its_parent_is_refused(kit: Path) -> None:
    text = (kit / "tables" / "agency.csv").read_text()
    signed_again(kit, "agency", text.splitlines(keepends=True)[0])
    manifest = json.loads((kit / "manifest.json").read_text())
    manifest["rows"]["agency"] = 0
    (kit / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused):
        load(kit)
    db.session.rollback()
    assert nothing_there()


def test_another_version_and_a_full_installation_are_refused(kit: Path) -> None:
    manifest = json.loads((kit / "manifest.json").read_text())
    (kit / "manifest.json").write_text(json.dumps({**manifest, "schema_version": "0001"}))
    with pytest.raises(Refused, match="exported at migration 0001"):
        load(kit)
    (kit / "manifest.json").write_text(json.dumps({**manifest, "format_version": 2}))
    with pytest.raises(Refused, match="not an export that this version of Muster can read"):
        load(kit)
    (kit / "manifest.json").write_text(json.dumps(manifest))
    load(kit)
    with pytest.raises(Refused, match="This installation is not empty"):
        load(kit)


def test_a_zip_that_is_none_or_too_much_is_refused(kit: Path, tmp_path: Path) -> None:
    whole = packed(kit, tmp_path / "whole.zip")
    (tmp_path / "half.zip").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    outside = packed(kit, tmp_path / "outside.zip", leave_out="README.txt", extra={"../outside.txt": b"x"})
    bomb = packed(kit, tmp_path / "bomb.zip", leave_out="README.txt", extra={"README.txt": b"0" * 60_000_000})
    refusals = {
        tmp_path / "half.zip": "is no zip file, or only part of one",
        outside: "is missing",
        bomb: "packed in a way that no export is",
        tmp_path / "none.zip": "There is nothing called",
        packed(kit, tmp_path / "more.zip", extra={"x": b""}): "does not hold what an export holds",
    }
    for path, sentence in refusals.items():
        with pytest.raises(Refused) as refused:
            load(path)
        assert sentence in refused.value.sentence
    assert not (tmp_path.parent / "outside.txt").exists()
    assert nothing_there()
    assert load(whole) > 0


def test_every_table_and_column_is_described() -> None:
    rows = list(dictionary_rows())
    assert {row[0] for row in rows[1:]} == set(METADATA.tables)
    for table in tables():
        assert len(meaning_of_table(table)) > 10, table.name
        for column in table.columns:
            assert len(meaning_of(column)) > 5, column
    assert len(files()) == len(METADATA.tables) + 2


def test_no_meaning_is_of_a_column_that_is_gone() -> None:
    columns = {column.name for table in tables() for column in table.columns}
    full = {f"{table.name}.{column.name}" for table in tables() for column in table.columns}
    assert [name for name in COLUMNS if name not in columns | full] == []


def test_nothing_that_looks_like_a_secret_leaves_unnoticed() -> None:
    left = {
        f"{table.name}.{column.name}"
        for table in tables()
        for column in table.columns
        if table.name not in SECRET_TABLES
        and column.name not in SECRET_COLUMNS.get(table.name, ())
        and any(part in column.name for part in SUSPICIOUS)
    }
    assert left == NO_SECRETS.keys()
