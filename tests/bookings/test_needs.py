"""What people need: kept apart, shown to who answers for it, a task until met, and removed as promised."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.conftest import WallClock
from tests.factories import make_assignment, make_booking, make_person, make_session, viewer_of
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.models_needs import BookingNeed, PersonNeed
from training.bookings.operations import cancel_booking
from training.bookings.operations_needs import (
    NeedWords,
    forget_kept,
    keep_needs,
    look_at_needs,
    mark_met,
    mark_not_met,
    note_needs,
    take_back,
    tell_needs,
    use_kept,
)
from training.bookings.queries_needs import NeedsStanding, needs_of_session, needs_standing, own_kept, own_need
from training.bookings.ticks_needs import NEED_DAYS, remove_old_needs
from training.core import clock
from training.core.audit import AuditEntry, AuditValues
from training.core.database import db
from training.core.refusal import Refused
from training.core.settings import change_setting
from training.core.viewer import COMMAND, WORKER, Role, Viewer
from training.homes.queries_desk_asked import needs_not_met
from training.schedule.models import AssignmentState, TrainerPart

LOOP = "a hearing loop, secretword"
WORDS = NeedWords(LOOP, "halal, secretword")


@pytest.fixture
def booking(app: Flask, wall_clock: WallClock) -> Booking:
    """Somebody with a place on a session four weeks from now."""
    wall_clock.set("2026-11-02 10:00")
    booking = make_booking(make_session())
    db.session.commit()
    return booking


@pytest.fixture
def officer(app: Flask) -> Viewer:
    return viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)


def owner(booking: Booking) -> Viewer:
    return viewer_of(booking.person)


def tell(booking: Booking, words: NeedWords = WORDS, *, keep: bool = False) -> BookingNeed:
    tell_needs(owner(booking), booking.id, words, keep=keep)
    db.session.commit()
    return db.session.scalars(select(BookingNeed).where(BookingNeed.booking_id == booking.id)).one()


def test_who_answers_for_a_session_sees_its_needs_and_nobody_else(booking: Booking, officer: Viewer) -> None:
    tell(booking)
    session = booking.course_session
    lead, co, shadow, asked, other = (make_person(role=Role.TRAINER) for _ in range(5))
    make_assignment(session, lead)
    make_assignment(session, co, TrainerPart.CO_TRAINER)
    make_assignment(session, shadow, TrainerPart.SHADOW)
    make_assignment(session, asked, TrainerPart.CO_TRAINER, AssignmentState.ASKED)
    make_assignment(make_session(), other)
    db.session.commit()
    seeing = [officer, viewer_of(lead, Role.TRAINER), viewer_of(co, Role.TRAINER)]
    blind = [viewer_of(one, Role.TRAINER) for one in (shadow, asked, other)]
    blind += [viewer_of(lead), owner(booking), COMMAND, WORKER]
    blind += [viewer_of(make_person(), role) for role in Role if role not in (Role.OFFICER, Role.LEARNER)]
    for viewer in seeing:
        assert [need.support for need in look_at_needs(viewer, session.id)] == [LOOP]
        db.session.commit()
    for viewer in blind:
        assert needs_standing(viewer, session.id) is None
        assert needs_of_session(viewer, session.id) == []
        with pytest.raises(LookupError):
            look_at_needs(viewer, session.id)
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "looked at access needs")).all()
    assert [(entry.actor_id, entry.subject_kind, entry.subject_id) for entry in noted] == [
        (viewer.person_id, "booking", booking.id) for viewer in seeing
    ]


def test_no_word_reaches_the_audit_log(booking: Booking, officer: Viewer) -> None:
    need = tell(booking, keep=True)
    mark_met(officer, need.id, "secretword is arranged", need.row_version)
    db.session.commit()
    note_needs(officer, booking.id, NeedWords("secretword too"))
    db.session.commit()
    look_at_needs(officer, booking.session_id)
    db.session.commit()
    take_back(owner(booking), booking.id)
    db.session.commit()
    use_kept(owner(booking), booking.id)
    db.session.commit()
    forget_kept(owner(booking))
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 8
    told = [f"{row.before} {row.after}" for row in db.session.scalars(select(AuditValues))]
    told += [f"{entry.deed} {entry.reason}" for entry in db.session.scalars(select(AuditEntry))]
    assert not [text for text in told if "secretword" in text]
    assert "secretword" not in repr(WORDS)
    assert not [one for _, one in needs_of_session(officer, booking.session_id) if "secretword" in repr(one)]


def test_a_need_is_a_task_until_met_and_again_once_it_is_changed(booking: Booking, officer: Viewer) -> None:
    need = tell(booking)
    assert needs_standing(officer, booking.session_id) == NeedsStanding(1, 1, 0)
    [due] = needs_not_met(officer).shown
    assert (due.ref, due.number, due.detail) == (booking.course_session.ref, 1, "today")
    mark_met(officer, need.id, "Room 2 has a loop", need.row_version)
    db.session.commit()
    assert (need.met_how, need.met_by_id, need.met_at) == ("Room 2 has a loop", officer.person_id, clock.now())
    assert needs_standing(officer, booking.session_id) == NeedsStanding(1, 0, 0)
    assert needs_not_met(officer).total == 0
    tell(booking)
    assert needs_standing(officer, booking.session_id) == NeedsStanding(1, 0, 0), "the same words again change nothing"
    tell(booking, NeedWords("Something else"))
    assert needs_standing(officer, booking.session_id) == NeedsStanding(1, 1, 0)


def test_what_was_changed_meanwhile_cannot_be_marked_as_met(booking: Booking, officer: Viewer) -> None:
    seen = tell(booking).row_version
    need = tell(booking, NeedWords("Something else"))
    with pytest.raises(Refused, match="changed or removed meanwhile"):
        mark_met(officer, need.id, "Done", seen)
    seen = need.row_version
    take_back(owner(booking), booking.id)
    db.session.commit()
    with pytest.raises(Refused, match="changed or removed meanwhile"):
        mark_met(officer, need.id, "Done", seen)


def test_only_the_officer_says_that_a_need_is_met(booking: Booking) -> None:
    need = tell(booking)
    trainer = make_person(role=Role.TRAINER)
    make_assignment(booking.course_session, trainer)
    db.session.commit()
    for viewer in (viewer_of(trainer, Role.TRAINER), viewer_of(make_person(), Role.ADMINISTRATOR), owner(booking)):
        with pytest.raises(LookupError):
            mark_met(viewer, need.id, "Done", need.row_version)
        with pytest.raises(LookupError):
            mark_not_met(viewer, need.id)
        with pytest.raises(LookupError):
            note_needs(viewer, booking.id, WORDS)


def test_met_asks_how_and_can_be_taken_back(booking: Booking, officer: Viewer) -> None:
    need = tell(booking)
    with pytest.raises(Refused, match="Enter how it is met"):
        mark_met(officer, need.id, "  ", 1)
    mark_met(officer, need.id, "Done", need.row_version)
    db.session.commit()
    mark_not_met(officer, need.id)
    db.session.commit()
    assert (need.met_at, need.met_by_id, need.met_how) == (None, None, "")


def test_a_booking_that_ends_is_no_task_and_its_words_go(booking: Booking, officer: Viewer) -> None:
    tell(booking)
    cancel_booking(owner(booking), booking.id)
    db.session.commit()
    assert needs_not_met(officer).total == 0
    assert needs_standing(officer, booking.session_id) == NeedsStanding(0, 0, 0)
    assert remove_old_needs() == 1
    need = db.session.scalars(select(BookingNeed)).one()
    assert (need.support, need.diet, need.removed_at) == ("", "", clock.now())


def test_words_are_removed_days_after_the_last_part_and_the_count_stays(
    booking: Booking, officer: Viewer, wall_clock: WallClock
) -> None:
    need = tell(booking)
    mark_met(officer, need.id, "Done", need.row_version)
    db.session.commit()
    change_setting(officer, NEED_DAYS, 10)
    db.session.commit()
    session_id, ends = booking.session_id, booking.course_session.ends_at
    db.session.commit()
    wall_clock.forward(seconds=(ends - clock.now()).total_seconds() + 10 * 86400 - 60)
    assert remove_old_needs() == 0
    wall_clock.forward(minutes=2)
    assert remove_old_needs() == 1
    assert remove_old_needs() == 0
    need = db.session.scalars(select(BookingNeed)).one()
    assert (need.support, need.diet, need.met_how) == ("", "", "")
    assert need.met_at is not None
    standing = needs_standing(officer, session_id)
    assert standing == NeedsStanding(0, 0, 1)
    assert standing is not None
    assert standing.in_words == "What 1 person told us was removed, as promised."


def test_taking_back_removes_at_once_and_telling_again_begins_anew(booking: Booking, officer: Viewer) -> None:
    tell(booking)
    take_back(owner(booking), booking.id)
    db.session.commit()
    assert own_need(owner(booking), booking) is None
    assert look_at_needs(officer, booking.session_id) == []
    tell(booking, NeedWords("New"))
    assert needs_standing(officer, booking.session_id) == NeedsStanding(1, 1, 0)


def test_nothing_is_copied_to_the_next_booking_by_itself(booking: Booking, officer: Viewer) -> None:
    tell(booking, keep=True)
    following = make_booking(make_session(), booking.person)
    db.session.commit()
    assert own_need(owner(booking), following) is None
    kept = own_kept(owner(booking))
    assert kept is not None
    assert (kept.support, kept.diet) == (WORDS.support, WORDS.diet)
    assert needs_standing(officer, following.session_id) == NeedsStanding(0, 0, 0)
    use_kept(owner(booking), following.id)
    db.session.commit()
    assert needs_standing(officer, following.session_id) == NeedsStanding(1, 1, 0)


def test_saying_no_to_keeping_leaves_what_was_kept_before(booking: Booking) -> None:
    keep_needs(owner(booking), NeedWords("Kept before"))
    db.session.commit()
    tell(booking, NeedWords("Only today"), keep=False)
    kept = own_kept(owner(booking))
    assert kept is not None
    assert kept.support == "Kept before"
    keep_needs(owner(booking), NeedWords())
    db.session.commit()
    assert db.session.scalars(select(PersonNeed)).all() == []
    with pytest.raises(Refused, match="Nothing is kept"):
        use_kept(owner(booking), booking.id)


def test_needs_are_told_for_ones_own_live_booking_only(booking: Booking, wall_clock: WallClock) -> None:
    stranger = viewer_of(make_person())
    for deed in (
        lambda: tell_needs(stranger, booking.id, WORDS, keep=False),
        lambda: use_kept(stranger, booking.id),
        lambda: take_back(stranger, booking.id),
        lambda: tell_needs(COMMAND, booking.id, WORDS, keep=False),
        lambda: keep_needs(COMMAND, WORDS),
    ):
        with pytest.raises(LookupError):
            deed()
    wall_clock.forward(days=60)
    with pytest.raises(Refused, match="has ended"):
        tell_needs(owner(booking), booking.id, WORDS, keep=False)


def test_somebody_who_waits_is_no_task_before_there_is_a_place(booking: Booking, officer: Viewer) -> None:
    tell(booking)
    booking.state, booking.waiting_since = BookingState.WAITING, clock.now()
    db.session.commit()
    assert needs_not_met(officer).total == 0
    assert look_at_needs(officer, booking.session_id) == []


def test_the_officer_adds_what_was_told_without_reading_what_is_there(booking: Booking, officer: Viewer) -> None:
    need = tell(booking, NeedWords("A loop"))
    mark_met(officer, need.id, "Done", need.row_version)
    db.session.commit()
    note_needs(officer, booking.id, NeedWords("A ramp", "Vegan"))
    db.session.commit()
    present = db.session.scalars(select(BookingNeed)).one()
    assert (present.support, present.diet, present.met_at) == ("A loop\nA ramp", "Vegan", None)
    with pytest.raises(Refused, match="Enter what they need"):
        note_needs(officer, booking.id, NeedWords())


DEEDS = ("tell", "other", "empty", "met", "back", "use", "cancel", "later", "tick")


@given(deeds=st.lists(st.sampled_from(DEEDS), max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_words_stand_only_where_they_may(app: Flask, wall_clock: WallClock, deeds: list[str]) -> None:
    wall_clock.set("2026-11-02 10:00")
    officer = viewer_of(make_person(role=Role.OFFICER), Role.OFFICER)
    booking = make_booking(make_session())
    viewer, booking_id, session_id = owner(booking), booking.id, booking.session_id
    keep_needs(viewer, NeedWords("kept"))
    db.session.commit()

    def met() -> None:
        for _, need in needs_of_session(officer, session_id):
            mark_met(officer, need.need_id, "Done", need.version)
            db.session.commit()

    steps = {
        "tell": lambda: tell_needs(viewer, booking_id, WORDS, keep=False),
        "other": lambda: tell_needs(viewer, booking_id, NeedWords("other"), keep=False),
        "empty": lambda: tell_needs(viewer, booking_id, NeedWords(), keep=False),
        "met": met,
        "back": lambda: take_back(viewer, booking_id),
        "use": lambda: use_kept(viewer, booking_id),
        "cancel": lambda: cancel_booking(viewer, booking_id),
        "later": lambda: wall_clock.forward(days=9),
        "tick": remove_old_needs,
    }
    for name in deeds:
        try:
            steps[name]()
        except Refused:
            db.session.rollback()
        db.session.commit()
    remove_old_needs()
    booking = db.session.get_one(Booking, booking_id)
    needs = db.session.scalars(select(BookingNeed).where(BookingNeed.booking_id == booking_id)).all()
    assert len(needs) <= 1
    over = (clock.now() - booking.course_session.ends_at).days >= 14 or booking.cancelled_by is CancelledBy.PERSON
    for need in needs:
        assert (need.removed_at is None) == bool(need.support or need.diet)
        assert not (over and need.support)
    standing = needs_standing(officer, session_id)
    assert standing is not None
    assert standing.told == sum(need.removed_at is None for need in needs)
    assert standing.not_met == sum(need.removed_at is None and need.met_at is None for need in needs)
