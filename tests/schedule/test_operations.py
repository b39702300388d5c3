"""Sessions drafted, dated, published and taught, as they are kept."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_assignment, make_course, make_person, make_session, make_venue, viewer_of
from training.catalogue.models import CourseStatus, Mode
from training.catalogue.operations import set_outcomes
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import ANONYMOUS, COMMAND, Role
from training.planning.years import TrainingYear
from training.schedule import operations
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    SessionPart,
    SessionStatus,
    TrainerPart,
)
from training.schedule.operations import (
    SessionDetails,
    change_draft,
    discard_draft,
    draft_session,
    publish_session,
    set_parts,
    times_of,
)
from training.schedule.operations_trainers import assign_trainer, set_assignment_state, withdraw_trainer
from training.schedule.operations_venues import VenueDetails, add_venue, change_venue
from training.schedule.queries import (
    SessionFilters,
    SessionOrder,
    clashes_for_trainer,
    clashes_for_trainers,
    clashes_for_venue,
    session_by_ref,
    sessions,
    trainers_of,
    trains_at,
    years_of_sessions,
)
from training.schedule.rules import MOST_PARTS, PartTimes

FIRST = clock.today() + timedelta(days=40)


def part(days: int = 0, starts: time = time(9, 30), ends: time = time(16)) -> PartTimes:
    return PartTimes(FIRST + timedelta(days=days), starts, ends)


def online(*parts: PartTimes) -> SessionDetails:
    return SessionDetails(
        parts=parts or (part(),), mode=Mode.VIRTUAL, capacity=20, online_link="https://meet.example/a"
    )


def test_a_draft_takes_over_the_times_of_its_parts_in_order(app: Flask) -> None:
    course = make_course(code="WT")
    session = draft_session(COMMAND, course.id, online(part(7), part()))
    db.session.commit()
    db.session.expire_all()
    assert session.status is SessionStatus.DRAFT
    assert session.ref.startswith("WT-")
    assert times_of(session) == [part(), part(7)]
    assert [one.number for one in session.parts] == [1, 2]
    assert (session.starts_at, session.ends_at) == (part().starts_at, part(7).ends_at)


def test_a_summer_session_is_kept_an_hour_earlier_in_utc(app: Flask) -> None:
    year = clock.today().year + 1
    summer = PartTimes(date(year, 7, 1), time(9, 30), time(16))
    session = draft_session(COMMAND, make_course().id, online(summer))
    db.session.commit()
    db.session.expire_all()
    assert session.starts_at.hour == 8
    assert session.parts[0].starts == time(9, 30)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (replace(online(), parts=()), "parts-0-on"),
        (online(part(), part()), "parts-1-starts"),
        (online(part(starts=time(17))), "parts-0-ends"),
        (replace(online(), online_link="room 2"), "online_link"),
        (replace(online(), mode=Mode.FACE_TO_FACE, venue_id=999), "venue"),
        (replace(online(), booking_closes_at=part(1).starts_at), "booking_closes"),
        (replace(online(), booking_opens_at=part(1).starts_at), "booking_opens"),
    ],
)
def test_a_draft_is_refused_with_the_field_at_fault(app: Flask, details: SessionDetails, field: str) -> None:
    course = make_course()
    with pytest.raises(Refused) as refusal:
        draft_session(COMMAND, course.id, details)
    assert refusal.value.field == field
    db.session.rollback()
    assert db.session.scalars(select(CourseSession)).all() == []


def test_there_is_a_most_of_parts(app: Flask) -> None:
    with pytest.raises(Refused, match=f"at most {MOST_PARTS}"):
        draft_session(COMMAND, make_course().id, online(*(part(day) for day in range(MOST_PARTS + 1))))


def test_a_retired_course_takes_no_sessions(app: Flask) -> None:
    with pytest.raises(Refused, match="retired"):
        draft_session(COMMAND, make_course(status=CourseStatus.RETIRED).id, online())


def test_a_place_or_link_that_the_mode_does_not_need_is_left_out(app: Flask) -> None:
    venue = make_venue()
    session = draft_session(COMMAND, make_course().id, replace(online(), venue_id=venue.id))
    assert session.venue_id is None
    change_draft(COMMAND, session.id, replace(online(), mode=Mode.FACE_TO_FACE, venue_id=venue.id))
    assert (session.venue_id, session.online_link) == (venue.id, "")


def test_parts_keep_their_rows_when_they_are_dated_anew(app: Flask) -> None:
    session = draft_session(COMMAND, make_course().id, online(part(), part(7), part(14)))
    db.session.commit()
    keys = [one.id for one in session.parts]
    set_parts(session, [part(1), part(8)])
    db.session.commit()
    db.session.expire_all()
    assert [one.id for one in session.parts] == keys[:2]
    assert times_of(session) == [part(1), part(8)]
    assert db.session.scalars(select(SessionPart.id)).all() == keys[:2]


def test_a_change_of_a_middle_part_is_a_change_of_the_session(app: Flask) -> None:
    session = draft_session(COMMAND, make_course().id, online(part(), part(7), part(14)))
    db.session.commit()
    version, changed_at = session.row_version, session.changed_at
    change_draft(COMMAND, session.id, online(part(), part(8), part(14)))
    db.session.commit()
    assert session.row_version > version
    assert session.changed_at > changed_at
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "changed the draft")).one()
    assert entry.values is not None
    assert set(entry.values.after) == {"dates"}


def test_publishing_pins_the_edition_the_course_has_by_then(app: Flask) -> None:
    course = make_course()
    set_outcomes(COMMAND, course.id, ["I can see it"])
    early = draft_session(COMMAND, course.id, online())
    late = draft_session(COMMAND, course.id, online())
    publish_session(COMMAND, early.id)
    set_outcomes(COMMAND, course.id, ["I can see it early"])
    publish_session(COMMAND, late.id)
    db.session.commit()
    assert (early.edition.number, late.edition.number) == (1, 2)
    assert early.status is SessionStatus.PUBLISHED
    assert early.published_at is not None


def test_publishing_says_what_is_missing(app: Flask) -> None:
    course = make_course(status=CourseStatus.DRAFT)
    session = draft_session(COMMAND, course.id, replace(online(), online_link=""))
    with pytest.raises(Refused, match=r"Make the course live.*online link"):
        publish_session(COMMAND, session.id)


def test_a_past_programme_is_published_as_of_its_time(app: Flask) -> None:
    past = PartTimes(date(2024, 5, 1), time(9), time(12))
    session = draft_session(COMMAND, make_course().id, online(past))
    with pytest.raises(Refused, match="future"):
        publish_session(COMMAND, session.id)
    moment = datetime(2024, 3, 1, tzinfo=clock.LOCAL_ZONE)
    assert publish_session(COMMAND, session.id, at=moment).published_at == moment


def test_a_published_session_is_neither_changed_nor_discarded_as_a_draft(app: Flask) -> None:
    session = draft_session(COMMAND, make_course().id, online())
    publish_session(COMMAND, session.id)
    for deed in (
        lambda: change_draft(COMMAND, session.id, online(part(1))),
        lambda: discard_draft(COMMAND, session.id),
    ):
        with pytest.raises(Refused, match="no longer a draft"):
            deed()
    with pytest.raises(Refused, match="no longer a draft"):
        publish_session(COMMAND, session.id)


def test_a_discarded_draft_is_gone_and_noted(app: Flask) -> None:
    session = draft_session(COMMAND, make_course().id, online())
    make_assignment(session, make_person())
    discard_draft(COMMAND, session.id)
    db.session.commit()
    assert db.session.scalars(select(CourseSession)).all() == []
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "discarded the draft")).one()


def test_drafts_exist_for_the_desk_only(app: Flask) -> None:
    session = draft_session(COMMAND, make_course().id, online())
    assert session_by_ref(ANONYMOUS, session.ref) is None
    assert session_by_ref(viewer_of(make_person(), Role.TRAINER), session.ref) is None
    assert session_by_ref(COMMAND, session.ref.lower()) is session
    assert db.session.scalars(sessions(ANONYMOUS, SessionFilters())).all() == []


def test_sessions_are_filtered_and_sorted(app: Flask) -> None:
    neglect, online_safety = make_course("Neglect"), make_course("Online safety")
    first = make_session(online_safety, on=date(2026, 3, 31))
    second = make_session(neglect, on=date(2026, 4, 1), status=SessionStatus.FINISHED)

    def found(**wanted: object) -> list[CourseSession]:
        return list(db.session.scalars(sessions(COMMAND, SessionFilters(**wanted))))  # type: ignore[arg-type]

    assert found() == [first, second]
    assert found(order=SessionOrder.DATE_LATEST) == [second, first]
    assert found(order=SessionOrder.COURSE) == [second, first]
    assert found(year=TrainingYear(2025)) == [first]
    assert found(year=TrainingYear(2026)) == [second]
    assert found(words="negl") == [second]
    assert found(words=first.ref.lower()) == [first]
    assert found(status=SessionStatus.FINISHED) == [second]
    assert found(course_id=online_safety.id) == [first]
    assert years_of_sessions(COMMAND) == [TrainingYear(2026), TrainingYear(2025)]


def test_a_trainer_is_on_a_session_once_and_may_come_back(app: Flask) -> None:
    session, person = make_session(), make_person()
    assignment = assign_trainer(COMMAND, session.id, person.id, TrainerPart.LEAD)
    with pytest.raises(Refused, match="on this session already, as lead trainer"):
        assign_trainer(COMMAND, session.id, person.id, TrainerPart.SHADOW)
    set_assignment_state(COMMAND, assignment.id, AssignmentState.ACCEPTED)
    withdraw_trainer(COMMAND, assignment.id, "Ill")
    withdraw_trainer(COMMAND, assignment.id)
    with pytest.raises(Refused, match="no longer on the session"):
        set_assignment_state(COMMAND, assignment.id, AssignmentState.ACCEPTED)
    again = assign_trainer(COMMAND, session.id, person.id, TrainerPart.CO_TRAINER, AssignmentState.ACCEPTED)
    db.session.commit()
    assert trainers_of(COMMAND, session.id) == [again]


def test_trainers_cannot_join_what_is_called_off(app: Flask) -> None:
    session = make_session(status=SessionStatus.CALLED_OFF, called_off_at=clock.now())
    with pytest.raises(Refused, match="called off"):
        assign_trainer(COMMAND, session.id, make_person().id, TrainerPart.LEAD)


def test_who_was_asked_is_known_to_the_desk_and_who_comes_to_everybody(app: Flask) -> None:
    session = make_session()
    shadow = make_assignment(session, make_person(), TrainerPart.SHADOW)
    asked = make_assignment(session, make_person(), TrainerPart.CO_TRAINER, AssignmentState.ASKED)
    lead = make_assignment(session, make_person(), TrainerPart.LEAD)
    assert trainers_of(COMMAND, session.id) == [lead, asked, shadow]
    assert trainers_of(ANONYMOUS, session.id) == [lead, shadow]
    assert trains_at(viewer_of(asked.person, Role.TRAINER), session.id)
    assert not trains_at(viewer_of(asked.person), session.id), "whose role has ended"
    assert not trains_at(viewer_of(make_person(), Role.TRAINER), session.id)
    assert not trains_at(ANONYMOUS, session.id)


def test_a_clash_names_the_other_session(app: Flask) -> None:
    venue, person, course = make_venue(), make_person(), make_course()
    session = make_session(course, on=FIRST, venue=venue)
    other = make_session(make_course("Neglect"), on=FIRST, starts=time(15), ends=time(17), venue=venue)
    after = make_session(on=FIRST, starts=time(16), ends=time(18), venue=venue)
    over = make_session(on=FIRST, venue=venue, status=SessionStatus.CALLED_OFF, called_off_at=clock.now())
    for one in (session, other, after, over):
        make_assignment(one, person)
    clashes = clashes_for_trainer(COMMAND, person.id, times_of(session), session.id)
    assert [(clash.ref, clash.title) for clash in clashes] == [(other.ref, "Neglect")]
    assert clashes == clashes_for_venue(COMMAND, venue.id, times_of(session), session.id)
    idle = make_person()
    assert clashes_for_trainers(COMMAND, [person.id, idle.id], times_of(session), session.id) == {
        person.id: clashes,
        idle.id: [],
    }
    assert clashes_for_trainer(COMMAND, person.id, []) == []


def test_a_venue_has_a_name_of_its_own(app: Flask) -> None:
    hall = add_venue(COMMAND, VenueDetails(name=" Town  Hall ", address="1 High Street\nSandby"))
    assert hall.in_one_line == "Town Hall, 1 High Street, Sandby"
    with pytest.raises(Refused) as refusal:
        add_venue(COMMAND, VenueDetails(name="town hall", address="2 High Street"))
    assert refusal.value.field == "name"
    with pytest.raises(Refused) as refusal:
        add_venue(COMMAND, VenueDetails(name="Library", address=" "))
    assert refusal.value.field == "address"
    change_venue(COMMAND, hall.id, VenueDetails(name="Town Hall", address="1 High Street", access="Lift"))
    db.session.commit()
    assert hall.access == "Lift"


def test_a_reference_is_never_given_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(code="WT")
    taken = draft_session(COMMAND, course.id, online()).ref
    offered = iter([taken, taken, "WT-9999"])

    def offer(_prefix: str) -> str:
        return next(offered)

    monkeypatch.setattr(operations, "new_reference", offer)
    assert draft_session(COMMAND, course.id, online()).ref == "WT-9999"
