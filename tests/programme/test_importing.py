"""A programme is loaded from a spreadsheet: looked at month by month, drafted together, undone as one."""

from datetime import date, time
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from tests.factories import make_assignment, make_course, make_person, make_session
from tests.pages import Client, Page
from tests.people.files import bring, press
from tests.programme.world import HEADER, TABLE, World, file_of, make_holiday, sessions_here
from training.catalogue.models import CourseStatus, Mode
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.schedule.models import AssignmentState, CourseSession, ListOrder, SessionStatus, TrainerPart
from training.schedule.operations import publish_session, times_of
from training.schedule.rules import PartTimes
from training.web.workbooks import workbook

LOAD = "/desk/programme/load"
SOUND = "WT|12 January 2027|9:30am|4pm|Town Hall|Naomi Fletcher|Omar Reid"


def loaded(desk: Client, *rows: str, header: str = HEADER) -> tuple[str, Page]:
    """The preview of a file: its address and the page."""
    address = bring(desk, LOAD, file_of(*rows, header=header), "spring.csv")
    return address, desk.get(address)


def rows_of(page: Page) -> list[tuple[str, str]]:
    return [(row[2], row[3]) for row in page.rows(TABLE)]


def test_the_officer_looks_at_the_months_then_drafts_the_term_and_undoes_it(desk: Client, world: World) -> None:
    address, page = loaded(desk, SOUND, "Working Together|2027-03-02|9:30|16:00|Town Hall||")
    assert "January 2027" in page
    assert "March 2027" in page
    assert "February 2027" not in page.words("h3")
    assert page.words("table.muster-calendar strong") == ["Working together", "Working together"]
    shown = rows_of(page)
    assert shown[0][0] == "Added"
    assert "Tuesday 12 January 2027, 9:30am to 4pm" in shown[0][1]
    assert "Naomi Fletcher and Omar Reid are asked to teach it once it is published." in shown[0][1]
    assert "Look at this: Nobody teaches it yet." in shown[1][1]
    assert sessions_here() == []
    assert "Applied: 2 rows carried out." in press(desk, address, "Apply the file").flashes[0]
    first, second = sessions_here()
    assert (first.status, first.capacity, first.venue_id) == (SessionStatus.DRAFT, 20, world.hall.id)
    assert times_of(first) == [PartTimes(date(2027, 1, 12), time(9, 30), time(16))]
    assert [(each.person_id, each.part, each.state) for each in first.trainers] == [
        (world.naomi.id, TrainerPart.LEAD, AssignmentState.ASKED),
        (world.omar.id, TrainerPart.CO_TRAINER, AssignmentState.ASKED),
    ]
    assert second.trainers == []
    assert db.session.scalars(select(OutboxMessage)).all() == []
    done = desk.submit(desk.get(f"{address}/undo"), button="Undo the file", follow=True)
    assert "Undone: 2 rows taken back." in done.flashes[0]
    assert sessions_here() == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("NO|12 January 2027|9:30am|4pm|||", "No course has the code or title “NO”."),
        ("OLD|12 January 2027|9:30am|4pm|||", "Neglect is retired. Make it live before you plan it."),
        ("WT|12 January 2027|9:30am|4pm|Nowhere||", "No venue is called “Nowhere”."),
        ("WT|12 January 2027|9:30am|4pm||Nobody|", "No trainer is called “Nobody”."),
        ("WT|12 January 2027|9:30am|4pm||Lena Learner|", "No trainer is called “Lena Learner”."),
        ("WT|12 January 2027|9:30am|4pm||Omar Reid|omar reid", "Omar Reid is lead trainer and co-trainer."),
        ("WT|1 September 2026|9:30am|4pm|||", "Tuesday 1 September 2026 is in the past."),
        ("WT|12 January 2027|half nine|4pm|||", "“start” is not understood: “half nine”."),
        ("WT|January|9:30am|4pm|||", "“date” must be a day"),
        ("|12 January 2027|9:30am|4pm|||", "“course” is empty."),
    ],
)
def test_an_error_stops_its_row_alone(desk: Client, world: World, row: str, words: str) -> None:
    make_course("Neglect", code="OLD", status=CourseStatus.RETIRED)
    make_person("Lena", "Learner")
    db.session.commit()
    address, page = loaded(desk, row, SOUND)
    statuses = rows_of(page)
    assert statuses[0][0] == "Problem"
    assert words in statuses[0][1]
    press(desk, address, "Apply the file")
    assert [session.course_id for session in sessions_here()] == [world.course.id]
    assert words.split("”")[0][:20] in desk.get(f"{address}/problems.csv").body.decode()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("WT|26 March 2027|9:30am|4pm|Town Hall|Naomi Fletcher|Omar Reid", "is a bank holiday: Good Friday."),
        ("WT|17 February 2027|9:30am|4pm|Town Hall|Naomi Fletcher|Omar Reid", "school holidays: Half term."),
        ("WT|16 January 2027|9:30am|4pm|Town Hall|Naomi Fletcher|Omar Reid", "16 Jan 2027 is a Saturday."),
        ("WT|12 January 2027|9:30am|4pm|Town Hall|Naomi Fletcher|", "no second trainer beside Naomi Fletcher."),
        ("WT|12 January 2027|9:30am|4pm|Town Hall|Naomi Fletcher|Nina Police", "are all of one agency, Police."),
        ("WT|12 January 2027|9:30am|4pm||Naomi Fletcher|Omar Reid", "There is no venue yet."),
        ("WT|14 January 2027|9:30am|4pm|Town Hall|Naomi Fletcher|Omar Reid", "Town Hall is taken by Harm (HARM-"),
        ("WT|14 January 2027|9:30am|4pm|Town Hall|Naomi Fletcher|Omar Reid", "Omar Reid is at Harm (HARM-"),
    ],
)
def test_a_warning_stops_nothing(desk: Client, world: World, row: str, words: str) -> None:
    make_holiday("Half term", date(2027, 2, 15), date(2027, 2, 19))
    make_person("Nina", "Police", agency=world.naomi.employments[0].agency, role=Role.TRAINER)
    harm = make_session(make_course("Harm", code="HARM"), on=date(2027, 1, 14), venue=world.hall)
    make_assignment(harm, world.omar)
    db.session.commit()
    address, page = loaded(desk, row)
    assert rows_of(page)[0][0] == "Added"
    assert f"Look at this: {words}" in rows_of(page)[0][1] or words in rows_of(page)[0][1]
    assert "Look at this" in page.words("table.muster-calendar .muster-tag")
    press(desk, address, "Apply the file")
    assert len(sessions_here()) == 2


