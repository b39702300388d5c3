"""What somebody is told before they book: what comes first, whom it is for, their hours, and what they have done."""

from datetime import date, time, timedelta

import pytest
from flask import Flask

from tests.bookings.conditions import counts_as, has_done, make_group, must_do, needs_first
from tests.conftest import WallClock
from tests.factories import (
    make_agency,
    make_assignment,
    make_booking,
    make_course,
    make_person,
    make_session,
    viewer_of,
)
from training.bookings.checking import warnings_for, warnings_for_many
from training.bookings.models import BookingState
from training.bookings.rules_checking import Warned, WarnedKind, needs_note, questions_in
from training.catalogue.models import Course
from training.core.database import db
from training.core.viewer import COMMAND, Grant, Role, Viewer, ViewerKind
from training.people.models import Person
from training.records.operations import revoke_completion
from training.records.queries import done_before, has_completed
from training.schedule.models import CourseSession, SessionStatus

ON = date(2026, 12, 3)


@pytest.fixture(autouse=True)
def today(wall_clock: WallClock) -> None:
    """The day on which people book."""
    wall_clock.set("2026-11-02 09:00")


def found(person: Person, course_session: CourseSession, viewer: Viewer | None = None) -> dict[WarnedKind, list[str]]:
    """What the person is told, by kind."""
    jobs = person.employments
    by_kind: dict[WarnedKind, list[str]] = {}
    for one in warnings_for(viewer or viewer_of(person), person.id, course_session, jobs):
        by_kind.setdefault(one.kind, []).append(one.sentence)
    return by_kind


def two_levels() -> tuple[Course, Course, CourseSession]:
    """A first level, a second that it comes before, and a session of the second."""
    first, second = make_course("Level 1"), make_course("Level 2")
    needs_first(second, first)
    return first, second, make_session(second, on=ON)


def test_nothing_is_said_where_nothing_stands_against_it(app: Flask) -> None:
    assert found(make_person(agency=make_agency()), make_session(on=ON)) == {}


def test_what_comes_first_and_is_not_done_is_named(app: Flask) -> None:
    first, _, course_session = two_levels()
    person = make_person()
    sentence = "You should have done “Level 1” before this, and we have no record of it."
    assert found(person, course_session) == {WarnedKind.PREREQUISITE: [sentence]}
    has_done(person, first, date(2025, 3, 1))
    assert found(person, course_session) == {}


def test_the_desk_reads_about_somebody_else(app: Flask) -> None:
    *_, course_session = two_levels()
    sentence = "They should have done “Level 1” before this, and we have no record of it."
    assert found(make_person(), course_session, COMMAND) == {WarnedKind.PREREQUISITE: [sentence]}


def test_a_course_accepted_in_its_place_counts_until_it_expires(app: Flask) -> None:
    first, second, course_session = two_levels()
    other = make_course("Elsewhere", valid_months=12)
    counts_as(other, first)
    person = make_person()
    [sentence] = found(person, course_session)[WarnedKind.PREREQUISITE]
    assert sentence.endswith("“Elsewhere” counts as well.")
    completion = has_done(person, other, date(2025, 12, 3))
    assert found(person, course_session) == {}
    assert has_completed(COMMAND, person.id, first.id, ON)
    assert not has_completed(COMMAND, person.id, second.id, ON)
    later = make_session(second, on=date(2026, 12, 4))
    [sentence] = found(person, later)[WarnedKind.PREREQUISITE]
    assert "What we have on record was on Wednesday 3 December 2025, and no longer counts" in sentence
    revoke_completion(COMMAND, completion.id, "Another Sam")
    assert WarnedKind.PREREQUISITE in found(person, course_session)


def test_what_counts_in_place_is_not_passed_on_to_a_third_course(app: Flask) -> None:
    one, two, three = make_course(), make_course(), make_course()
    counts_as(one, two)
    counts_as(two, three)
    person = make_person()
    has_done(person, one, date(2026, 1, 1))
    done = done_before(COMMAND, [person.id], [one.id, two.id, three.id], ON)
    assert set(done) == {(person.id, one.id), (person.id, two.id)}
    assert not done[person.id, one.id].in_place
    assert done[person.id, two.id].title == one.title


def test_what_was_done_after_the_day_does_not_count(app: Flask) -> None:
    first, *_ = two_levels()
    person = make_person()
    has_done(person, first, ON + timedelta(days=1))
    assert not has_completed(COMMAND, person.id, first.id, ON)


