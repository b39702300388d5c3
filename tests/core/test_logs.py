"""Logs say what went wrong, and not whose it was."""

import logging
import time

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from tests.factories import make_person
from training.core.database import db
from training.core.logs import LINE, DiscreetFormatter, DiscreetHandler, configure_logs, discreet
from training.people.models import EmailAddress


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("no mail for ada.o'brien+x@mail.council.example today", "no mail for [address] today"),
        ("GET /link/abc-DEF_123 answered 500", "GET /link/[token] answered 500"),
        ("GET /calendars/abc-DEF_123.ics answered 500", "GET /calendars/[token].ics answered 500"),
        ("POST /sessions/S-9/book/abc-D_1/code answered 500", "POST /sessions/S-9/book/[token]/code answered 500"),
        (
            "GET /sessions/S-9/book/new?again=abc-D_1 answered 500",
            "GET /sessions/S-9/book/new?again=[token] answered 500",
        ),
        ("DETAIL:  Key (address)=(x) already exists.", "DETAIL:  Key (address)=[values] already exists."),
        ("DETAIL:  Key (a, b)=(1, Ada (Obi)) is wrong.", "DETAIL:  Key (a, b)=[values] is wrong."),
        ("Failing row contains (1, Ada, Obi, null).", "Failing row contains [values]."),
        ("17 messages sent in 2.5 s", "17 messages sent in 2.5 s"),
    ],
)
def test_what_is_private_is_taken_out(line: str, written: str) -> None:
    assert discreet(line) == written


@given(st.from_regex(r"[a-z0-9.+-]{1,20}@[a-z0-9]{1,10}\.[a-z]{2,8}", fullmatch=True), st.text(max_size=50))
def test_no_address_is_written_whatever_stands_around_it(address: str, text: str) -> None:
    assert address not in discreet(f"{text} {address} {text}")


def test_the_database_repeats_no_values_in_its_refusal(app: Flask) -> None:
    make_person(address="ada@council.example")
    other = make_person(address="bea@council.example")
    db.session.commit()
    row = db.session.scalars(db.select(EmailAddress).where(EmailAddress.person_id == other.id)).one()
    row.address = "ada@council.example"
    with pytest.raises(IntegrityError) as refused:
        db.session.flush()
    db.session.rollback()
    record = logging.LogRecord("training", logging.ERROR, "", 1, "refused", None, None)
    record.exc_info = (refused.type, refused.value, refused.tb)
    line = DiscreetFormatter().format(record)
    assert "ada@" not in line
    assert "email_address" in line


def test_a_process_has_one_handler(app: Flask) -> None:
    configure_logs()
    configure_logs()
    assert sum(isinstance(handler, DiscreetHandler) for handler in logging.getLogger().handlers) == 1


def record_of(message: str) -> logging.LogRecord:
    return logging.LogRecord("training", logging.WARNING, "", 1, message, None, None)


@given(st.text(max_size=80))
def test_nobody_writes_a_line_of_their_own(text: str) -> None:
    assert len(DiscreetFormatter(LINE).format(record_of(f"a page called {text}")).splitlines()) == 1


def test_a_forged_entry_stays_within_its_line() -> None:
    line = DiscreetFormatter(LINE).format(record_of("page x\n2026-11-21 WARNING training: signed in"))
    assert line.endswith(r"page x\n2026-11-21 WARNING training: signed in")


def test_moments_are_in_utc_and_say_so() -> None:
    record = record_of("17 messages")
    record.created, record.msecs = 1_780_000_000.25, 250
    assert DiscreetFormatter(LINE).format(record) == "2026-05-28T20:26:40.250Z WARNING training: 17 messages"


def test_a_very_long_word_is_looked_at_once() -> None:
    began = time.perf_counter()
    discreet("a" * 400_000)
    assert time.perf_counter() - began < 5