def test_rows_that_meet_each_other_both_say_so(desk: Client, world: World) -> None:
    assert world
    make_course("Neglect", code="NEG")
    db.session.commit()
    _address, page = loaded(desk, SOUND, "NEG|12 January 2027|1pm|5pm|Town Hall|Omar Reid|")
    first, second = rows_of(page)
    assert "Town Hall is taken by Neglect (row 3)" in first[1]
    assert "Omar Reid is at Neglect (row 3) in these hours" in first[1]
    assert "Town Hall is taken by Working together (row 2)" in second[1]


def test_loading_the_same_twice_adds_nothing_twice(desk: Client, world: World) -> None:
    assert world
    address, _page = loaded(desk, SOUND)
    press(desk, address, "Apply the file")
    reference = sessions_here()[0].ref
    _address, page = loaded(desk, SOUND, SOUND)
    assert [status for status, _said in rows_of(page)] == ["As it is", "As it is"]
    assert f"is here already at this time: {reference}." in page
    _address, page = loaded(desk, SOUND.replace("12 J", "13 J"), SOUND.replace("12 J", "13 J"))
    assert ("Problem", "It is the same course at the same time as row 2.") in rows_of(page)


def test_every_column_reaches_the_draft(desk: Client, world: World) -> None:
    header = (
        "course|date|start|end|further days|mode|venue|online link|places|places online|booking opens|booking closes|"
        "applications close|waiting list|before they come|lead trainer"
    )
    row = (
        "WT|12 January 2027|9:30am|4pm|19 January 2027 1pm to 4pm|hybrid|town hall|https://meet.example/1|12|30|"
        "1 December 2026|3 working days before|15 December 2026 noon|fairness first|Bring a pen.|" + world.naomi.ref
    )
    address, page = loaded(desk, row, header=header)
    assert "12 places, and 30 online." in page
    press(desk, address, "Apply the file")
    (session,) = sessions_here()
    assert len(session.parts) == 2
    assert (session.mode, session.capacity, session.online_capacity) == (Mode.HYBRID, 12, 30)
    assert (session.online_link, session.list_order) == ("https://meet.example/1", ListOrder.FAIRNESS)
    assert session.booking_opens_at == clock.instant(date(2026, 12, 1), time(9))
    assert session.booking_closes_at == clock.instant(date(2027, 1, 7), time(17))
    assert session.applications_close_at == clock.instant(date(2026, 12, 15), time(12))
    assert session.joining_notes == "Bring a pen."
    assert session.trainers[0].person_id == world.naomi.id


