"""What is held about bookings and calendars: read by its person, gone when they are, and whole in an exit kit."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import WallClock
from tests.custody.everything import NEW_TABLES, WORDS, somebody_with_everything
from tests.custody.people import an_officer, every_row
from tests.custody.test_exit_kit import rows_of
from tests.factories import make_person, viewer_of
from tests.installations import Installations
from training.bookings.models import CourseWait
from training.core.database import db
from training.custody.anonymising import anonymise
from training.custody.exit_kit_export import export
from training.custody.exit_kit_load import load
from training.custody.person_data import data_of
from training.people.models import Person
from training.tables import METADATA


@pytest.fixture
def person(app: Flask, wall_clock: WallClock) -> Person:
    wall_clock.set("2026-11-21 10:00")
    return somebody_with_everything()


def rows_in(table: str) -> int:
    return db.session.scalar(select(func.count()).select_from(METADATA.tables[table])) or 0


def test_every_new_table_has_a_row(person: Person) -> None:
    assert [table for table in NEW_TABLES if rows_in(table) == 0] == []


def test_people_read_what_is_held_about_them_in_words(person: Person) -> None:
    told = {section.heading: section.rows for section in data_of(viewer_of(person), person.id)}
    assert {
        "Addresses of your calendar", "Bookings", "Calendar invitations", "Courses you may teach",
        "Courses you wait for", "Groups you booked", "Group bookings in which you could not be booked",
        "Messages", "Places held while an address is confirmed", "Places you reserved", "Weekly digests you turned off",
        "What allotments came to", "What was done for you once in a period", "What you asked us about a booking",
        "What your calendar answered", "What your line manager was told",
    } <= set(told)  # fmt: skip
    booking = next(row for row in told["Bookings"] if "Group" in row)
    assert (booking["Group"], booking["Reservation"], booking["Course wait"]) == ("G-1", "R-1", "W-1")
    assert booking["Moves from"].startswith("BK-")
    assert "zebedee" not in json.dumps(told["What your calendar answered"]).lower()
    text = json.dumps(told)
    for secret in ("token hash", "key hash", "code hash", "s3cret"):
        assert secret not in text


def test_nobody_else_reads_it(person: Person) -> None:
    other = make_person()
    db.session.commit()
    told = json.dumps([section.rows for section in data_of(viewer_of(other), other.id)])
    assert WORDS not in told
    assert "G-1" not in told


def test_nothing_of_it_says_who_somebody_was_once_they_are_anonymised(person: Person) -> None:
    assert WORDS in json.dumps(every_row())
    anonymise(an_officer(), person.id, "Asked for in writing")
    db.session.commit()
    left = [
        f"{table}: {row}"
        for table, rows in every_row().items()
        for row in rows
        for word in (WORDS, "Zebedee", "Quill", "ward.example", "manager:abc")
        if word.lower() in json.dumps(row).lower()
    ]
    assert left == []
    assert [rows_in(table) for table in ("calendar_feed", "digest_off", "first_request", "period_done")] == [0, 0, 0, 0]
    assert db.session.scalars(select(CourseWait)).one().ended_at is not None, "nobody is told of new dates"
    for counted in ("booking", "allotment_result", "group_booking", "reservation", "calendar_reply"):
        assert rows_in(counted) >= 1, "it is still counted"


@pytest.fixture
def emptied(person: Person, engine_name: str, installations: Installations) -> Callable[[], None]:
    """Takes away what the test made, so that the same database can be loaded into."""

    def empty() -> None:
        db.session.rollback()
        installations.on(engine_name)[1].empty()

    return empty


def test_every_row_comes_back_from_a_kit(emptied: Callable[[], None], tmp_path: Path) -> None:
    before = every_row()
    export(tmp_path / "kit", with_secrets=True)
    emptied()
    assert rows_in("booking") == 0
    load(tmp_path / "kit")
    assert every_row() == before


def test_a_kit_without_secrets_keeps_first_bookings_that_no_code_can_confirm(
    emptied: Callable[[], None], tmp_path: Path
) -> None:
    export(tmp_path / "kit")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "kit").rglob("*") if path.is_file())
    for secret in (b"token hash", b"key hash", b"code hash", b"s3cret"):
        assert secret not in everything
    assert rows_of(tmp_path / "kit", "calendar_feed") == []
    assert rows_of(tmp_path / "kit", "first_request")[0]["typed"]
    emptied()
    load(tmp_path / "kit")
    kept = db.session.execute(select(METADATA.tables["first_request"])).mappings().one()
    assert kept["key_hash"] not in ("", "key hash")
    assert kept["code_hash"] == ""
