"""What agencies are called besides their names: one name, one agency; and the list that finds and narrows by it."""

import csv
import io
from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_person
from tests.pages import Client
from training.agencies.models import Agency, AgencyAlias, Duty, Sector, UnlistedName
from training.agencies.operations import add_agency, change_agency, set_domains
from training.agencies.operations_names import add_alias, remove_alias, set_duties
from training.agencies.queries import agency_called, agency_choices, duties_of, find_by_code, suggested_agency
from training.agencies.queries_names import Names
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role


@pytest.fixture
def desk(client: Client) -> Client:
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def test_no_two_agencies_share_a_name_in_any_spelling(app: Flask) -> None:
    abbey, other = make_agency("Ábbey School"), make_agency("Other Trust")
    add_alias(COMMAND, abbey, "St Mary’s")
    for name in ("abbey school", "OTHER TRUST", "st mary's", "St. Mary’s".replace(".", "")):
        with pytest.raises(Refused):
            add_alias(COMMAND, other, name)
    with pytest.raises(Refused, match="also known as St Mary’s"):
        add_agency(COMMAND, code="X", name="ST MARY'S", sector=abbey.sector)
    with pytest.raises(Refused, match="also known as St Mary’s"):
        change_agency(COMMAND, other, {"name": "St Mary's"})
    change_agency(COMMAND, abbey, {"name": "St Mary’s"})
    alias = db.session.scalars(db.select(AgencyAlias)).one()
    remove_alias(COMMAND, alias)
    with pytest.raises(Refused, match="already an agency called"):
        add_alias(COMMAND, other, "st mary's")


def test_a_typed_name_finds_its_agency_and_the_successor_of_one_that_ended(app: Flask) -> None:
    old, new, closed = make_agency("Abbey School"), make_agency("Castle Academy"), make_agency("Closed School")
    add_alias(COMMAND, old, "The Abbey")
    old.ended_on, old.successor, closed.ended_on = date(2020, 7, 31), new, date(2020, 7, 31)
    db.session.flush()
    assert [agency_called(COMMAND, name) for name in ("ABBEY  school", "the abbey", "Cästle Academy")] == [new] * 3
    assert [agency_called(COMMAND, name) for name in ("Closed School", "Nowhere", " ")] == [None] * 3


def test_an_agency_that_has_ended_is_offered_nowhere(app: Flask) -> None:
    here, gone = make_agency("Here School"), make_agency("Gone School")
    add_alias(COMMAND, here, "The Hall")
    set_domains(COMMAND, gone, ["gone.example"])
    gone.ended_on = date(2020, 7, 31)
    db.session.flush()
    assert [choice.name for choice in agency_choices(COMMAND)] == ["Here School (also The Hall)"]
    assert [choice.id for choice in agency_choices(COMMAND, gone.id)] == [gone.id, here.id]
    assert next(choice.name for choice in agency_choices(COMMAND, with_ended=True)) == "Gone School (ended)"
    assert suggested_agency("ada@gone.example") is None
    with pytest.raises(Refused, match="with the code"):
        add_agency(COMMAND, code=gone.code.lower(), name="New School", sector=here.sector)


def test_its_last_day_counts(app: Flask, wall_clock: WallClock) -> None:
    make_agency("School").ended_on = date(2026, 12, 3)
    wall_clock.set("2026-12-03 23:00")
    assert len(agency_choices(COMMAND)) == 1
    wall_clock.set("2026-12-04 00:30")
    assert agency_choices(COMMAND) == []


def test_close_names_are_suggested_and_far_ones_are_not(app: Flask) -> None:
    abbey, other = make_agency("Abbéy Primary School, Sandby"), make_agency("Northmarch Police")
    add_alias(COMMAND, other, "The Constabulary")
    names = Names(COMMAND)
    assert names.close_to("Sandby Abbey Primary School")[0].id == abbey.id
    assert [match.id for match in names.close_to("the constabulry")] == [other.id]
    assert names.close_to("Riding School for All") == []


def _add_alias(agency_id: int) -> str:
    return add_alias(COMMAND, db.session.get_one(Agency, agency_id), "The Abbey").folded


def _add_agency(sector_id: int) -> str:
    sector = db.session.get_one(Sector, sector_id)
    return add_agency(COMMAND, code="NEW", name="The Abbey", sector=sector).name


