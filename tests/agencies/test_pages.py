"""The agencies at the desk: the list, one agency, adding and changing."""

import pytest
from flask import Flask

from tests.factories import make_agency, make_person
from tests.pages import Client
from training.agencies.models import Agency
from training.agencies.operations import set_parent
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role


@pytest.fixture
def desk(client: Client) -> Client:
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def test_an_empty_list_says_how_to_begin(desk: Client) -> None:
    page = desk.get("/desk/agencies")
    assert "No agencies yet" in page
    assert "Import agencies" in page.links


def test_the_list_is_searched_by_words_and_sector(desk: Client) -> None:
    top = make_agency("Sandby Council")
    school = make_agency("Ábbey School, Sandby", sector=top.sector)
    make_agency("Other Trust")
    set_parent(COMMAND, school, top, clock.today())
    sector = top.sector_id
    db.session.commit()
    page = desk.get("/desk/agencies?words=sandby+abbey")
    assert [row[:2] for row in page.rows()] == [[f"Ábbey School, Sandby {school.code}", "Sandby Council"]]
    assert len(desk.get(f"/desk/agencies?sector={sector}").rows()) == 2
    assert "No agency found" in desk.get("/desk/agencies?words=nowhere")
    desk.get("/desk/agencies?sector=tampered", status=400)


def test_adding_and_changing_an_agency(desk: Client) -> None:
    top = make_agency("Sandby Council")
    db.session.commit()
    page = desk.get("/desk/agencies/new")
    failed = desk.submit(page, {"name": "Sandby School"}, status=400)
    assert failed.errors == ["Enter a code", "Select a sector"]
    answers = {
        "name": "Sandby School", "code": "S1", "sector": str(top.sector_id), "parent": str(top.id),
        "domains": "school.example\nsandby.example",
    }  # fmt: skip
    wrong = desk.submit(page, answers | {"domains": "no domain"}, status=400)
    assert wrong.errors == ["Enter e-mail domains like council.example, not “no”"]
    shown = desk.submit(page, answers, follow=True)
    assert shown.h1 == "Sandby School"
    assert "sandby.example, school.example" in shown
    form = desk.get("/desk/agencies/S1/edit")
    meanwhile = desk.submit(form, {"name": "Sandby Academy"}, follow=True)
    assert meanwhile.flashes == ["Sandby Academy is saved."]
    stale = desk.submit(form, {"name": "Sandby College", "form_token": "another-token-of-24-char"}, status=400)
    assert "Somebody else changed this" in stale.errors[0]
    circle = desk.submit(desk.get(f"/desk/agencies/{top.code}/edit"), {"Stands below": str(_id("S1"))}, status=400)
    assert "stands below Sandby Council" in circle.errors[0]


def test_sectors_are_data_of_the_partnership(desk: Client) -> None:
    page = desk.get("/desk/agencies/sectors")
    shown = desk.submit(page, {"name": "Faith", "reporting_group": "Voluntary"}, follow=True)
    assert shown.rows() == [["Faith", "Voluntary", "0"]]
    again = desk.submit(shown, {"name": "Faith", "reporting_group": "Voluntary"}, status=400)
    assert again.errors == ["There is already a sector called Faith"]
    desk.submit(desk.get("/desk/agencies/sectors/1"), {"name": "Faith groups"})
    assert desk.get("/desk/agencies/sectors").rows() == [["Faith groups", "Voluntary", "0"]]
    desk.get("/desk/agencies/sectors/2", status=404)


def test_an_administrator_reads_and_an_officer_changes(client: Client, app: Flask) -> None:
    code = make_agency("Sandby Council").code
    helper = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(helper)
    assert "Change" not in client.get(f"/desk/agencies/{code}").links
    client.get(f"/desk/agencies/{code}/edit", status=403)


def _id(code: str) -> int:
    found = db.session.scalars(db.select(Agency).where(Agency.code == code)).one().id
    db.session.rollback()
    return found
