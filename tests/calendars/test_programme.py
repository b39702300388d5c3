"""The public calendar, read by another library than the one that writes it."""

import contextvars
from datetime import date, time, timedelta
from typing import Any, cast

import vobject
from flask import Flask
from werkzeug.http import parse_date

from tests.factories import make_course, make_session
from training.catalogue.models import CourseKind, Mode
from training.changes.operations_call_off import call_off_session
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND
from training.schedule.models import SessionStatus
from training.schedule.operations import set_parts
from training.schedule.rules import PartTimes

LINK = "https://meet.example/secret"


def fetch(app: Flask, method: str = "GET", **headers: str) -> Any:
    db.session.rollback()

    def ask() -> Any:
        return app.test_client().open("/calendar.ics", method=method, headers=headers)

    # In a context of its own, as every real request has.
    return contextvars.Context().run(ask)


def entries(app: Flask) -> list[Any]:
    calendar = cast(Any, vobject.readOne(fetch(app).get_data(as_text=True)))
    return list(calendar.contents.get("vevent", []))


def test_every_sitting_is_an_entry_at_its_moment(app: Flask) -> None:
    year = clock.today().year + 1
    summer = make_session(make_course("Neglect"), on=date(year, 7, 1), days=2)
    winter = make_session(make_course("Online safety", mode=Mode.VIRTUAL), on=date(year, 12, 1), online_link=LINK)
    db.session.commit()
    found = entries(app)
    assert [entry.summary.value for entry in found] == ["Neglect (day 1 of 2)", "Neglect (day 2 of 2)", "Online safety"]
    assert [entry.dtstart.value for entry in found] == [
        summer.parts[0].starts_at, summer.parts[1].starts_at, winter.starts_at,
    ]  # fmt: skip
    assert [entry.dtend.value for entry in found][2] == winter.ends_at
    assert found[2].location.value == "Online"
    assert found[2].url.value == f"http://localhost/sessions/{winter.ref}"
    assert len({entry.uid.value for entry in found}) == 3


def test_nothing_private_is_in_it(app: Flask) -> None:
    make_session(make_course(mode=Mode.VIRTUAL), online_link=LINK)
    make_session(status=SessionStatus.DRAFT, published_at=None)
    make_session(make_course(kind=CourseKind.MEETING))
    make_session(on=clock.today() - timedelta(days=3))
    db.session.commit()
    answer = fetch(app)
    text = answer.get_data(as_text=True)
    assert LINK not in text
    assert text.count("BEGIN:VEVENT") == 1
    for absent in ("METHOD", "ATTENDEE", "ORGANIZER"):
        assert absent not in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT4H" in text
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "Content-Encoding" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_what_is_called_off_stays_for_thirty_days(app: Flask, wall_clock: Any) -> None:
    wall_clock.set("2026-11-21 12:00")
    session = make_session(make_course("Neglect"), on=date(2026, 12, 24))
    db.session.commit()
    before = entries(app)[0]
    wall_clock.forward(hours=1)
    call_off_session(COMMAND, session.id, "Snow")
    db.session.commit()
    entry = entries(app)[0]
    assert (entry.summary.value, entry.status.value) == ("CANCELLED: Neglect", "CANCELLED")
    assert entry.uid.value == before.uid.value
    assert int(entry.sequence.value) > int(before.sequence.value)
    wall_clock.forward(days=29)
    assert len(entries(app)) == 1
    wall_clock.forward(days=2)
    assert entries(app) == []


def test_nothing_changed_is_said_without_sending_it_again(app: Flask, wall_clock: Any) -> None:
    wall_clock.set("2026-11-21 12:00")
    make_session(on=date(2026, 12, 24))
    db.session.commit()
    first = fetch(app)
    wall_clock.forward(days=1)
    assert fetch(app).get_data() == first.get_data()
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert not etag.startswith("W/")
    assert fetch(app, **{"If-None-Match": etag}).status_code == 304
    assert fetch(app, **{"If-Modified-Since": modified}).status_code == 304
    assert fetch(app, **{"If-None-Match": '"other"'}).status_code == 200


def test_every_change_that_shows_has_a_new_tag_and_a_later_date(app: Flask, wall_clock: Any) -> None:
    wall_clock.set("2026-11-21 12:00")
    session = make_session(make_course("Neglect"), on=date(2026, 12, 24), days=3)
    short = make_session(on=date(2026, 11, 22))
    db.session.commit()

    def move_the_middle_day() -> None:
        parts = [PartTimes(part.on, part.starts, part.ends) for part in session.parts]
        set_parts(session, [parts[0], PartTimes(parts[1].on, time(10), parts[1].ends), parts[2]])

    def rename_the_course() -> None:
        session.course.title = "Neglect early"

    def rename_the_venue() -> None:
        assert session.venue is not None
        session.venue.name = "Library"

    def let_the_short_one_pass() -> None:
        wall_clock.set("2026-11-22 18:00")

    seen = fetch(app)
    for change in (move_the_middle_day, rename_the_course, rename_the_venue, let_the_short_one_pass):
        wall_clock.forward(minutes=5)
        change()
        db.session.commit()
        now = fetch(app)
        assert now.headers["ETag"] != seen.headers["ETag"], change.__name__
        since = parse_date(seen.headers["Last-Modified"])
        until = parse_date(now.headers["Last-Modified"])
        assert since is not None
        assert until is not None
        assert until > since, change.__name__
        seen = now
    assert short.ref.encode() not in seen.get_data()


def test_a_head_answers_like_a_get_without_a_body(app: Flask) -> None:
    make_session()
    db.session.commit()
    head, get = fetch(app, "HEAD"), fetch(app)
    assert head.status_code == 200
    assert head.get_data() == b""
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length"):
        assert head.headers[name] == get.headers[name]


def test_an_empty_programme_is_still_a_calendar(app: Flask) -> None:
    answer = fetch(app)
    assert answer.status_code == 200
    assert b"BEGIN:VCALENDAR" in answer.get_data()
