"""Deeds on a plan: opening and copying, lines, targets, the agreement and what was changed after it."""

from datetime import date

import pytest
from flask import Flask

from tests.factories import make_agency, make_course, make_person, viewer_of
from training.catalogue.models import CourseKind
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import ANONYMOUS, Role, Viewer
from training.planning.models import PlanLine, PlanStatus, PlanTarget, TrainingPlan
from training.planning.operations import (
    LineFacts,
    add_line,
    agree_plan,
    change_line,
    open_plan,
    remove_line,
    set_targets,
)
from training.planning.queries import later_changes, lines_of
from training.planning.years import TrainingYear

FACTS = LineFacts("Neglect is seen early", (1, 0, 2, 0), (25, 0, 50, 0))
pytestmark = pytest.mark.usefixtures("app")


def an_officer() -> Viewer:
    """Somebody who keeps the plan."""
    return viewer_of(make_person("Olu", role=Role.OFFICER), Role.OFFICER)


def test_a_plan_copies_the_lines_and_targets_of_the_one_before() -> None:
    officer, agency = an_officer(), make_agency()
    first = open_plan(officer, TrainingYear(2025))
    line = add_line(officer, first.id, make_course().id, FACTS)
    set_targets(officer, line.id, {agency.id: 12})
    db.session.commit()
    second = open_plan(officer, TrainingYear(2026), copy_last=True)
    db.session.commit()
    (copied,) = lines_of(officer, second.year)
    assert (copied.sessions, copied.places, dict(copied.targets)) == (3, 75, {agency.id: 12})
    assert copied.line.objective == "Neglect is seen early"
    assert second.status is PlanStatus.DRAFT
    set_targets(officer, copied.line.id, {})
    db.session.commit()
    assert lines_of(officer, TrainingYear(2025))[0].targets == {agency.id: 12}


def test_a_year_has_one_plan_and_a_course_one_line() -> None:
    officer, course = an_officer(), make_course("Neglect")
    plan = open_plan(officer, TrainingYear(2026))
    with pytest.raises(Refused, match="2026-27 has a plan already"):
        open_plan(officer, TrainingYear(2026))
    add_line(officer, plan.id, course.id, FACTS)
    db.session.commit()
    with pytest.raises(Refused, match="Neglect is on the plan already"):
        add_line(officer, plan.id, course.id, FACTS)
    db.session.rollback()
    meeting = make_course(kind=CourseKind.MEETING)
    db.session.commit()
    with pytest.raises(Refused, match="meetings are not planned"):
        add_line(officer, plan.id, meeting.id, FACTS)
    with pytest.raises(Refused, match="no earlier plan"):
        open_plan(officer, TrainingYear(2020), copy_last=True)


def test_targets_become_exactly_what_is_given_and_raise_the_version() -> None:
    officer, one, other = an_officer(), make_agency(), make_agency()
    plan = open_plan(officer, TrainingYear(2026))
    line = add_line(officer, plan.id, make_course().id, FACTS)
    db.session.commit()
    version = line.row_version
    set_targets(officer, line.id, {one.id: 4, other.id: 9})
    db.session.commit()
    set_targets(officer, line.id, {one.id: 0, other.id: 10})
    db.session.commit()
    kept = db.session.scalars(db.select(PlanTarget)).one()
    assert (kept.agency_id, kept.attendances) == (other.id, 10)
    assert line.row_version == version + 2
    with pytest.raises(Refused):
        set_targets(officer, line.id, {one.id: -1})
    with pytest.raises(Refused, match="has gone"):
        set_targets(officer, line.id, {987654: 3})


def test_changes_after_the_agreement_are_listed_for_the_desk() -> None:
    officer = an_officer()
    plan = open_plan(officer, TrainingYear(2026))
    with pytest.raises(Refused, match="Add a line"):
        agree_plan(officer, plan.id, date(2026, 3, 18))
    line = add_line(officer, plan.id, make_course("Neglect").id, FACTS)
    db.session.commit()
    with pytest.raises(Refused, match="today or in the past"):
        agree_plan(officer, plan.id, date(2199, 1, 1))
    agree_plan(officer, plan.id, date(2026, 3, 18))
    db.session.commit()
    assert later_changes(officer, plan) == []
    change_line(officer, line.id, LineFacts("Neglect is seen early", (1, 0, 3, 0), (25, 0, 75, 0)))
    change_line(officer, line.id, LineFacts("Neglect is seen early", (1, 0, 3, 0), (25, 0, 75, 0)))
    db.session.commit()
    remove_line(officer, line.id)
    db.session.commit()
    removed, changed = later_changes(officer, plan)
    assert changed.who.startswith("Olu ")
    assert changed.entry.values is not None
    assert changed.entry.values.before == {"course": "Neglect", "sessions_q3": 2, "places_q3": 50}
    assert changed.entry.values.after == {"course": "Neglect", "sessions_q3": 3, "places_q3": 75}
    assert removed.entry.deed == "removed a line"
    assert later_changes(ANONYMOUS, plan) == ()
    assert db.session.scalars(db.select(PlanLine)).all() == []


def test_an_agreed_plan_has_its_date(app: Flask) -> None:
    officer = an_officer()
    plan = open_plan(officer, TrainingYear(2026))
    add_line(officer, plan.id, make_course().id, FACTS)
    db.session.commit()
    agree_plan(officer, plan.id, date(2026, 3, 18))
    db.session.commit()
    kept = db.session.scalars(db.select(TrainingPlan)).one()
    assert (kept.status, kept.agreed_on) == (PlanStatus.AGREED, date(2026, 3, 18))
