"""What is settled of a draft before anybody books: places online, applications, the list, a time to publish; venues."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.conftest import WallClock
from tests.factories import make_course, make_person, make_venue
from tests.pages import Client, Page
from training.catalogue.models import Mode
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.schedule.models import CourseSession, ListOrder, Venue
from training.schedule.operations import SessionDetails, draft_session, publish_session
from training.schedule.operations_venues import VenueDetails, add_venue
from training.schedule.rules import PartTimes, booking_times_problem, publish_time_problem
from training.web.readings import ReadingError, read_pence

DAY = date(2027, 1, 12)


@pytest.fixture
def desk(wall_clock: WallClock, client: Client) -> Client:
    wall_clock.set("2026-11-21 10:00")
    person = make_person("Ruth", role=Role.OFFICER)
    make_course("Neglect", code="NEG", mode=Mode.HYBRID, capacity=12)
    db.session.commit()
    client.sign_in(person)
    return client


def day(name: str, on: date, at: str = "") -> dict[str, str]:
    """A day in three inputs, and the time beside it."""
    other = {"publish_on": "publish_time"}.get(name, f"{name}_time")
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year), other: at}


def drafted(desk: Client, answers: dict[str, Any], status: int = 302) -> Page:
    given = {f"on_1-{part}": str(getattr(DAY, part)) for part in ("day", "month", "year")}
    given |= {"starts_1": "9:30am", "ends_1": "4pm"}
    return desk.submit(desk.get("/desk/sessions/new?course=NEG"), given | answers, form="main form", status=status)


def test_a_hybrid_draft_keeps_its_ways_apart_takes_applications_and_publishes_itself(desk: Client) -> None:
    drafted(
        desk,
        {
            "online_capacity": "30", "list_order": "fairness",
            **day("applications_close", date(2026, 12, 15)), **day("publish_on", date(2026, 11, 23), "8am"),
        },
    )  # fmt: skip
    (session,) = db.session.scalars(select(CourseSession))
    assert (session.capacity, session.online_capacity, session.places_in_all) == (12, 30, 42)
    assert session.list_order is ListOrder.FAIRNESS
    assert session.applications_close_at == clock.instant(date(2026, 12, 15), time(17))
    assert session.publish_at == clock.instant(date(2026, 11, 23), time(8))
    shown = desk.get(f"/desk/sessions/{session.ref}")
    assert "12 in the room, 30 online" in shown
    assert "Fairness first" in shown
    assert "23 Nov 2026, 8am" in shown
    form = desk.get(f"/desk/sessions/{session.ref}/edit")
    assert form.one("#online_capacity")["value"] == "30"
    desk.submit(form, {"online_capacity": "", "publish_on-day": "", "publish_on-month": "", "publish_on-year": "",
                       "publish_time": ""}, form="main form")  # fmt: skip
    db.session.expire_all()
    assert (session.online_capacity, session.publish_at) == (None, None)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"mode": "face-to-face", "online_capacity": "5"},
         "Only a hybrid session keeps places online apart. Leave this empty, or choose hybrid"),
        ({"online_capacity": "0"}, "The number of places online must be between 1 and 2,000"),
        (day("applications_close", DAY), "Applications must close before the session starts"),
        (day("applications_close", date(2026, 12, 1)) | day("booking_opens", date(2026, 12, 2)),
         "Applications must close after booking opens"),
        (day("applications_close", date(2026, 12, 9)) | day("booking_closes", date(2026, 12, 2)),
         "Applications must close by the time booking closes"),
        (day("publish_on", date(2026, 11, 20)), "Enter a time in the future"),
        (day("publish_on", DAY, "10am"), "Enter a time before the session starts"),
        ({"publish_time": "9am"}, "Enter the day to publish it"),
        ({"applications_close_time": "9am"}, "Enter the day applications close"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_by_the_field(desk: Client, answers: dict[str, str], words: str) -> None:
    page = drafted(desk, answers, status=400)
    assert page.errors == [words]
    assert db.session.scalars(select(CourseSession)).all() == []


def details(**more: Any) -> SessionDetails:
    wanted: dict[str, Any] = {
        "parts": [PartTimes(DAY, time(9, 30), time(16))], "mode": Mode.VIRTUAL, "capacity": 20,
        "online_link": "to follow", **more,
    }  # fmt: skip
    return SessionDetails(**wanted)


def test_publishing_settles_the_set_time_and_a_time_that_has_passed_may_stay(
    desk: Client, wall_clock: WallClock
) -> None:
    course = make_course()
    session = draft_session(COMMAND, course.id, details(publish_at=clock.now() + timedelta(hours=1)))
    db.session.commit()
    wall_clock.forward(hours=2)
    page = desk.get(f"/desk/sessions/{session.ref}/edit")
    desk.submit(page, {"capacity": "21"}, form="main form")
    db.session.expire_all()
    assert session.capacity == 21
    publish_session(COMMAND, session.id)
    assert session.publish_at is None


def test_an_operation_refuses_fewer_places_than_none(desk: Client) -> None:
    assert desk
    course, hall = make_course(), make_venue()
    with pytest.raises(Refused, match="places online must be 0 or more"):
        draft_session(COMMAND, course.id, details(mode=Mode.HYBRID, venue_id=hall.id, online_capacity=-1))


def test_the_rules_of_moments_on_plain_values() -> None:
    start = clock.instant(DAY, time(9, 30))
    before = start - timedelta(days=1)
    assert booking_times_problem(None, None, start, before) == ("", "")
    assert booking_times_problem(None, before, start, before) == ("", "")
    assert publish_time_problem(None, start, before) == ""
    assert publish_time_problem(start - timedelta(hours=1), start, before) == ""
    assert publish_time_problem(before, start, before) == "Enter a time in the future"


def test_a_venue_has_a_signal_a_contact_and_a_cost(desk: Client) -> None:
    page = desk.get("/desk/venues/new")
    answers = {
        "name": "Town Hall", "address": "1 High Street", "signal": "4G in the hall", "contact_name": "Pat Keys",
        "contact_address": "bookings@hall.example", "day_cost": "£1,120.50",
    }  # fmt: skip
    wrong = desk.submit(page, answers | {"day_cost": "lots", "contact_address": "pat"}, form="main form", status=400)
    assert wrong.errors == [
        "Enter an email address in the correct format, like name@example.com",
        "The cost of a day must be a sum in pounds, like 120 or 87.50",
    ]
    assert wrong.one("#day_cost")["value"] == "lots"
    desk.submit(wrong, answers, form="main form")
    (venue,) = db.session.scalars(select(Venue))
    assert (venue.signal, venue.contact_name, venue.contact_address) == (
        "4G in the hall", "Pat Keys", "bookings@hall.example",
    )  # fmt: skip
    assert venue.day_cost_pence == 112050
    form = desk.get("/desk/venues/town-hall")
    assert form.one("#day_cost")["value"] == "1120.50"
    desk.submit(form, {"day_cost": ""}, form="main form")
    db.session.expire_all()
    assert venue.day_cost_pence is None
    with pytest.raises(Refused, match="£0 or more"):
        add_venue(COMMAND, VenueDetails(name="Barn", address="2 High Street", day_cost_pence=-1))


@pytest.mark.parametrize(("text", "pence"), [("120", 12000), ("£87.50", 8750), ("1,200", 120000), ("0", 0)])
def test_pounds_are_read_as_people_write_them(text: str, pence: int) -> None:
    assert read_pence(text, "The cost") == pence


@pytest.mark.parametrize("text", ["-1", "1.5", "12p", "ten", "12345678"])
def test_other_sums_are_refused(text: str) -> None:
    with pytest.raises(ReadingError, match="must be a sum in pounds"):
        read_pence(text, "The cost")
