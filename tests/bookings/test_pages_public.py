"""The shop window: the programme, a course and a session, as anybody reads them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import make_assignment, make_booking, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import BookingState
from training.catalogue.models import Agreement, CourseStatus, Mode
from training.catalogue.operations import set_outcomes
from training.core import clock
from training.core.database import db
from training.core.notes import Note
from training.core.viewer import COMMAND, Role
from training.schedule.models import AssignmentState, SessionStatus
from training.web.formats import day, month

SOON = clock.today() + timedelta(days=10)
LINK = "https://meet.example/secret"


def notes() -> list[dict[str, Any]]:
    db.session.rollback()
    found = db.session.scalars(select(Note).where(Note.kind == "search-without-result").order_by(Note.id))
    return [note.details for note in found]


def test_the_programme_lists_dates_by_month_with_places_in_words(client: Client) -> None:
    full = make_session(make_course("Neglect"), on=SOON, capacity=1)
    make_booking(full)
    make_session(make_course("Online safety", mode=Mode.VIRTUAL), on=SOON + timedelta(days=60), capacity=12)
    db.session.commit()
    page = client.get("/courses")
    assert "2 sessions, soonest first" in page
    assert page.words(".muster-session__title") == ["Neglect", "Online safety"]
    assert page.words(".muster-session__side") == ["Full: join the waiting list", "12 places left"]
    assert page.words(".muster-month") == [f"{month(SOON)} 1 session", f"{month(SOON + timedelta(days=60))} 1 session"]
    assert client.click(page, "Neglect").h1 == "Neglect"


def test_an_empty_programme_says_what_will_be_there(client: Client) -> None:
    assert "No sessions are open yet" in client.get("/courses")
    assert "No courses yet" in client.get("/courses?view=courses")
    assert "There are no sessions in this month." in client.get("/courses?view=month")
    assert notes() == []


def test_the_filters_of_the_form_stand_in_the_address_and_in_the_form(client: Client) -> None:
    make_session(make_course("Neglect"), on=SOON)
    make_session(make_course("Online safety", mode=Mode.VIRTUAL), on=SOON)
    db.session.commit()
    page = client.submit(client.get("/courses"), {"mode": "virtual", "words": "safety"})
    assert page.words(".muster-session__title") == ["Online safety"]
    assert page.one("#words")["value"] == "safety"
    assert page.one("details").has_attr("open")
    month_view = client.click(page, "Month")
    assert month_view.one("#words")["value"] == "safety"
    cleared = client.click(month_view, "Clear all filters")
    assert not cleared.one("#words").get("value")
    assert cleared.select(".muster-calendar")


def test_dates_that_cannot_be_read_are_said_and_the_rest_is_still_filtered(client: Client) -> None:
    make_session(make_course("Neglect"), on=SOON)
    make_session(make_course("Online safety"), on=SOON)
    db.session.commit()
    page = client.get("/courses?words=neglect&start-day=40&start-month=1&start-year=2027", 400)
    assert page.errors == ["The first date must be a real date"]
    assert page.words(".muster-session__title") == ["Neglect"]
    backwards = "start-day=2&start-month=1&start-year=2027&end-day=1&end-month=1&end-year=2027"
    assert client.get(f"/courses?{backwards}", 400).errors == ["The last date must not be before the first"]


@pytest.mark.parametrize("query", ["mode=train", "kind=meeting", "audience=x", "audience=99", "priority=none-such"])
def test_a_choice_that_is_not_on_offer_is_an_error_not_a_crash(client: Client, query: str) -> None:
    client.get(f"/courses?{query}", 400)


@pytest.mark.parametrize("query", ["view=grid", "view=month&month=2026-13", "view=month&month=x", "page=9", "page=0"])
def test_an_address_that_leads_nowhere_is_not_found(client: Client, query: str) -> None:
    client.get(f"/courses?{query}", 404)


def test_a_search_without_a_date_shows_courses_and_is_noted(client: Client) -> None:
    make_course("Private fostering")
    db.session.commit()
    page = client.get("/courses?words=Fostering")
    assert "No session matches" in page
    assert page.words(".muster-card__title") == ["Private fostering"]
    assert notes() == [{"words": "fostering", "courses": 1}]
    assert "No course matches" in client.get("/courses?view=courses&words=zebra")
    assert notes()[1:] == [{"words": "zebra", "courses": 0}]


def test_a_search_that_finds_something_is_not_noted(client: Client) -> None:
    make_session(make_course("Neglect"), on=SOON)
    db.session.commit()
    client.get("/courses?words=neglect")
    client.get("/courses?view=courses&words=neglect")
    client.get("/courses")
    assert notes() == []


def test_the_month_view_puts_sessions_on_their_days(client: Client) -> None:
    first = date(clock.today().year + 1, 3, 1)
    make_session(make_course("Neglect"), on=first + timedelta(days=(2 - first.weekday()) % 7), days=2)
    db.session.commit()
    page = client.get(f"/courses?view=month&month={first:%Y-%m}")
    assert "2 days with sessions" in page
    assert page.words(".muster-calendar th") == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    cells = page.words(".muster-calendar__list")
    assert len(cells) == 2
    assert cells[0].startswith("Neglect 9:30am to 4pm, day 1 of 2 25 places left")
    after = client.click(page, month(date(first.year, 4, 1)))
    assert "There are no sessions in this month." in after


def test_a_weekend_is_shown_when_something_is_on_it(client: Client) -> None:
    saturday = date(clock.today().year + 1, 3, 1)
    saturday += timedelta(days=(5 - saturday.weekday()) % 7)
    make_session(on=saturday)
    db.session.commit()
    page = client.get(f"/courses?view=month&month={saturday:%Y-%m}")
    assert page.words(".muster-calendar th")[-2:] == ["Sat", "Sun"]
    assert day(saturday) in page.words(".muster-calendar__date")


def test_the_course_page_answers_for_whom_what_after_it_and_when(client: Client) -> None:
    course = make_course("Neglect", agreement=Agreement.ASKED, aims="Line one\nLine two", hours=6)
    set_outcomes(COMMAND, course.id, ["I can tell neglect"])
    session = make_session(course, on=SOON, capacity=2)
    make_session(course, on=SOON + timedelta(days=30))
    db.session.commit()
    page = client.get(f"/courses/{course.slug}")
    assert "What you will be able to do after it I can tell neglect" in page
    assert "Everybody who works or volunteers with children" in page
    assert "We ask your line manager when you book." in page
    assert f"Next date with places {day(SOON)}" in page
    assert page.links["See this session and book"] == f"/sessions/{session.ref}"
    assert page.words(".muster-session__side") == ["2 places left", "25 places left"]


def test_a_course_without_dates_says_when_it_last_ran(client: Client) -> None:
    course = make_course("Neglect")
    db.session.commit()
    assert "There is no date yet. New dates" in client.get(f"/courses/{course.slug}")
    past = clock.today() - timedelta(days=30)
    make_session(course, on=past, status=SessionStatus.FINISHED)
    db.session.commit()
    assert f"It was last held on {day(past)}." in client.get(f"/courses/{course.slug}")


def test_a_draft_course_or_session_does_not_exist_for_the_public(client: Client) -> None:
    course = make_course(status=CourseStatus.DRAFT)
    session = make_session(status=SessionStatus.DRAFT, published_at=None)
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    for address in (f"/courses/{course.slug}", f"/sessions/{session.ref}", "/courses/none", "/sessions/NO-SUCH"):
        client.get(address, 404)
    client.sign_in(officer)
    assert "Only the desk sees this page" in client.get(f"/courses/{course.slug}")
    assert "Only the desk sees this page" in client.get(f"/sessions/{session.ref}")


def test_a_session_says_when_where_and_how_many_places(client: Client) -> None:
    session = make_session(make_course("Neglect"), on=SOON, days=2, capacity=3)
    make_booking(session)
    assert session.venue is not None
    session.venue.access = "Step-free"
    make_assignment(session, make_person("Naomi", "Fletcher"))
    make_assignment(session, make_person("Ian", "Asked"), state=AssignmentState.ASKED)
    db.session.commit()
    page = client.get(f"/sessions/{session.ref}")
    assert page.words(".muster-status__sentence") == ["2 places left."]
    assert page.words(".muster-parts li") == [
        f"{day(SOON)}, 9:30am to 4pm (day 1 of 2)",
        f"{day(SOON + timedelta(days=1))}, 9:30am to 4pm (day 2 of 2)",
    ]
    assert "You come to both dates." in page
    assert "Step-free" in page
    assert "Naomi Fletcher" in page
    assert "Ian Asked" not in page
    assert page.links["Book a place"] == f"/sessions/{session.ref}/book"


@pytest.mark.parametrize(
    ("columns", "sentence", "has_button"),
    [
        ({"capacity": 0}, "This session is full.", True),
        ({"booking_closes_at": clock.now() - timedelta(days=1)}, "Booking has closed.", False),
        ({"status": SessionStatus.FINISHED, "on": clock.today() - timedelta(days=9)}, "This session is over.", False),
        ({"on": clock.today() - timedelta(days=9)}, "This session is over.", False),
        ({"on": clock.today() - timedelta(days=1), "days": 3}, "This session has begun", False),
        (
            {"status": SessionStatus.CALLED_OFF, "called_off_at": clock.now(), "called_off_reason": "Snow."},
            "This session is called off.",
            False,
        ),
    ],
)
def test_why_a_session_cannot_be_booked_is_said(
    client: Client, columns: dict[str, Any], sentence: str, has_button: bool
) -> None:
    session = make_session(**columns)
    db.session.commit()
    page = client.get(f"/sessions/{session.ref}")
    assert page.words(".muster-status__sentence")[0].startswith(sentence)
    assert (f"/sessions/{session.ref}/book" in page.links.values()) == has_button


def test_booking_that_is_not_open_says_when_it_opens(client: Client) -> None:
    opens_at = clock.instant(SOON - timedelta(days=5), make_session().parts[0].starts)
    session = make_session(on=SOON, booking_opens_at=opens_at)
    db.session.commit()
    assert f"Booking opens on {day(opens_at)} at 9:30am." in client.get(f"/sessions/{session.ref}")
    assert "Booking opens" in client.get("/courses?words=").words(".muster-session__side")[0]


def test_the_online_link_is_for_people_with_a_place_and_trainers(client: Client) -> None:
    session = make_session(make_course(mode=Mode.VIRTUAL), online_link=LINK, joining_notes="Bring a pen")
    booked, waits, trainer = make_person(), make_person(), make_person(role=Role.TRAINER)
    make_booking(session, booked)
    make_booking(session, waits, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())
    make_assignment(session, trainer)
    officer, stranger = make_person(role=Role.OFFICER), make_person()
    db.session.commit()
    address = f"/sessions/{session.ref}"
    outside = client.get(address)
    assert "The link is sent with your booking." in outside
    for person, sees in ((booked, True), (trainer, True), (officer, True), (waits, False), (stranger, False)):
        client.sign_in(person)
        page = client.get(address)
        assert (LINK in page.links.values()) == sees
        assert ("Bring a pen" in page) == sees
    assert LINK.encode() not in outside.body


def test_somebody_who_is_booked_is_told_so_with_the_way_to_their_booking(client: Client) -> None:
    session, person, waiting = make_session(on=SOON), make_person(), make_person()
    booking = make_booking(session, person)
    make_booking(session, waiting, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/sessions/{session.ref}")
    assert page.words(".muster-status__sentence") == ["You are booked."]
    assert page.links["See or change your booking"] == f"/my/bookings/{booking.ref}"
    assert "Book a place" not in page.links
    client.sign_in(waiting)
    assert "You are on the waiting list." in client.get(f"/sessions/{session.ref}")
