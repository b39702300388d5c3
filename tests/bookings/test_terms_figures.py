"""The figures of the terms: typed with them, frozen with them, and what a booking is judged by."""

from datetime import date, timedelta

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_course, make_person, make_session, viewer_of
from tests.pages import Client
from training.agencies.models import FeeBand
from training.bookings.operations import book_place
from training.bookings.terms import cut_off_for, cut_off_of
from training.bookings.terms_figures import Charge, Length, charge_figure, cut_off_days, length_of, pence_charged
from training.core import policies
from training.core.audit import AuditEntry, AuditValues
from training.core.database import db
from training.core.policies import PolicyKind, PolicyVersion, publish
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role

TERMS = "/desk/settings/policies/terms"


@pytest.fixture
def desk(client: Client, app: Flask) -> Client:
    """Signed in as the officer."""
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def newest() -> PolicyVersion:
    db.session.expire_all()
    return db.session.scalars(db.select(PolicyVersion).order_by(PolicyVersion.number.desc()).limit(1)).one()


def with_days(days: int, number: int) -> PolicyVersion:
    row = publish(COMMAND, PolicyKind.TERMS, "Late is ((cut-off)).", f"{days} days.", number, {"cut-off-days": days})
    db.session.commit()
    return row


def test_terms_that_come_with_muster_become_a_version_by_being_used(app: Flask) -> None:
    first = policies.terms_in_force()
    db.session.commit()
    assert "less than **3 working days** before" in first.text
    assert "No charges are made." in first.text
    assert first.figures == {"cut-off-days": 3}
    assert policies.terms_in_force().id == first.id, "the same terms are one version"


