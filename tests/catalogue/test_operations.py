"""Deeds on courses and priorities, as they are kept."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_course, number
from training.catalogue.models import CourseKind, CourseStatus, Mode
from training.catalogue.operations import (
    CourseDetails,
    add_course,
    add_priority,
    change_course,
    change_priority,
    make_live,
    retire_course,
    set_outcomes,
    use_edition,
)
from training.catalogue.queries import (
    CourseFilters,
    course_by_slug,
    courses,
    priorities,
    priority_by_slug,
    priority_choices,
)
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import ANONYMOUS, COMMAND
from training.people.models_workforce import WorkforceGroup

NEGLECT = CourseDetails(
    code="neg", title=" Neglect  and you ", kind=CourseKind.COURSE, summary="Seeing it.", mode=Mode.FACE_TO_FACE,
    hours=Decimal("6.5"),
)  # fmt: skip


def make_group(name: str = "Social workers") -> WorkforceGroup:
    group = WorkforceGroup(number=number(), name=name)
    db.session.add(group)
    db.session.flush()
    return group


def test_a_course_is_added_as_a_draft_with_an_address_and_an_edition(app: Flask) -> None:
    course = add_course(COMMAND, NEGLECT)
    db.session.commit()
    db.session.expire_all()
    assert (course.code, course.title, course.slug) == ("NEG", "Neglect and you", "neglect-and-you")
    assert course.status is CourseStatus.DRAFT
    assert course.hours == Decimal("6.5")
    assert course.edition.number == 1


def test_two_titles_that_fold_alike_get_different_addresses(app: Flask) -> None:
    add_course(COMMAND, NEGLECT)
    second = add_course(COMMAND, replace(NEGLECT, code="NEG2", title="Neglect & and you"))
    assert second.slug == "neglect-and-you-2"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "NEG"}, "code"),
        ({"code": "NEG2", "title": "NEGLECT AND YOU"}, "title"),
        ({"code": "N!", "title": "Other"}, "code"),
        ({"code": "NEG2", "title": "  "}, "title"),
        ({"code": "NEG2", "title": "Other", "minimum": 26}, "minimum"),
        ({"code": "NEG2", "title": "Other", "hours": Decimal(-1)}, "hours"),
    ],
)
def test_a_course_is_refused_with_the_field_at_fault(app: Flask, changed: dict[str, object], field: str) -> None:
    add_course(COMMAND, NEGLECT)
    with pytest.raises(Refused) as refusal:
        add_course(COMMAND, replace(NEGLECT, **changed))  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_change_keeps_the_address_and_is_noted(app: Flask) -> None:
    course = add_course(COMMAND, NEGLECT)
    group = make_group()
    stamped = course.changed_at
    change_course(COMMAND, course.id, replace(NEGLECT, title="Neglect", audience=(group.id,)))
    db.session.commit()
    assert (course.title, course.slug, course.audience) == ("Neglect", "neglect-and-you", [group])
    assert course.changed_at > stamped
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "changed the course")).one()
    assert entry.values is not None
    assert entry.values.after["audience"] == group.name


def test_a_change_of_nothing_is_not_noted(app: Flask) -> None:
    course = add_course(COMMAND, NEGLECT)
    change_course(COMMAND, course.id, NEGLECT)
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "changed the course")).all() == []


def test_a_course_goes_live_once_nothing_is_missing_and_can_be_retired(app: Flask) -> None:
    course = add_course(COMMAND, NEGLECT)
    with pytest.raises(Refused, match="at least one outcome"):
        make_live(COMMAND, course.id)
    set_outcomes(COMMAND, course.id, ["I can tell neglect"])
    assert make_live(COMMAND, course.id).status is CourseStatus.LIVE
    assert retire_course(COMMAND, course.id).status is CourseStatus.RETIRED
    assert make_live(COMMAND, course.id).status is CourseStatus.LIVE


def test_outcomes_change_in_place_until_the_edition_is_used(app: Flask) -> None:
    course = make_course()
    set_outcomes(COMMAND, course.id, ["I can see it", "I can say it"])
    kept = [statement.id for statement in course.edition.outcomes]
    set_outcomes(COMMAND, course.id, ["I can see it", "I can write it", " ", "I can act"])
    db.session.commit()
    db.session.expire_all()
    assert [statement.text for statement in course.edition.outcomes] == ["I can see it", "I can write it", "I can act"]
    assert [statement.id for statement in course.edition.outcomes][:2] == kept
    assert course.edition.number == 1
    set_outcomes(COMMAND, course.id, ["I can see it"])
    db.session.commit()
    db.session.expire_all()
    assert [statement.text for statement in course.edition.outcomes] == ["I can see it"]


def test_outcomes_of_a_used_edition_stand_and_a_change_begins_the_next(app: Flask) -> None:
    course = make_course()
    set_outcomes(COMMAND, course.id, ["I can see it"])
    first = use_edition(course)
    assert set_outcomes(COMMAND, course.id, ["I can see it"]) is first
    second = set_outcomes(COMMAND, course.id, ["I can see it early"])
    db.session.commit()
    db.session.expire_all()
    assert [statement.text for statement in first.outcomes] == ["I can see it"]
    assert (second.number, course.edition) == (2, second)
    assert set_outcomes(COMMAND, course.id, ["I can see it soon"]) is second


def test_outcomes_that_repeat_are_refused(app: Flask) -> None:
    with pytest.raises(Refused) as refusal:
        set_outcomes(COMMAND, make_course().id, ["I can", "I can"])
    assert refusal.value.field == "outcomes"


def test_drafts_exist_for_the_desk_only(app: Flask) -> None:
    draft = add_course(COMMAND, NEGLECT)
    live = make_course("Working together")
    assert course_by_slug(ANONYMOUS, draft.slug) is None
    assert course_by_slug(COMMAND, draft.slug) is draft
    assert list(db.session.scalars(courses(ANONYMOUS, CourseFilters()))) == [live]
    assert list(db.session.scalars(courses(COMMAND, CourseFilters()))) == [draft, live]


def test_words_find_courses_without_accents_and_in_any_order(app: Flask) -> None:
    course = add_course(COMMAND, replace(NEGLECT, aims="Naïve realism, 100% of it"))
    make_course("Something else")

    def found(words: str) -> list[str]:
        return [row.title for row in db.session.scalars(courses(COMMAND, CourseFilters(words=words)))]

    assert found("NAIVE neglect") == [course.title]
    assert found("100%") == [course.title]
    assert found("100_") == []
    assert found("neglect zebra") == []


def test_priorities_stand_for_their_time(app: Flask) -> None:
    ended = add_priority(COMMAND, "Front door", date(2020, 4, 1), date(2021, 3, 31))
    stands = add_priority(COMMAND, "Harm outside the home", date(2023, 4, 1))
    assert priorities(ANONYMOUS) == [stands, ended]
    assert priority_choices(ANONYMOUS) == {str(stands.id): "Harm outside the home"}
    assert priority_by_slug(ANONYMOUS, "front-door") is ended
    change_priority(COMMAND, stands.id, "Harm outside", date(2023, 4, 1), date(2024, 3, 31))
    assert priority_choices(ANONYMOUS) == {}


def test_a_priority_needs_a_name_of_its_own_and_a_period_that_runs_forward(app: Flask) -> None:
    add_priority(COMMAND, "Front door", date(2020, 4, 1))
    for name, to_on, field in (("FRONT  door", None, "name"), ("", None, "name"), ("New", date(2019, 1, 1), "to_on")):
        with pytest.raises(Refused) as refusal:
            add_priority(COMMAND, name, date(2020, 4, 1), to_on)
        assert refusal.value.field == field