def test_what_was_published_or_changed_since_stays_and_is_named(desk: Client, world: World) -> None:
    address, _page = loaded(
        desk, SOUND, SOUND.replace("12 January", "19 January"), SOUND.replace("12 January", "26 January")
    )
    press(desk, address, "Apply the file")
    published, changed, _untouched = sessions_here()
    staying = [published.id, changed.id]
    publish_session(COMMAND, published.id)
    changed.capacity = 5
    db.session.commit()
    page = desk.get(f"{address}/undo")
    assert "was published since. Call it off instead" in page
    assert "was changed since. Discard the draft instead" in page
    desk.submit(page, button="Undo the others", follow=True)
    assert [session.id for session in sessions_here()] == staying
    assert world


def test_two_trainers_of_one_name_are_told_apart_by_their_references(desk: Client, world: World) -> None:
    other = make_person("Naomi", "Fletcher", role=Role.TRAINER).ref
    db.session.commit()
    _address, page = loaded(desk, SOUND, SOUND.replace("12 J", "13 J").replace("Fletcher", f"Fletcher ({other})"))
    refused, added = rows_of(page)
    assert "Several trainers are called Naomi Fletcher. Give the reference" in refused[1]
    assert world.naomi.ref in refused[1]
    assert added[0] == "Added"


def test_a_world_that_moved_on_is_shown_again(desk: Client, world: World) -> None:
    address, _page = loaded(desk, SOUND)
    make_session(make_course("Harm", code="HARM"), on=date(2027, 1, 12), venue=world.hall)
    db.session.commit()
    page = press(desk, address, "Apply the file")
    assert "come out differently" in page.flashes[0]
    assert "Town Hall is taken by Harm" in page
    assert len(sessions_here()) == 1


def test_the_empty_programme_names_what_can_stand_in_it_and_is_never_loaded_itself(desk: Client, world: World) -> None:
    assert world
    book = load_workbook(BytesIO(desk.get(f"{LOAD}/template/xlsx").body))
    assert book.sheetnames == ["Programme", "Names to choose from"]
    names = [[cell.value for cell in row] for row in book["Names to choose from"].iter_rows(min_row=2)]
    assert names[0][:5] == ["WT", "Working together", "Town Hall", "Naomi Fletcher", "Face to face"]
    address = bring(desk, LOAD, desk.get(f"{LOAD}/template/csv").body, "programme.csv")
    page = desk.get(address)
    assert [status for status, _said in rows_of(page)] == ["Problem"]
    assert "No course has the code or title “EXAMPLE (delete this row)”." in page


def test_an_excel_workbook_is_read_like_the_csv(desk: Client, world: World) -> None:
    assert world
    content = workbook(HEADER.split("|"), [SOUND.split("|")])
    address = bring(desk, LOAD, content, "spring.xlsx")
    assert [status for status, _said in rows_of(desk.get(address))] == ["Added"]
    press(desk, address, "Apply the file")
    assert len(sessions_here()) == 1


def test_who_loaded_it_stands_in_the_log_of_each_session(desk: Client, world: World) -> None:
    assert world
    address, _page = loaded(desk, SOUND)
    press(desk, address, "Apply the file")
    deeds = db.session.scalars(select(AuditEntry.deed).where(AuditEntry.subject_kind == CourseSession.__tablename__))
    assert list(deeds) == ["drafted the session"]


def test_a_file_of_another_sort_is_refused_in_words(desk: Client, world: World) -> None:
    assert world
    page = desk.submit(desk.get(LOAD), {"file": None}, status=400)
    assert "Select a file" in page.errors
    _address, page = loaded(desk, "WT|x", header="course|place")
    assert "There is no column “date”." in page


def test_an_administrator_sees_the_programme_and_does_not_load_it(desk: Client) -> None:
    person = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    desk.sign_in(person)
    assert "Load a spreadsheet" not in desk.get("/desk/programme").links
    desk.get(LOAD, 403)
    desk.get("/desk/programme/roll-forward", 403)


def test_from_a_file_to_what_learners_see(desk: Client, world: World) -> None:
    assert world
    address, _page = loaded(desk, SOUND)
    press(desk, address, "Apply the file")
    reference = sessions_here()[0].ref
    month = "/courses?view=month&month=2027-01"
    assert "Working together" not in desk.get(month).words(".muster-calendar a")
    assert "Working together" in desk.get("/desk/programme?term=2027-spring").words(".muster-calendar__list a")
    page = desk.click(desk.get("/desk/programme/drafts"), "Publish all that are ready")
    desk.submit(page, {"when": "now"}, form="main form[method=post]", follow=True)
    desk.sign_out()
    assert "Working together" in desk.get(month).words(".muster-calendar a")
    assert desk.get(f"/sessions/{reference}").h1 == "Working together"
