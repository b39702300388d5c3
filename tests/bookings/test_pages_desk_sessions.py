"""The desk's list of sessions and the page of one."""

from datetime import date, timedelta

import pytest

from tests.factories import make_assignment, make_booking, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import BookingState
from training.catalogue.models import Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import Role
from training.planning.years import TrainingYear
from training.schedule.models import AssignmentState, CourseSession, SessionStatus

SOON = clock.today() + timedelta(days=10)


@pytest.fixture
def desk(client: Client) -> Client:
    person = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return client


def wait_for(session: CourseSession) -> None:
    make_booking(session, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())


def test_the_list_counts_booked_waiting_and_trainers(desk: Client) -> None:
    session = make_session(make_course("Neglect"), on=SOON, capacity=2, days=2)
    make_booking(session)
    make_booking(session)
    wait_for(session)
    make_assignment(session, make_person())
    make_assignment(session, make_person(), state=AssignmentState.WITHDRAWN)
    make_session(make_course("Draft"), on=SOON + timedelta(days=1), status=SessionStatus.DRAFT, published_at=None)
    make_session(make_course("Over"), on=clock.today() - timedelta(days=3))
    db.session.commit()
    page = desk.get("/desk/sessions")
    assert "2 sessions to come, soonest first" in page
    first = page.rows()[0]
    assert first[1] == f"Neglect {session.ref}"
    assert first[3:] == ["Published", "2 of 2", "1", "1"]
    assert page.words("tfoot td") == ["2 of 27", "1", ""]


def test_the_list_is_filtered_sorted_and_searched_by_address(desk: Client) -> None:
    zebra = make_course("Zebra crossing", code="ZEB")
    early = make_session(zebra, on=SOON)
    late = make_session(make_course("Adultification"), on=SOON + timedelta(days=30))
    past = make_session(zebra, on=date(2024, 5, 1), status=SessionStatus.FINISHED)
    db.session.commit()

    def found(query: str) -> list[str]:
        return [row[1].split()[-1] for row in desk.get(f"/desk/sessions?{query}").rows()]

    assert found("") == [early.ref, late.ref]
    assert found("sort=course") == [late.ref, early.ref]
    assert found("sort=date-latest") == [late.ref, early.ref]
    assert found("year=all") == [late.ref, early.ref, past.ref]
    assert found(f"year={TrainingYear.of(date(2024, 5, 1))}") == [past.ref]
    assert found("course=ZEB&year=all") == [early.ref, past.ref]
    assert found("status=finished&year=all") == [past.ref]
    assert found(f"words={late.ref.lower()}") == [late.ref]
    assert "No session matches" in desk.get("/desk/sessions?words=nothing")


def test_headings_sort_and_say_how_the_list_is_sorted(desk: Client) -> None:
    make_session(on=SOON)
    db.session.commit()
    page = desk.get("/desk/sessions?words=course")
    assert [heading["aria-sort"] for heading in page.select("th[aria-sort]")] == ["ascending"]
    page = desk.click(page, "Date")
    assert [heading["aria-sort"] for heading in page.select("th[aria-sort]")] == ["descending"]
    assert page.one("#words")["value"] == "course"
    page = desk.click(page, "Course")
    assert "by course" in page


@pytest.mark.parametrize("query", ["status=lively", "year=2023", "sort=up", "course=NIX"])
def test_a_choice_that_is_not_on_offer_is_an_error(desk: Client, query: str) -> None:
    make_session(on=SOON)
    db.session.commit()
    assert len(desk.get(f"/desk/sessions?{query}", 400).rows()) == 1


def test_the_page_of_a_session_says_where_it_stands_and_what_can_be_done(desk: Client) -> None:
    session = make_session(make_course("Neglect", minimum=2), on=SOON, capacity=3)
    make_booking(session)
    trainer = make_person("Naomi", "Fletcher")
    make_assignment(session, trainer)
    other = make_session(make_course("Online safety", mode=Mode.VIRTUAL), on=SOON)
    make_assignment(other, trainer)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}")
    assert page.words(".muster-status__sentence") == ["Published, but under the least number to run it."]
    assert page.words(".muster-figure__number") == ["1 of 3", "0", "1"]
    assert page.links[f"Online safety ({other.ref})"] == f"/desk/sessions/{other.ref}"
    for link in ("People", "Trainers", "Move it", "Change the number of places", "Call it off"):
        assert link in page.links
    make_booking(session)
    db.session.commit()
    assert "Published, and open to be booked." in desk.get(f"/desk/sessions/{session.ref}")


def test_a_draft_offers_to_be_published_or_changed(desk: Client) -> None:
    session = make_session(make_course(mode=Mode.VIRTUAL), status=SessionStatus.DRAFT, published_at=None)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}")
    assert page.words(".muster-status li") == ["Add the online link, or say that it is “to follow”"]
    assert "Publish this session" not in page.links
    session.online_link = "to follow"
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}")
    assert "Publish this session" in page.links
    assert "Call it off" not in page.links


def test_a_session_that_has_begun_offers_its_registers(desk: Client) -> None:
    session = make_session(on=clock.today() - timedelta(days=1), days=3)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}")
    assert "This session has begun." in page
    assert page.links["Register of day 2 of 3"] == f"/sessions/{session.ref}/register/2"
    assert "Move it" not in page.links


def test_a_session_that_is_over_waits_for_its_register(desk: Client) -> None:
    session = make_session(on=clock.today() - timedelta(days=5))
    called_off = make_session(status=SessionStatus.CALLED_OFF, called_off_at=clock.now(), called_off_reason="Snow.")
    db.session.commit()
    assert "a register is still open" in desk.get(f"/desk/sessions/{session.ref}")
    assert "Snow." in desk.get(f"/desk/sessions/{called_off.ref}")


def test_the_lists_of_the_desk_are_for_the_desk(client: Client) -> None:
    session, person = make_session(), make_person(role=Role.TRAINER)
    db.session.commit()
    assert client.get("/desk/sessions", 302).location.startswith("/sign-in")
    client.sign_in(person)
    client.get("/desk/sessions", 403)
    client.get(f"/desk/sessions/{session.ref}", 403)