def test_a_name_given_twice_at_the_same_moment_is_given_once(app: Flask) -> None:
    one, two = make_agency(), make_agency()
    deeds = [partial(_add_alias, one.id), partial(_add_alias, two.id), partial(_add_agency, one.sector_id)]
    db.session.commit()
    outcomes = run_at_once(app, [[deed] for deed in deeds])
    assert [outcome.error for outcome in outcomes] == [""] * 3
    assert sum(bool(outcome.refused) for outcome in outcomes) == 2
    named = db.session.query(Agency).filter_by(sort_key="the abbey").count()
    assert named + db.session.query(AgencyAlias).count() == 1


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (lambda: UnlistedName(folded="", name="x"), "folded_given"),
        (lambda: Agency(code="Z", name="Z", sort_key="z", search_text="z", sector_id=1, successor_id=1), "succeeded"),
    ],
)
def test_the_database_holds_names_and_successors(app: Flask, row: object, constraint: str) -> None:
    make_agency()
    assert callable(row)
    db.session.add(row())
    with pytest.raises(IntegrityError, match=constraint):
        db.session.flush()
    db.session.rollback()


def test_the_list_finds_by_every_name_and_narrows(desk: Client) -> None:
    abbey, trust, gone = make_agency("Abbey School"), make_agency("Sandby Trust"), make_agency("Gone School")
    add_alias(COMMAND, abbey, "St Mary’s")
    set_domains(COMMAND, trust, ["trust.example"])
    set_duties(COMMAND, trust, [Duty.SECTION_11, Duty.SAFEGUARDING_PARTNER])
    assert duties_of(COMMAND, trust) == [Duty.SAFEGUARDING_PARTNER, Duty.SECTION_11]
    gone.ended_on, gone.successor = date(2026, 7, 31), trust
    db.session.commit()

    def found(query: str) -> list[str]:
        return [row[0].split()[0] for row in desk.get(f"/desk/agencies?{query}").rows()]

    assert found("words=mary's") == found("words=abbey+mary") == ["Abbey"]
    assert found("words=trust.example") == ["Sandby"]
    assert found("duty=section-11") == ["Sandby"]
    assert found("ended=yes") == ["Gone"]
    assert found("") == ["Abbey", "Sandby"]
    ended = desk.get("/desk/agencies?ended=yes")
    assert ended.rows()[0][1] == "Sandby Trust"
    file = desk.click(ended, "Download as CSV")
    rows = list(csv.DictReader(io.StringIO(file.body.decode("utf-8-sig"))))
    assert [(row["name"], row["ended_on"], row["successor"]) for row in rows] == [
        ("Gone School", "2026-07-31", "Sandby Trust")
    ]
    whole = list(csv.DictReader(io.StringIO(desk.get("/desk/agencies.csv").body.decode("utf-8-sig"))))
    assert [row["other_names"] for row in whole] == ["St Mary’s", ""]
    assert whole[1]["duties"] == "Safeguarding partner; Section 11 of the Children Act 2004"
    desk.get("/desk/agencies?duty=tampered", status=400)


def test_the_desk_keeps_other_names_and_duties(desk: Client) -> None:
    code = make_agency("Abbey School").code
    make_agency("Other School")
    db.session.commit()
    page = desk.get(f"/desk/agencies/{code}/names")
    assert desk.submit(page, {"name": ""}, form="form#add", status=400).errors == ["Enter the other name"]
    taken = desk.submit(page, {"name": "other school"}, form="form#add", status=400)
    assert taken.errors == ["There is already an agency called Other School"]
    page = desk.submit(page, {"name": "St Mary’s"}, form="form#add", follow=True)
    assert page.rows()[0][0] == "St Mary’s"
    assert "Also known as St Mary’s" in desk.get(f"/desk/agencies/{code}")
    gone = desk.submit(page, button="Remove St Mary’s", follow=True)
    assert "No other name yet" in gone
    shown = desk.submit(desk.get(f"/desk/agencies/{code}/duties"), {"duties": ["section-175"]}, follow=True)
    assert "Section 175 of the Education Act 2002" in shown
    desk.post(f"/desk/agencies/{code}/names/9/remove", status=404)


def test_an_ended_agency_says_so(desk: Client) -> None:
    agency, successor = make_agency("Abbey School"), make_agency("Castle Academy")
    agency.ended_on, agency.successor = date(2020, 7, 31), successor
    code, after = agency.code, successor.code
    db.session.commit()
    page = desk.get(f"/desk/agencies/{code}")
    assert "Ended on Friday 31 July 2020. Castle Academy took its place." in page
    assert "Took the place of Abbey School" in desk.get(f"/desk/agencies/{after}")
    assert find_by_code(COMMAND, code) is not None
