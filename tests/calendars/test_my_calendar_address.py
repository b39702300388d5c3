"""The secret address: made and shown once, replaced, switched off, never in a log, and how it answers programs."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.http import parse_date

from tests.calendars.reading import fetch, new_address
from tests.conftest import WallClock
from tests.factories import make_assignment, make_course, make_person, make_session, viewer_of
from tests.pages import Client
from training.accounts.operations_dormant import close_account
from training.bookings.operations import book_place, cancel_booking
from training.calendars import views_feeds
from training.calendars.models import CalendarFeed
from training.calendars.operations_feeds import make_feed
from training.calendars.views_feeds import READING
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.logs import discreet
from training.core.transaction import in_unit_of_work
from training.core.viewer import COMMAND, Role
from training.people.models import Person, RoleGrant
from training.schedule.models import CourseSession
from training.web.limits import HOUR, Limit


def feeds() -> list[CalendarFeed]:
    db.session.rollback()
    return list(db.session.scalars(select(CalendarFeed).order_by(CalendarFeed.id)))


def test_the_address_is_shown_once_and_kept_as_a_hash(app: Flask, client: Client) -> None:
    address = new_address(client, make_person())
    token = address.removeprefix("/calendars/").removesuffix(".ics")
    assert len(token) >= 32
    [feed] = feeds()
    assert token not in feed.token_hash
    page = client.get("/my/account/calendar")
    assert token not in page.body.decode()
    assert "No calendar has read it yet." in page
    deeds = db.session.scalars(select(AuditEntry.deed)).all()
    assert "made a calendar address" in deeds


def test_opening_the_page_makes_nothing(app: Flask, client: Client) -> None:
    client.sign_in(make_person())
    assert client.get("/my/account/calendar").buttons == ["Make my calendar address"]
    assert feeds() == []


def test_a_form_that_is_sent_twice_makes_one_address(app: Flask, client: Client) -> None:
    client.sign_in(make_person())
    page = client.get("/my/account/calendar")
    client.submit(page, button="Make my calendar address", status=200)
    again = client.submit(page, button="Make my calendar address", follow=True)
    assert len(feeds()) == 1
    assert "You have a calendar address." in again


def test_a_new_address_ends_the_old_one_at_once(app: Flask, client: Client) -> None:
    person = make_person()
    old = new_address(client, person)
    new = new_address(client, person)
    assert fetch(app, old).status_code == 410
    assert fetch(app, new).status_code == 200
    assert [feed.revoked_at is None for feed in feeds()] == [False, True]


def test_an_address_that_is_switched_off_is_gone(app: Flask, client: Client) -> None:
    address = new_address(client, make_person())
    page = client.get("/my/account/calendar")
    said = client.submit(page, button="Switch it off", follow=True)
    assert said.flashes == ["Your calendar address is switched off."]
    gone = fetch(app, address)
    assert (gone.status_code, gone.content_type) == (410, "text/plain; charset=utf-8")
    assert client.post("/my/account/calendar/off", follow=True, status=200).flashes == [
        "There was no calendar address to switch off."
    ]


def test_an_address_that_was_never_given_out_does_not_exist(app: Flask) -> None:
    for token in ("unknown", "x" * 500, "%00", "../../desk"):
        assert fetch(app, f"/calendars/{token}.ics").status_code == 404


def test_the_calendar_of_a_closed_account_is_gone(app: Flask, client: Client) -> None:
    person = make_person()
    address = new_address(client, person)
    account = db.session.get_one(Person, person.id).account
    assert account is not None
    close_account(COMMAND, account, "Left the partnership")
    db.session.commit()
    assert fetch(app, address).status_code == 410


def test_nobody_else_sees_it_and_it_asks_nobody_to_sign_in(app: Flask, client: Client) -> None:
    """A program has neither cookies nor an Accept header it would insist on."""
    address = new_address(client, make_person())
    for headers in ({}, {"Accept": "application/json"}, {"Accept-Encoding": "gzip, br"}):
        answer = fetch(app, address, **headers)
        assert answer.status_code == 200
        assert answer.content_type == "text/calendar; charset=utf-8"
        assert "Content-Encoding" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert "Accept" not in answer.headers.get("Vary", "")
        assert {"private", "no-cache", "no-transform"} <= set(answer.headers["Cache-Control"].split(", "))


def test_head_answers_like_get_without_a_body(app: Flask, client: Client) -> None:
    person = make_person()
    book_place(COMMAND, make_session().id, person.id, declared=True)
    db.session.commit()
    address = new_address(client, person)
    head, get = fetch(app, address, "HEAD"), fetch(app, address)
    assert (head.status_code, head.get_data()) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Last-Modified"):
        assert head.headers[name] == get.headers[name]


def test_nothing_new_is_said_without_sending_it_again(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-21 12:00")
    person = make_person()
    book_place(COMMAND, make_session().id, person.id, declared=True)
    db.session.commit()
    address = new_address(client, person)
    first = fetch(app, address)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert not etag.startswith("W/")
    wall_clock.forward(days=1)
    assert fetch(app, address).get_data() == first.get_data()
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        answer = fetch(app, address, **headers)
        assert (answer.status_code, answer.get_data()) == (304, b"")
    assert fetch(app, address, **{"If-None-Match": '"other"'}).status_code == 200


def test_every_change_has_a_new_tag_and_a_later_date_also_where_something_went(
    app: Flask, client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-11-21 12:00")
    person, course = make_person(), make_course("Neglect")
    sessions = [make_session(course).id for _ in range(2)]
    booking_ids = [book_place(COMMAND, key, person.id, declared=True).id for key in sessions]
    db.session.commit()
    address = new_address(client, person)

    def rename_the_course() -> None:
        db.session.get_one(CourseSession, sessions[0]).course.title = "Neglect early"

    def cancel() -> None:
        cancel_booking(COMMAND, booking_ids[0])

    def decline_without_a_trace() -> None:
        cancel_booking(COMMAND, booking_ids[1])

    seen = fetch(app, address)
    # All within one second: what is asked for by date alone must not be missed either.
    for change in (rename_the_course, cancel, decline_without_a_trace):
        change()
        db.session.commit()
        now = fetch(app, address)
        assert now.headers["ETag"] != seen.headers["ETag"], change.__name__
        before, after = (parse_date(answer.headers["Last-Modified"]) for answer in (seen, now))
        assert before is not None
        assert after is not None
        assert after > before, change.__name__
        asked = fetch(app, address, **{"If-Modified-Since": seen.headers["Last-Modified"]})
        assert asked.status_code == 200, change.__name__
        seen = now


def test_the_day_it_was_last_read_is_kept(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-21 12:00")
    address = new_address(client, make_person())
    fetch(app, address)
    wall_clock.set("2026-11-23 12:00")
    fetch(app, address, "HEAD")
    assert [feed.read_on for feed in feeds()] == [clock.today()]
    assert "A calendar last read it on Monday 23 November 2026." in client.get("/my/account/calendar")


def test_reading_without_end_is_limited_one_calendar_at_a_time(app: Flask, client: Client) -> None:
    mine, other = new_address(client, make_person()), new_address(client, make_person())
    for _ in range(READING.most):
        assert fetch(app, mine).status_code == 200
    answer = fetch(app, mine)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert fetch(app, other).status_code == 200, "the next person behind the same connection is not kept out"


def test_guessing_is_limited_and_keeps_nobody_with_an_address_out(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = new_address(client, make_person())
    monkeypatch.setattr(views_feeds, "UNKNOWN", Limit("calendar-unknown", 3, HOUR))
    assert [fetch(app, f"/calendars/guess{n}.ics").status_code for n in range(5)] == [404, 404, 404, 429, 429]
    assert fetch(app, address).status_code == 200


def test_the_secret_is_never_logged(app: Flask, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    address = new_address(client, make_person())
    token = address.removeprefix("/calendars/").removesuffix(".ics")
    line = f'127.0.0.1 "GET {address} HTTP/1.1" 200'
    assert token not in discreet(line)
    assert discreet(line) == '127.0.0.1 "GET /calendars/[token].ics HTTP/1.1" 200'
    with caplog.at_level(logging.DEBUG):
        fetch(app, address)
        fetch(app, address + "x")
    assert token not in "".join(discreet(record.getMessage()) for record in caplog.records)


def test_two_who_press_at_once_leave_one_address_in_force(app: Flask) -> None:
    person = make_person()
    viewer = viewer_of(person)
    db.session.commit()
    db.session.remove()
    ready = Barrier(4)

    def press() -> str:
        with app.app_context():
            ready.wait(10)
            return in_unit_of_work(lambda: make_feed(viewer))

    with ThreadPoolExecutor(4) as pool:
        addresses = [pressed.result(30) for pressed in [pool.submit(press) for _ in range(4)]]
    assert len(set(addresses)) == 4
    assert [feed.revoked_at is None for feed in feeds()].count(True) == 1


def test_it_is_offered_where_people_look_for_it(app: Flask, client: Client) -> None:
    person = make_person()
    book_place(COMMAND, make_session(on=clock.today() + timedelta(days=30)).id, person.id, declared=True)
    make_assignment(make_session(), person)
    db.session.add(RoleGrant(person=person, role=Role.TRAINER, from_on=date(2020, 1, 1)))
    db.session.commit()
    client.sign_in(person)
    assert client.get("/teaching").links["Have your calendar read what you teach by itself"] == "/my/account/calendar"
    for page in ("/my/account", "/my/bookings"):
        found = client.get(page).links
        assert found["Have your calendar read your sessions by itself"] == "/my/account/calendar"


def test_the_desk_can_switch_it_off_for_somebody_who_lost_a_device(app: Flask, client: Client) -> None:
    person = make_person("Priya", "Nair")
    address, ref = new_address(client, person), person.ref
    client.sign_in(make_person("Ruth", role=Role.ADMINISTRATOR))
    page = client.get(f"/desk/people/{ref}")
    assert "Their calendar can read their sessions at an address of their own" in page
    assert address not in page.body.decode()
    asking = client.click(page, "Switch the calendar address off")
    assert client.submit(asking, status=400).errors == ["Enter the reason"]
    said = client.submit(asking, {"reason": "Lost telephone"}, follow=True)
    assert said.flashes == ["The calendar address of Priya Nair is switched off."]
    assert "They have no calendar address." in said
    assert fetch(app, address).status_code == 410
    again = client.post(f"/desk/people/{ref}/calendar-off", {"reason": "Twice"}, follow=True, status=200)
    assert again.flashes == ["The calendar address of Priya Nair was switched off already."]
    reasons = db.session.scalars(select(AuditEntry.reason).where(AuditEntry.deed == "switched a calendar address off"))
    assert reasons.all() == ["Lost telephone"]