def test_a_booking_is_judged_by_the_terms_it_was_made_under(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    course_session = make_session(make_course(), on=date(2026, 12, 3))
    people = [make_person(agency=make_agency()) for _ in range(2)]
    db.session.commit()
    first = book_place(viewer_of(people[0]), course_session.id, people[0].id, declared=True)
    db.session.commit()
    assert cut_off_of(course_session) == date(2026, 11, 30)
    with_days(5, 1)
    assert cut_off_of(course_session) == date(2026, 11, 26)
    second = book_place(viewer_of(people[1]), course_session.id, people[1].id, declared=True)
    db.session.commit()
    assert cut_off_for(first) == date(2026, 11, 30)
    assert cut_off_for(second) == date(2026, 11, 26)


def test_no_day_at_all_is_a_figure_as_well(app: Flask) -> None:
    row = with_days(0, 0)
    assert row.figures == {"cut-off-days": 0}
    assert row.text == "Late is no working days."
    course_session = make_session(on=date(2026, 12, 3))
    assert cut_off_for(make_booking(course_session, terms=row)) == date(2026, 12, 3)


def test_terms_without_figures_and_bookings_without_terms_fall_back(app: Flask) -> None:
    row = PolicyVersion(kind=PolicyKind.TERMS, number=1, text="Old.")
    db.session.add(row)
    course_session = make_session(on=date(2026, 12, 3))
    assert cut_off_for(make_booking(course_session, terms=row)) == date(2026, 11, 30)
    assert cut_off_for(make_booking(course_session)) == date(2026, 11, 30)
    assert cut_off_of(course_session) == date(2026, 11, 30)


def test_figures_are_published_with_the_text_and_shown_as_a_table(desk: Client) -> None:
    band = FeeBand(name="Voluntary bodies", position=1)
    db.session.add(band)
    db.session.commit()
    page = desk.get(TERMS)
    field = f"figure_{charge_figure(Charge.LATE, Length.HALF, band.id).replace('-', '_')}"
    wanted = {
        "text": "Late is ((cut-off)). ((charges))", "figure_cut_off_days": "5", field: "£12.50",
        "figure_absent_longer_0": "1,000", "change": "Charges.",
    }  # fmt: skip
    looked_at = desk.submit(page, wanted, button="Look at it first", status=200)
    assert "Late is 5 working days." in looked_at.one("section.muster-panel").text
    assert "£12.50" in looked_at.one("section.muster-panel").text
    assert db.session.query(PolicyVersion).count() == 0
    shown = desk.submit(looked_at, {}, button="Publish", follow=True)
    assert shown.rows() == [
        ["Voluntary bodies, up to half a day", "No charge", "£12.50", "No charge"],
        ["Agencies without a fee band, longer", "No charge", "No charge", "£1,000"],
    ]
    row = newest()
    assert row.figures == {
        "cut-off-days": 5, charge_figure(Charge.LATE, Length.HALF, band.id): 1250, "absent-longer-0": 100_000,
    }  # fmt: skip
    assert pence_charged(row.figures, Charge.LATE, Length.HALF, band.id) == 1250
    assert pence_charged(row.figures, Charge.LATE, Length.HALF, None) == 0
    entry = db.session.scalars(
        db.select(AuditValues)
        .join(AuditEntry, AuditEntry.id == AuditValues.entry_id)
        .where(AuditEntry.deed == "published")
    ).one()
    assert entry.after["cut-off-days"] == 5
    with_days(2, row.number)
    old = desk.get(f"/terms/versions/{row.number}")
    assert "Late is 5 working days." in old
    assert "£12.50" in old
    assert "No charges are made." in desk.get("/terms")


def test_what_cannot_be_a_figure_is_said_by_it(desk: Client) -> None:
    page = desk.get(TERMS)
    wrong = {
        "figure_cut_off_days": "31",
        "figure_late_half_0": "ten",
        "figure_absent_half_0": "10000.01",
        "change": "New",
    }
    failed = desk.submit(page, wrong, button="Publish", status=400)
    assert failed.errors == [
        "The working days before the start in which cancelling is late must be between 0 and 30",
        "Cancelled late, All agencies, up to half a day must be a sum in pounds, like 120 or 87.50",
        "Not attended, All agencies, up to half a day must be £10,000 or less",
    ]
    assert failed.one("[name=figure_late_half_0]")["value"] == "ten"
    empty = desk.submit(page, {"figure_cut_off_days": "", "change": "New"}, button="Publish", status=400)
    assert empty.errors == ["Enter the working days before the start in which cancelling is late"]


def test_figures_alone_make_a_new_version_and_the_same_ones_none(desk: Client) -> None:
    page = desk.get(TERMS)
    same = desk.submit(page, {"change": "Nothing."}, button="Publish", status=400)
    assert same.errors == ["The text is the same as the version in force"]
    desk.submit(page, {"figure_attend_longer_0": "25", "change": "A fee."}, button="Publish", follow=True)
    assert newest().figures == {"cut-off-days": 3, "attend-longer-0": 2500}
    again = desk.get(TERMS)
    assert again.one("[name=figure_attend_longer_0]")["value"] == "25"


def test_the_privacy_notice_has_no_figures_of_its_own(desk: Client) -> None:
    page = desk.get("/desk/settings/policies/privacy")
    assert not page.select("[name^=figure_]")
    wrong = desk.submit(page, {"text": "((cut-off))", "change": "x"}, button="Publish", status=400)
    assert wrong.errors == ["There is nothing to put in the place of ((cut-off))"]


def test_figures_no_stage_knows_are_not_published(app: Flask) -> None:
    for figures in ({"cut-off-weeks": 1}, {"cut-off-days": 31}, {"late-half-0": -1}):
        with pytest.raises(ValueError, match=r"no figure called|must be between"):
            publish(COMMAND, PolicyKind.TERMS, "Text", "New.", 0, figures)


def test_figures_stay_where_a_text_is_published_without_them(app: Flask) -> None:
    with_days(7, 0)
    assert publish(COMMAND, PolicyKind.TERMS, "Other.", "Other.", 1).figures == {"cut-off-days": 7}
    with pytest.raises(Refused, match="is the same"):
        publish(COMMAND, PolicyKind.TERMS, "Other.", "Other.", 2)


def test_half_a_day_is_up_to_four_hours(app: Flask) -> None:
    assert length_of(timedelta(hours=4)) is Length.HALF
    assert length_of(timedelta(hours=4, minutes=1)) is Length.LONGER
    assert cut_off_days(None) == 3
