"""What is so over a time: places in the tree put right, membership and fee bands; never two at once."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_person
from tests.pages import Client
from training.agencies import operations_membership as membership
from training.agencies.models import Agency, AgencyMembership, AgencyParent, FeeBand
from training.agencies.operations_tree import correct_parent, remove_parent, set_parent
from training.agencies.queries import parents_as_written, parents_of
from training.agencies.queries_periods import memberships_of
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role

TODAY = "2026-12-03 09:30"


@pytest.fixture(autouse=True)
def on_one_day(wall_clock: WallClock) -> None:
    wall_clock.set(TODAY)


@pytest.fixture
def desk(client: Client) -> Client:
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def stood(agency: Agency) -> list[tuple[str, date, date | None]]:
    return [(period.name, period.from_on, period.to_on) for period in parents_of(COMMAND, agency)]


def test_a_wrong_period_is_corrected_with_its_reason(app: Flask) -> None:
    council, trust, school = (make_agency(name) for name in ("Council", "Trust", "School"))
    set_parent(COMMAND, school, council, date(2020, 9, 1))
    set_parent(COMMAND, school, trust, date(2026, 9, 1))
    first, second = parents_as_written(COMMAND, school)
    assert correct_parent(COMMAND, first, council, date(2019, 9, 1), date(2026, 8, 31), "a year early")
    assert not correct_parent(COMMAND, first, council, date(2019, 9, 1), date(2026, 8, 31), "again")
    for days in ((date(2026, 8, 31), None), (date(2019, 1, 1), date(2019, 9, 1))):
        with pytest.raises(Refused, match="somewhere else on some of these days"):
            correct_parent(COMMAND, second, trust, *days, "wrong")
    with pytest.raises(Refused, match="today or earlier"):
        correct_parent(COMMAND, second, trust, date(2026, 12, 4), None, "wrong")
    with pytest.raises(Refused, match="last day must be today or earlier"):
        correct_parent(COMMAND, second, trust, date(2026, 9, 1), date(2026, 12, 4), "wrong")
    with pytest.raises(Refused, match="not be before the first"):
        correct_parent(COMMAND, second, trust, date(2026, 9, 1), date(2026, 8, 31), "wrong")
    remove_parent(COMMAND, second, "it never joined")
    assert stood(school) == [("Council", date(2019, 9, 1), date(2026, 8, 31))]
    reasons = list(db.session.scalars(db.select(AuditEntry.reason).where(AuditEntry.reason.is_not(None))))
    assert reasons == ["a year early", "it never joined"]


def test_nothing_stood_above_itself_on_any_day(app: Flask) -> None:
    one, two, other = (make_agency(name) for name in ("One", "Two", "Other"))
    set_parent(COMMAND, two, one, date(2020, 1, 1))
    set_parent(COMMAND, two, other, date(2024, 1, 1))
    with pytest.raises(Refused, match="Two stood below One on 1 January 2023"):
        set_parent(COMMAND, one, two, date(2023, 1, 1))
    set_parent(COMMAND, one, two, date(2024, 1, 1))
    period = parents_as_written(COMMAND, one)[0]
    with pytest.raises(Refused, match="Two stood below One on 31 December 2023"):
        correct_parent(COMMAND, period, two, date(2023, 12, 31), None, "earlier")
    with pytest.raises(Refused, match="One stands below One"):
        correct_parent(COMMAND, period, one, date(2024, 1, 1), None, "itself")


def test_membership_begins_changes_its_band_and_ends(app: Flask) -> None:
    agency = make_agency("Trust")
    small, large = membership.add_fee_band(COMMAND, "Small"), membership.add_fee_band(COMMAND, "Large")
    with pytest.raises(Refused, match="no member at present"):
        membership.change_band(COMMAND, agency, small, date(2026, 1, 1))
    membership.begin_membership(COMMAND, agency, small, date(2024, 4, 1))
    with pytest.raises(Refused, match="already"):
        membership.begin_membership(COMMAND, agency, small, date(2025, 4, 1))
    with pytest.raises(Refused, match="before the day"):
        membership.change_band(COMMAND, agency, large, date(2024, 3, 31))
    membership.change_band(COMMAND, agency, large, date(2025, 4, 1))
    membership.change_band(COMMAND, agency, None, date(2025, 4, 1))
    with pytest.raises(Refused, match="today or earlier"):
        membership.end_membership(COMMAND, agency, date(2027, 1, 1))
    membership.end_membership(COMMAND, agency, date(2026, 3, 31))
    assert [tuple(period) for period in memberships_of(COMMAND, agency)] == [
        (None, date(2025, 4, 1), date(2026, 3, 31), 2),
        ("Small", date(2024, 4, 1), date(2025, 3, 31), 1),
    ]
    with pytest.raises(Refused, match="already"):
        membership.begin_membership(COMMAND, agency, small, date(2026, 3, 31))
    last = db.session.scalars(db.select(AgencyMembership).order_by(AgencyMembership.id.desc())).first()
    assert last is not None
    with pytest.raises(Refused, match="already"):
        membership.correct_membership(COMMAND, last, large, (date(2025, 3, 31), None), "wrong")
    assert membership.correct_membership(COMMAND, last, large, (date(2025, 4, 1), None), "it went on")
    with pytest.raises(Refused, match="already a fee band"):
        membership.change_fee_band(COMMAND, small, "Large", "")


@pytest.mark.parametrize("twice", [False, True])
def test_the_database_holds_membership(app: Flask, twice: bool) -> None:
    agency = make_agency()
    for _ in range(2 if twice else 1):
        to_on = None if twice else date(2019, 1, 1)
        db.session.add(AgencyMembership(agency_id=agency.id, from_on=date(2020, 1, 1), to_on=to_on))
    with pytest.raises(IntegrityError) as refused:
        db.session.flush()
    expected = "agency_membership.agency_id" if "UNIQUE" in str(refused.value) else "agency_membership"
    assert expected in str(refused.value)
    db.session.rollback()


def _move(agency_id: int, parent_id: int) -> bool:
    agency, parent = db.session.get_one(Agency, agency_id), db.session.get_one(Agency, parent_id)
    return set_parent(COMMAND, agency, parent, date(2026, 1, 1))


def _begin(agency_id: int) -> str:
    return str(membership.begin_membership(COMMAND, db.session.get_one(Agency, agency_id), None, date(2026, 1, 1)).id)


def test_two_who_move_two_agencies_below_each_other_do_not_both_succeed(app: Flask) -> None:
    one, two = make_agency("One").id, make_agency("Two").id
    db.session.commit()
    outcomes = run_at_once(app, [[partial(_move, one, two)], [partial(_move, two, one)]])
    assert [outcome.error for outcome in outcomes] == ["", ""]
    assert sorted(bool(outcome.refused) for outcome in outcomes) == [False, True]
    assert db.session.query(AgencyParent).count() == 1


def test_two_who_begin_the_same_membership_do_not_both_succeed(app: Flask) -> None:
    agency = make_agency().id
    db.session.commit()
    outcomes = run_at_once(app, [[partial(_begin, agency)] for _ in range(4)])
    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert sum(bool(outcome.refused) for outcome in outcomes) == 3
    assert db.session.query(AgencyMembership).count() == 1


def test_the_desk_moves_an_agency_and_corrects_it(desk: Client) -> None:
    trust, school = make_agency("Trust"), make_agency("Sandby School")
    code, trust_id = school.code, str(trust.id)
    db.session.commit()
    form = desk.get(f"/desk/agencies/{code}/parent")
    day = {"parent_from-day": "1", "parent_from-month": "1", "parent_from-year": "2027"}
    late = desk.submit(form, {"parent": trust_id, **day}, status=400)
    assert late.errors == ["The day from which the parent counts must be today or earlier"]
    shown = desk.submit(form, {"parent": trust_id, **day, "parent_from-year": "2026"}, follow=True)
    assert shown.flashes == ["Sandby School stands below Trust."]
    assert "Trust since 1 Jan 2026" in shown
    correction = desk.get(f"/desk/agencies/{code}/parent/1")
    missing = desk.submit(correction, {"from_on-month": "13"}, status=400)
    assert len(missing.errors) == 2
    shown = desk.submit(correction, {"from_on-year": "2025", "reason": "It was a year before"}, follow=True)
    assert "Trust since 1 Jan 2025" in shown
    removal = desk.click(desk.get(f"/desk/agencies/{code}/parent/1"), "It never stood there at all")
    assert desk.submit(removal, status=400).errors == ["Enter what was wrong"]
    assert "it stands at the top" in desk.submit(removal, {"reason": "Another school"}, follow=True)
    desk.get(f"/desk/agencies/{code}/parent/1", status=404)


def test_the_desk_keeps_membership_and_fee_bands(desk: Client) -> None:
    code = make_agency("Sandby School").code
    db.session.commit()
    bands = desk.get("/desk/agencies/fee-bands")
    shown = desk.submit(bands, {"name": "Maintained", "note": "Paid by the council"}, follow=True)
    assert shown.rows() == [["Maintained", "Paid by the council", "0"]]
    assert desk.submit(shown, {"name": "Maintained"}, status=400).errors == [
        "There is already a fee band called Maintained"
    ]
    form = desk.get(f"/desk/agencies/{code}/membership")
    shown = desk.submit(form, {"Fee band": str(db.session.scalars(db.select(FeeBand.id)).one())}, follow=True)
    assert "Maintained since 3 Dec 2026" in shown
    assert desk.get("/desk/agencies?member=yes").rows()[0][3] == "Maintained"
    assert "No agency found" in desk.get("/desk/agencies?member=no")
    stale = desk.submit(form, {"form_token": "another-token-of-24-char"}, status=400)
    assert "Somebody else changed this" in stale.errors[0]
    desk.submit(desk.get("/desk/agencies/fee-bands/1"), {"name": "Local authority"})
    assert desk.get("/desk/agencies/fee-bands").rows()[0][::2] == ["Local authority", "1"]
    shown = desk.submit(desk.get(f"/desk/agencies/{code}/membership/end"), follow=True)
    assert "Local authority 3 Dec 2026 to 3 Dec 2026" in shown
    correction = desk.get(f"/desk/agencies/{code}/membership/1")
    open_end = {"to_on-day": "", "to_on-month": "", "to_on-year": "", "reason": "It goes on"}
    assert "Local authority since 3 Dec 2026" in desk.submit(correction, open_end, follow=True)
    desk.get(f"/desk/agencies/{code}/membership/2", status=404)
    desk.get("/desk/agencies/fee-bands/2", status=404)
