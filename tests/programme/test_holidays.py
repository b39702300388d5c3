"""School holidays at the desk: kept, put right, removed; days that run backwards or overlap are said."""

from datetime import date
from typing import Any

from sqlalchemy import select

from tests.pages import Client
from tests.programme.world import make_holiday
from training.core.audit import AuditEntry
from training.core.database import db
from training.schedule.models import SchoolHoliday

PAGE = "/desk/programme/holidays"


def days(name: str, first: date, last: date) -> dict[str, Any]:
    return {
        "name": name,
        "from_on-day": str(first.day), "from_on-month": str(first.month), "from_on-year": str(first.year),
        "to_on-day": str(last.day), "to_on-month": str(last.month), "to_on-year": str(last.year),
    }  # fmt: skip


HALF_TERM = days("Spring half term", date(2027, 2, 15), date(2027, 2, 19))


def kept() -> list[tuple[str, date, date]]:
    db.session.rollback()
    found = db.session.scalars(select(SchoolHoliday).order_by(SchoolHoliday.from_on, SchoolHoliday.id))
    return [(each.name, each.from_on, each.to_on) for each in found]


def test_a_holiday_is_kept_changed_and_removed(desk: Client) -> None:
    page = desk.submit(desk.get(PAGE), HALF_TERM, form="#add", follow=True)
    assert "“Spring half term” is kept." in page.flashes[0]
    assert kept() == [("Spring half term", date(2027, 2, 15), date(2027, 2, 19))]
    key = db.session.scalars(select(SchoolHoliday.id)).one()
    form = desk.get(f"{PAGE}/{key}")
    desk.submit(form, days("Half term", date(2027, 2, 15), date(2027, 2, 22)), form="main form", follow=True)
    assert kept() == [("Half term", date(2027, 2, 15), date(2027, 2, 22))]
    page = desk.submit(desk.get(PAGE), button="Remove Half term from 15 Feb 2027", follow=True)
    assert "no longer warns of these days" in page.flashes[0]
    assert kept() == []
    deeds = db.session.scalars(select(AuditEntry.deed).where(AuditEntry.subject_kind == "school_holiday"))
    assert sorted(deeds) == [
        "added the school holiday", "changed the school holiday", "removed the school holiday",
    ]  # fmt: skip


def test_bad_input_is_said_by_the_field_and_stays_typed(desk: Client) -> None:
    page = desk.submit(desk.get(PAGE), days("", date(2027, 2, 19), date(2027, 2, 15)), form="#add", status=400)
    assert page.errors == ["Enter what the holiday is called", "The last day must be on or after the first day"]
    assert page.one("#from_on-day")["value"] == "19"
    page = desk.submit(page, days("Summer", date(2027, 7, 23), date(2028, 8, 31)), form="#add", status=400)
    assert page.errors == ["A school holiday has at most 92 days. Check the year"]
    page = desk.submit(page, {"from_on-month": "13"}, form="#add", status=400)
    assert page.errors == ["The first day of the holiday must be a real date"]
    assert kept() == []


def test_the_same_holiday_is_kept_once_and_an_overlap_is_a_warning(desk: Client) -> None:
    desk.submit(desk.get(PAGE), HALF_TERM, form="#add")
    page = desk.submit(desk.get(PAGE), HALF_TERM, form="#add", status=400)
    assert page.errors == ["This holiday is kept already"]
    longer = days("Academy half term", date(2027, 2, 19), date(2027, 2, 26))
    page = desk.submit(desk.get(PAGE), longer, form="#add", follow=True)
    assert page.flashes[1] == (
        "It shares days with “Spring half term” (15 Feb 2027 to 19 Feb 2027). Check that both are right."
    )
    assert len(kept()) == 2


def test_a_form_opened_before_a_change_says_so(desk: Client) -> None:
    holiday = make_holiday("Easter", date(2027, 3, 29), date(2027, 4, 9))
    db.session.commit()
    form = desk.get(f"{PAGE}/{holiday.id}")
    holiday.name = "Easter holiday"
    db.session.commit()
    page = desk.submit(form, {"name": "Spring holiday"}, form="main form", status=400)
    assert "Easter holiday" in page
    assert kept()[0][0] == "Easter holiday"


def test_a_holiday_that_is_gone_is_not_found(desk: Client) -> None:
    desk.get(f"{PAGE}/999", 404)