def test_a_place_on_what_comes_first_is_enough_where_it_is_in_time(app: Flask) -> None:
    first, _, course_session = two_levels()
    person = make_person()
    before = make_session(first, on=ON - timedelta(days=7))
    booking = make_booking(before, person)
    expected = (
        f"“Level 1” comes before this course. You have a place on it on Thursday 26 November 2026 ({before.ref}), "
        "in time for this."
    )
    assert found(person, course_session) == {WarnedKind.COMES_FIRST: [expected]}
    booking.state, booking.waiting_since = BookingState.WAITING, booking.confirmed_at
    db.session.flush()
    assert WarnedKind.PREREQUISITE in found(person, course_session)
    after = make_person()
    make_booking(make_session(first, on=ON + timedelta(days=7)), after)
    assert WarnedKind.PREREQUISITE in found(after, course_session)


def test_a_role_the_course_is_not_for_is_told_whom_it_is_for(app: Flask) -> None:
    targeted, universal = make_group(2, "Targeted services"), make_group(1, "Universal services")
    course_session = make_session(make_course(audience=[targeted]), on=ON)
    person = make_person(agency=make_agency())
    assert found(person, course_session) == {}, "a group that is not known is not held against anybody"
    person.employments[0].workforce_group = universal
    db.session.flush()
    assert found(person, course_session) == {
        WarnedKind.AUDIENCE: ["This course is meant for other roles than yours: Targeted services."]
    }
    person.employments[0].workforce_group = targeted
    db.session.flush()
    assert found(person, course_session) == {}


def test_other_sessions_in_the_same_hours_are_named_once(app: Flask) -> None:
    person = make_person()
    course_session = make_session(on=ON, days=2)
    other = make_session(make_course("Neglect"), on=ON, days=2, starts=time(15), ends=time(17))
    make_booking(other, person)
    make_booking(make_session(on=ON, starts=time(16), ends=time(17)), person)
    make_booking(make_session(on=ON, starts=time(10), ends=time(12)), person, state=BookingState.LAPSED)
    taught = make_session(make_course("Signs of harm"), on=ON, starts=time(9), ends=time(12))
    make_assignment(taught, person)
    assert found(person, course_session) == {
        WarnedKind.CLASH: [
            f"You teach “Signs of harm” ({taught.ref}), Thursday 3 December 2026 at 9am to noon. "
            "That is in the same hours.",
            f"You have something else in these hours: “Neglect” ({other.ref}), Thursday 3 December 2026 at 3pm to 5pm.",
        ]
    }


def test_a_trainer_is_told_that_they_teach_it(app: Flask) -> None:
    person, course_session = make_person(), make_session(on=ON)
    make_assignment(course_session, person)
    assert found(person, course_session) == {WarnedKind.CLASH: ["You teach this session."]}


def test_a_draft_that_somebody_is_to_teach_is_known_to_the_desk_only(app: Flask) -> None:
    person, course_session = make_person(), make_session(on=ON)
    make_assignment(make_session(on=ON, status=SessionStatus.DRAFT, published_at=None), person)
    assert found(person, course_session) == {}
    assert WarnedKind.CLASH in found(person, course_session, COMMAND)


def test_a_lead_reads_which_session_only_where_it_was_booked_for_their_agency(app: Flask) -> None:
    mine, other = make_agency(), make_agency()
    person = make_person(agency=mine)
    elsewhere = make_session(make_course("Private"), on=ON)
    booking = make_booking(elsewhere, person, agency=other)
    lead = Viewer(ViewerKind.PERSON, make_person().id, (Grant(Role.AGENCY_LEAD, mine.id),))
    [warned] = warnings_for(lead, person.id, make_session(on=ON), person.employments)
    expected = "They have something else in these hours: Thursday 3 December 2026 at 9:30am to 4pm."
    assert warned == Warned(WarnedKind.CLASH, expected)
    assert warnings_for(lead, person.id, make_session(elsewhere.course, on=ON + timedelta(days=1)), None) == []
    booking.agency = mine
    db.session.flush()
    [warned] = warnings_for(lead, person.id, make_session(on=ON), person.employments)
    assert "“Private”" in warned.sentence


