"""The coming term at the desk: months, what deserves a look in words, filters, and the same as a file."""

from datetime import date, time, timedelta
from io import BytesIO

from openpyxl import load_workbook

from tests.conftest import WallClock
from tests.factories import make_assignment, make_course, make_person, make_session
from tests.pages import Client
from tests.people.files import bring
from tests.programme.world import TABLE, World, make_holiday
from training.catalogue.models import Mode
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.programme.forms import coming_term
from training.programme.ticks import publish_due
from training.schedule.models import CourseSession, SessionPart, SessionStatus, TrainerPart
from training.schedule.operations import SessionDetails, draft_session
from training.schedule.rules import PartTimes

PAGE = "/desk/programme"
TUESDAY = date(2027, 1, 12)


def taught(world: World, on: date, **columns: object) -> CourseSession:
    """A session with both trainers."""
    session = make_session(world.course, on=on, venue=world.hall, **columns)  # type: ignore[arg-type]
    make_assignment(session, world.naomi)
    make_assignment(session, world.omar, TrainerPart.CO_TRAINER)
    return session


def draft(world: World, on: date, **columns: object) -> CourseSession:
    """A draft that lacks nothing."""
    return make_session(world.course, on=on, venue=world.hall, status=SessionStatus.DRAFT, published_at=None, **columns)  # type: ignore[arg-type]


def test_the_coming_term_opens_six_weeks_before_it_begins(desk: Client, wall_clock: WallClock) -> None:
    assert desk.get(PAGE).h1 == "Programme: Spring term 2027"
    wall_clock.set("2026-11-19 10:00")
    assert coming_term().name == "Autumn term 2026"
    wall_clock.set("2026-11-20 10:00")
    assert coming_term().name == "Spring term 2027"
    wall_clock.set("2027-02-18 10:00")
    assert coming_term().name == "Summer term 2027"


def test_every_month_of_the_term_has_its_calendar(desk: Client, world: World) -> None:
    taught(world, TUESDAY, days=2)
    make_session(world.course, on=date(2027, 3, 30), venue=world.hall, status=SessionStatus.DRAFT, published_at=None)
    db.session.commit()
    page = desk.get(PAGE)
    assert page.words("h3") == ["January 2027", "February 2027", "March 2027"]
    assert len(page.select("table.muster-calendar")) == 2
    assert "Nothing is planned in this month." in page
    assert "2 sessions: 1 draft, 1 published" in page
    cells = page.words(".muster-calendar__list li")
    assert "day 1 of 2" in cells[0]
    assert "day 2 of 2" in cells[1]
    assert "Naomi Fletcher, Omar Reid" in cells[0]
    assert "Town Hall" in cells[0]
    assert "No trainer" in cells[2]


def test_what_needs_a_look_is_said_in_words_and_names_the_other_session(desk: Client, world: World) -> None:
    make_holiday("Half term", date(2027, 2, 15), date(2027, 2, 19))
    first = taught(world, date(2027, 2, 16))
    other = make_session(make_course("Neglect", code="NEG"), on=date(2027, 2, 16), venue=world.hall)
    make_assignment(other, world.naomi)
    make_session(
        world.course, on=date(2027, 3, 2), mode=Mode.VIRTUAL, venue=None, status=SessionStatus.DRAFT, published_at=None
    )
    db.session.commit()
    page = desk.get(PAGE)
    said = {row[0]: row[3] for row in page.rows(TABLE)}
    neglect = said[f"Neglect {other.ref}"] if f"Neglect {other.ref}" in said else said[f"Neglect{other.ref}"]
    assert "16 Feb 2027 is in the school holidays: Half term." in neglect
    assert "There is no second trainer beside Naomi Fletcher." in neglect
    assert f"Town Hall is taken by Working together ({first.ref}), 16 Feb 2027, 9:30am to 4pm." in neglect
    assert f"Naomi Fletcher is at Working together ({first.ref}) in these hours" in neglect
    assert "To publish it: add the online link" in page
    assert "No second trainer" in page.words(".muster-calendar .muster-tag")


