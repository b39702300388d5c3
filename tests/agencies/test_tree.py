"""The tree of agencies: who stands above whom, since when, and never in a circle."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests.conftest import WallClock
from tests.factories import make_agency
from training.agencies.models import Agency, AgencyDomain, AgencyParent, Sector
from training.agencies.operations import add_agency, add_sector, change_agency, set_domains, set_parent
from training.agencies.queries import find_by_code, ids_above, ids_below, parents_of, suggested_agency
from training.agencies.rules import circle
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND

TODAY = "2026-12-03 09:30"


@pytest.fixture(autouse=True)
def on_one_day(wall_clock: WallClock) -> None:
    wall_clock.set(TODAY)


def test_an_agency_stands_below_all_above_it(app: Flask) -> None:
    top, middle, leaf, other = (make_agency(name) for name in ("Council", "Schools", "Sandby School", "Trust"))
    set_parent(COMMAND, middle, top, date(2025, 4, 1))
    set_parent(COMMAND, leaf, middle, date(2025, 4, 1))
    assert ids_below(top.id) == {top.id, middle.id, leaf.id}
    assert ids_above(leaf.id) == {middle.id, top.id}
    assert ids_below(other.id) == {other.id}


def test_a_move_keeps_what_was_before(app: Flask) -> None:
    council, trust, school = (make_agency(name) for name in ("Council", "Trust", "Sandby School"))
    set_parent(COMMAND, school, council, date(2020, 9, 1))
    set_parent(COMMAND, school, trust, date(2026, 9, 1))
    assert [(period.name, period.from_on, period.to_on) for period in parents_of(COMMAND, school)] == [
        ("Trust", date(2026, 9, 1), None),
        ("Council", date(2020, 9, 1), date(2026, 8, 31)),
    ]
    assert ids_below(council.id) == {council.id}


def test_a_move_on_the_day_it_began_is_a_correction(app: Flask) -> None:
    council, trust, school = (make_agency(name) for name in ("Council", "Trust", "Sandby School"))
    set_parent(COMMAND, school, council, date(2026, 9, 1))
    set_parent(COMMAND, school, trust, date(2026, 9, 1))
    assert [period.name for period in parents_of(COMMAND, school)] == ["Trust"]


def test_nothing_stands_above_itself(app: Flask) -> None:
    top, middle, leaf = (make_agency(name) for name in ("Council", "Schools", "Sandby School"))
    set_parent(COMMAND, middle, top, date(2025, 4, 1))
    set_parent(COMMAND, leaf, middle, date(2025, 4, 1))
    with pytest.raises(Refused, match="Sandby School stands below Council"):
        set_parent(COMMAND, top, leaf, date(2026, 1, 1))
    with pytest.raises(Refused):
        set_parent(COMMAND, top, top, date(2026, 1, 1))


def test_the_tree_says_what_is_not_what_will_be(app: Flask) -> None:
    top, leaf = make_agency("Council"), make_agency("School")
    with pytest.raises(Refused, match="today or earlier"):
        set_parent(COMMAND, leaf, top, date(2027, 1, 1))
    set_parent(COMMAND, leaf, top, date(2026, 9, 1))
    with pytest.raises(Refused, match="must not be earlier"):
        set_parent(COMMAND, leaf, None, date(2026, 8, 1))


def test_codes_and_names_belong_to_one_agency(app: Flask) -> None:
    sector = add_sector(COMMAND, "Health", "Health")
    agency = add_agency(COMMAND, code="RX1", name="Sandby Hospital", sector=sector)
    with pytest.raises(Refused, match="with the code RX1"):
        add_agency(COMMAND, code="RX1", name="Another", sector=sector)
    with pytest.raises(Refused, match="called Sandby Hospital"):
        add_agency(COMMAND, code="RX2", name="Sandby Hospital", sector=sector)
    with pytest.raises(Refused, match="already a sector"):
        add_sector(COMMAND, "Health", "Other")
    change_agency(COMMAND, agency, {"name": "Sandby Infirmary"})
    assert agency.sort_key == "sandby infirmary"
    assert find_by_code(COMMAND, " rx1 ") is agency


@pytest.mark.parametrize("code", ["", "a b", "a/b", "new", "Import", "x" * 41])
def test_a_code_can_stand_in_an_address(app: Flask, code: str) -> None:
    with pytest.raises(Refused):
        add_agency(COMMAND, code=code, name="Hospital", sector=Sector(name="Health", reporting_group="Health"))


def test_a_domain_suggests_an_agency_unless_several_share_it(app: Flask) -> None:
    council, school = make_agency("Council"), make_agency("School")
    set_domains(COMMAND, council, ["@Council.Example", "shared.example"])
    set_domains(COMMAND, school, ["shared.example"])
    assert suggested_agency("Ada@COUNCIL.example") is council
    assert suggested_agency("ada@shared.example") is None
    assert suggested_agency("ada@elsewhere.example") is None
    with pytest.raises(Refused, match="Enter e-mail domains"):
        set_domains(COMMAND, council, ["no domain"])


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("not_its_own_parent", {"same": True}),
        ("period_runs_forward", {"to_on": date(2019, 1, 1)}),
        ("uq_agency_parent_current", {"twice": True}),
    ],
)
def test_the_database_holds_the_tree(app: Flask, constraint: str, columns: dict[str, object]) -> None:
    agency, above = make_agency("School"), make_agency("Council")
    ids = {"agency_id": agency.id, "parent_id": agency.id if "same" in columns else above.id}
    to_on = columns.get("to_on")
    for _ in range(2 if "twice" in columns else 1):
        db.session.add(AgencyParent(**ids, from_on=date(2020, 1, 1), to_on=to_on))
    with pytest.raises(IntegrityError) as refused:
        db.session.flush()
    expected = "agency_parent.agency_id" if "UNIQUE" in str(refused.value) else constraint
    assert expected in str(refused.value)
    db.session.rollback()


def test_the_database_holds_domains_in_lower_case(app: Flask) -> None:
    db.session.add(AgencyDomain(agency_id=make_agency().id, domain="Council.example"))
    with pytest.raises(IntegrityError, match="lower_case"):
        db.session.flush()
    db.session.rollback()


def test_the_database_wants_a_code(app: Flask) -> None:
    agency = make_agency()
    agency.code = ""
    with pytest.raises(IntegrityError, match="code_given"):
        db.session.flush()
    db.session.rollback()
    assert db.session.query(Agency).count() == 0


def test_a_circle_is_found_wherever_it_is() -> None:
    assert circle({"a": "b", "b": "c"}) == []
    assert circle({"x": "a", "a": "b", "b": "c", "c": "a"}) == ["a", "b", "c"]
    assert circle({"a": "a"}) == ["a"]