def test_done_already_and_booked_on_another_date_are_said(app: Flask) -> None:
    course = make_course("Neglect")
    other = make_course("Neglect for schools")
    counts_as(other, course)
    person = make_person()
    has_done(person, other, date(2026, 3, 2))
    coming, over = make_session(course, on=ON + timedelta(days=20)), make_session(course, on=date(2026, 10, 1))
    make_booking(coming, person, state=BookingState.WAITING, confirmed_at=None, waiting_since=coming.created_at)
    make_booking(over, person)
    assert found(person, make_session(course, on=ON)) == {
        WarnedKind.DONE: [
            "You did “Neglect for schools”, which counts as this course, on Monday 2 March 2026, and it still counts "
            "on the day of this session."
        ],
        WarnedKind.OTHER_DATE: [
            f"You wait for a place on another date of this course: Wednesday 23 December 2026 ({coming.ref})."
        ],
    }


def test_a_requirement_says_how_the_person_stands(app: Flask) -> None:
    course = make_course()
    group = make_group(1, "Universal services")
    must_do(course, workforce_group=group, every_months=36)
    must_do(course, job_role="social  WORKER", source="Section 11 audit 2025")
    must_do(course, workforce_group=group, job_role="Midwife", source="Nobody here")
    must_do(course, workforce_group=group, to_on=date(2025, 1, 1), source="Working Together 2018")
    person = make_person(agency=make_agency())
    person.employments[0].workforce_group = group
    course_session = make_session(course, on=ON)
    assert found(person, course_session)[WarnedKind.REQUIRED] == [
        "Your role must have done this every 36 months (Working Together 2026); we have no record that you did.",
        "Your role must have done this once (Section 11 audit 2025); we have no record that you did.",
    ]
    has_done(person, course, date(2023, 10, 1))
    assert found(person, course_session)[WarnedKind.REQUIRED] == [
        "Your role must have done this every 36 months (Working Together 2026); what you did on "
        "Sunday 1 October 2023 counted until Thursday 1 October 2026.",
        "Your role must have done this once (Section 11 audit 2025); you did it on Sunday 1 October 2023.",
    ]
    has_done(person, course, date(2026, 6, 1))
    [first, _] = found(person, course_session)[WarnedKind.REQUIRED]
    assert first.endswith("you are in date until Friday 1 June 2029.")


def test_a_role_of_which_it_is_not_required_reads_of_whom_it_is(app: Flask) -> None:
    course, group = make_course(), make_group(3, "Specialist services")
    must_do(course, workforce_group=group)
    must_do(course, job_role="Midwife", workforce_group=group)
    must_do(course, job_role="Designated lead")
    course_session = make_session(course, on=ON)
    assert found(make_person(agency=make_agency()), course_session) == {
        WarnedKind.NOT_REQUIRED: [
            "Your role does not have to do this course. It is required of Specialist services, "
            "Midwife (Specialist services) and Designated lead."
        ]
    }
    assert found(make_person(), course_session) == {}, "a role that is not known is told nothing"


def test_many_people_cost_as_many_queries_as_one(app: Flask, statements: list[str]) -> None:
    first, second, course_session = two_levels()
    group = make_group(1, "Universal services")
    must_do(second, workforce_group=group)
    people: list[Person] = []
    for _ in range(5):
        person = make_person(agency=make_agency())
        make_booking(make_session(on=ON), person)
        make_assignment(make_session(on=ON), person)
        has_done(person, first, date(2010, 1, 1))
        people.append(person)
    jobs = {person.id: person.employments[0] for person in people}
    warnings_for_many(COMMAND, jobs, course_session)
    statements.clear()
    one = warnings_for(COMMAND, people[0].id, course_session, people[0].employments[0])
    cost = len(statements)
    statements.clear()
    many = warnings_for_many(COMMAND, jobs, course_session)
    assert len(statements) == cost <= 7
    assert many[people[0].id] == one
    assert {len(several) for several in many.values()} == {4}
    assert warnings_for_many(COMMAND, {}, course_session) == {}


def test_only_what_comes_first_needs_a_note_and_information_is_no_question() -> None:
    each = {kind: Warned(kind, "Something.") for kind in WarnedKind}
    assert [kind for kind, one in each.items() if needs_note([one])] == [WarnedKind.PREREQUISITE]
    assert not needs_note([])
    asked = [one.kind for one in questions_in(list(each.values()))]
    assert set(WarnedKind) - set(asked) == {WarnedKind.COMES_FIRST, WarnedKind.REQUIRED, WarnedKind.NOT_REQUIRED}