def test_a_term_without_trouble_says_so_and_what_is_over_needs_no_look(desk: Client, world: World) -> None:
    taught(world, TUESDAY)
    make_session(world.course, on=date(2026, 10, 6), status=SessionStatus.FINISHED)
    db.session.commit()
    assert "two trainers of different agencies, a room and a day of its own" in desk.get(PAGE)
    autumn = desk.get(f"{PAGE}?term=2026-autumn")
    assert "No trainer" not in autumn
    assert "1 session: 1 finished" in autumn


def test_filters_stand_in_the_address_and_travel_to_the_next_term(desk: Client, world: World) -> None:
    taught(world, TUESDAY)
    make_session(make_course("Neglect", code="NEG"), on=TUESDAY, status=SessionStatus.CALLED_OFF,
                 called_off_at=clock.now())  # fmt: skip
    db.session.commit()
    assert "Neglect" not in desk.get(PAGE).words(".muster-calendar__list a")
    page = desk.submit(desk.get(PAGE), {"course": "NEG", "status": "called-off"}, form="main form")
    assert page.words(".muster-calendar__list a") == ["Neglect"]
    assert "term=2027-spring" in page.url
    following = desk.click(page, "Summer term 2027")
    assert "course=NEG" in following.url
    assert "No session of this term matches" in following
    assert desk.click(following, "Clear the filters").h1 == "Programme: Summer term 2027"


def test_a_term_that_is_none_is_said_by_the_field(desk: Client, world: World) -> None:
    assert world
    page = desk.get(f"{PAGE}?term=2027-winter", 400)
    assert page.errors
    desk.get(f"{PAGE}/term/csv?term=2027-winter", 404)
    desk.get(f"{PAGE}/term/pdf", 404)


def test_the_term_as_a_file_can_be_loaded_again_and_adds_nothing(desk: Client, world: World) -> None:
    taught(world, TUESDAY, days=2)
    evening = [PartTimes(date(2027, 2, 2), time(18), time(20)), PartTimes(date(2027, 2, 9), time(9), time(12))]
    online = SessionDetails(
        parts=evening, mode=Mode.VIRTUAL, capacity=30, online_link="to follow", joining_notes="=1+1",
        booking_closes_at=clock.instant(date(2027, 1, 29), time(17)),
    )  # fmt: skip
    draft_session(COMMAND, world.course_id, online)
    db.session.commit()
    page = desk.get(PAGE)
    content = desk.click(page, "Download (CSV)").body
    assert b"9 February 2027 9am to noon" in content
    assert b"'=1+1" in content
    preview = desk.get(bring(desk, "/desk/programme/load", content, "term.csv"))
    assert [row[2] for row in preview.rows(TABLE)] == ["As it is", "As it is"]
    book = load_workbook(BytesIO(desk.click(page, "Download (Excel)").body))
    header = [cell.value for cell in book.worksheets[0][1]]
    assert header[:5] == ["reference", "course", "date", "start", "end"]


def test_a_draft_of_which_the_time_came_is_told_of_with_what_it_lacks(desk: Client, world: World) -> None:
    late = draft(world, TUESDAY, publish_at=clock.now() - timedelta(minutes=5))
    late.venue_id = None
    db.session.commit()
    publish_due()
    page = desk.get(PAGE)
    assert "was to be published on Saturday 21 November 2026 at 9:55am. Choose a venue." in page
    assert "It is published as soon as this is put right." in page


def test_learners_do_not_see_the_programme_of_the_desk(desk: Client, world: World) -> None:
    assert world
    person = make_person(role=Role.TRAINER)
    db.session.commit()
    desk.sign_in(person)
    desk.get(PAGE, 403)


def test_a_day_of_a_session_in_another_term_stands_in_that_term(desk: Client, world: World) -> None:
    session = taught(world, date(2027, 3, 30))
    last = PartTimes(date(2027, 4, 13), time(9, 30), time(16))
    session.parts.append(
        SessionPart(number=2, on=last.on, starts=last.starts, ends=last.ends, starts_at=last.starts_at,
                    ends_at=last.ends_at)
    )  # fmt: skip
    session.ends_at = last.ends_at
    db.session.commit()
    assert "day 1 of 2" in desk.get(f"{PAGE}?term=2027-spring").words(".muster-calendar__list li")[0]
    assert "day 2 of 2" in desk.get(f"{PAGE}?term=2027-summer").words(".muster-calendar__list li")[0]
