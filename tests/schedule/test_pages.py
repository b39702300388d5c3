"""The desk's pages on which sessions are drafted, published and taught, and the list of venues."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import make_course, make_person, make_session, make_venue
from tests.pages import Client, Page
from training.catalogue.models import Course, CourseStatus, Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.schedule.models import CourseSession, SessionStatus, Venue
from training.schedule.operations import SessionDetails, draft_session, times_of
from training.schedule.rules import PartTimes

DAY = clock.today() + timedelta(days=40)


@pytest.fixture
def desk(client: Client) -> Client:
    person = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return client


def on(number: int, day: date, starts: str = "9:30am", ends: str = "4pm") -> dict[str, str]:
    return {
        f"on_{number}-day": str(day.day), f"on_{number}-month": str(day.month), f"on_{number}-year": str(day.year),
        f"starts_{number}": starts, f"ends_{number}": ends,
    }  # fmt: skip


def make_draft(course: Course | None = None) -> CourseSession:
    details = SessionDetails(
        parts=[PartTimes(DAY, time(9, 30), time(16))], mode=Mode.FACE_TO_FACE, capacity=20,
        venue_id=make_venue().id,
    )  # fmt: skip
    return draft_session(COMMAND, (course or make_course()).id, details)


def only_session() -> CourseSession:
    return db.session.scalars(select(CourseSession)).one()


def test_the_officer_drafts_and_publishes_a_session_of_two_days(desk: Client) -> None:
    venue = make_venue("Town Hall")
    make_course("Neglect", code="NEG", capacity=18)
    db.session.commit()
    page = desk.submit(desk.get("/desk/sessions/new"), {"course": "NEG"})
    page = desk.submit(page, on(1, DAY), button="Add another day", status=200)
    assert page.one("#starts_1")["value"] == "9:30am"
    shown = _save(desk, page, {**on(2, DAY + timedelta(days=7)), "venue": str(venue.id)})
    assert "Only the desk sees it" in shown.flashes[0]
    session = only_session()
    assert (session.capacity, session.venue_id, len(session.parts)) == (18, venue.id, 2)
    before = desk.click(shown, "Publish this session")
    assert "people can book at once" in before
    assert "Later changes of date or place are told to everybody who has booked." in before
    published = desk.submit(before, button="Publish this session", follow=True)
    assert "Published, and open to be booked." in published
    assert only_session().status is SessionStatus.PUBLISHED


def _save(desk: Client, page: Page, answers: dict[str, Any], status: int = 200) -> Page:
    return desk.submit(page, answers, form="main form", status=status, follow=status == 200)


def test_each_further_day_keeps_what_was_typed_and_six_are_the_most(desk: Client) -> None:
    make_course(code="NEG")
    db.session.commit()
    page = desk.get("/desk/sessions/new?course=NEG")
    for number in range(1, 6):
        answers = on(number, DAY + timedelta(days=number), "nine", "4pm")
        page = desk.submit(page, answers, button="Add another day", status=200)
        assert page.one(f"#starts_{number}")["value"] == "nine"
        assert page.errors == []
    assert "Add another day" not in page.buttons
    assert page.one("#on_6-day")


def test_a_day_left_empty_is_taken_out(desk: Client) -> None:
    session = make_draft(make_course(code="NEG"))
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}/edit")
    page = desk.submit(page, {}, button="Add another day", status=200)
    _save(desk, page, on(2, DAY + timedelta(days=1)))
    assert len(times_of(only_session())) == 2
    page = desk.get(f"/desk/sessions/{session.ref}/edit")
    empty = {"on_1-day": "", "on_1-month": "", "on_1-year": "", "starts_1": "", "ends_1": ""}
    _save(desk, page, empty)
    assert [part.on for part in times_of(only_session())] == [DAY + timedelta(days=1)]


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({}, ["Enter the date", "Enter the start time", "Enter the end time"]),
        (on(1, DAY, "4pm", "9:30am"), ["Enter an end time after the start time"]),
        (on(1, DAY, "9", "4pm"), ["Enter the start time like 9:30am or 2pm"]),
        ({**on(1, DAY), "on_1-day": "32"}, ["The date must be a real date"]),
        ({**on(1, DAY), "capacity": "lots"}, ["The number of places must be a whole number, like 20"]),
        (
            {**on(1, DAY), "mode": "virtual", "online_link": "room 2"},
            ["Enter a link that begins with https://, or the words “to follow”"],
        ),
        (
            {
                **on(1, DAY),
                "booking_closes-day": str(DAY.day), "booking_closes-month": str(DAY.month),
                "booking_closes-year": str(DAY.year),
            },
            ["Booking must close by the time the session starts"],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_by_its_field(desk: Client, answers: dict[str, str], errors: list[str]) -> None:
    make_course(code="NEG")
    db.session.commit()
    page = _save(desk, desk.get("/desk/sessions/new?course=NEG"), answers, status=400)
    assert page.errors == errors
    for name, value in answers.items():
        field = page.select(f"input[type=text][name={name}]") or page.select(f"input[name={name}]:checked")
        assert field[0]["value"] == value
    assert db.session.scalars(select(CourseSession)).all() == []


def test_a_time_to_open_or_close_booking_needs_its_day(desk: Client) -> None:
    make_course("Neglect", code="NEG")
    db.session.commit()
    page = desk.submit(desk.get("/desk/sessions/new"), {"course": "NEG"})
    again = _save(desk, page, {**on(1, DAY), "booking_opens_time": "8am", "booking_closes_time": "noon"}, 400)
    assert again.errors == ["Enter the day booking opens", "Enter the day booking closes"]


def test_overlapping_days_are_refused_at_the_later_one(desk: Client) -> None:
    make_course(code="NEG")
    db.session.commit()
    page = desk.submit(desk.get("/desk/sessions/new?course=NEG"), on(1, DAY), button="Add another day", status=200)
    wrong = _save(desk, page, on(2, DAY, "3pm", "5pm"), status=400)
    assert wrong.errors == ["Enter a time that does not overlap with another part"]
    assert wrong.links["Enter a time that does not overlap with another part"] == "#starts_2"


def test_two_people_who_change_a_draft_see_both_versions(desk: Client) -> None:
    session = make_draft()
    db.session.commit()
    address = f"/desk/sessions/{session.ref}/edit"
    first, second = desk.get(address), desk.get(address)
    _save(desk, second, {"capacity": "30", "starts_1": "10am"})
    both = _save(desk, first, {"capacity": "12"}, status=400)
    assert "Somebody else changed this session" in both.errors[0]
    assert both.rows() == [["Starts", "10am", "9:30am"], ["Places", "30", "12"]]
    _save(desk, both, {})
    assert only_session().capacity == 12


def test_a_draft_that_lacks_something_says_what(desk: Client) -> None:
    session = make_draft(make_course(status=CourseStatus.DRAFT))
    session.venue_id = None
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}/publish")
    assert page.words(".muster-status li") == ["Make the course live", "Choose a venue"]
    desk.post(f"/desk/sessions/{session.ref}/publish", status=409)
    assert only_session().status is SessionStatus.DRAFT


def test_a_draft_is_discarded_after_a_warning(desk: Client) -> None:
    session = make_draft()
    db.session.commit()
    ref = session.ref
    page = desk.click(desk.get(f"/desk/sessions/{ref}"), "Discard the draft")
    gone = desk.submit(page, button="Discard this draft", follow=True)
    assert gone.flashes == [f"The draft {ref} is discarded."]
    desk.get(f"/desk/sessions/{ref}", 404)


def test_what_is_published_has_no_draft_pages(desk: Client) -> None:
    session = make_session()
    db.session.commit()
    for page in ("edit", "publish", "discard"):
        assert "no longer a draft" in desk.get(f"/desk/sessions/{session.ref}/{page}", 409)


def test_a_session_of_an_unknown_or_retired_course_is_not_found(desk: Client) -> None:
    make_course(code="OLD", status=CourseStatus.RETIRED)
    db.session.commit()
    desk.get("/desk/sessions/new?course=OLD", 404)
    desk.get("/desk/sessions/new?course=NIX", 404)


def test_the_officer_keeps_venues(desk: Client) -> None:
    page = desk.get("/desk/venues/new")
    wrong = desk.submit(page, {"name": "Town Hall"}, status=400)
    assert wrong.errors == ["Enter the address"]
    listed = desk.submit(wrong, {"address": "1 High Street"}, follow=True)
    assert listed.rows() == [["Town Hall", "1 High Street", "", ""]]
    address = listed.links["Town Hall"]
    first, second = desk.get(address), desk.get(address)
    desk.submit(second, {"access": "Lift"})
    both = desk.submit(first, {"access": "Steps"}, status=400)
    assert both.rows() == [["Access", "Lift", "Steps"]]
    desk.submit(both)
    assert db.session.scalars(select(Venue.access)).one() == "Steps"


def test_the_schedule_is_for_the_desk(client: Client) -> None:
    person = make_person(role=Role.TRAINER)
    session = make_session()
    db.session.commit()
    client.sign_in(person)
    for address in ("/desk/sessions/new", f"/desk/sessions/{session.ref}/publish", "/desk/venues"):
        client.get(address, 403)
