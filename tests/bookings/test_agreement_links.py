"""A line manager answers by link: yes, no until the cut-off, or that the person is not theirs."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.bookings.invariants import broken_invariants
from tests.bookings.links_in_mail import code_in, latest, link_in
from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session, viewer_of
from tests.pages import Client
from training.bookings.forms_agreements import AGREES
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_agreements import agree, not_their_manager, object_to
from training.bookings.operations_needs import NeedWords, tell_needs
from training.bookings.ticks_jobs import follow_jobs
from training.bookings.ticks_told import tell_managers
from training.catalogue.models import Agreement
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.haste import DEED
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer, ViewerKind
from training.homes.queries_desk_asked import managers_who_are_none
from training.people.models import Employment, Person, RoleGrant, Standing
from training.people.operations_jobs import Job, change_employment, move_agency

MANAGER = "grace.oduya@sandby.example"
TOLD = "bookings.manager-told"


def answered_in_haste() -> list[str]:
    """The tables whose rows the log says were answered too soon."""
    return list(db.session.scalars(select(AuditEntry.subject_kind).where(AuditEntry.deed == DEED)))


@pytest.mark.parametrize(("minutes", "flagged"), [(0, ["booking"]), (2, [])])
def test_an_answer_within_a_minute_of_sending_is_flagged(
    client: Client, wall_clock: WallClock, minutes: int, flagged: list[str]
) -> None:
    wall_clock.set("2026-11-16 09:00")
    told = Told()
    link = link_in(latest(TOLD))
    # The message waits for an hour: what counts is when it was sent.
    wall_clock.forward(minutes=60)
    db.session.execute(
        update(OutboxMessage).where(OutboxMessage.kind == TOLD).values(state=MessageState.SENT, sent_at=clock.now())
    )
    db.session.commit()
    wall_clock.forward(minutes=minutes, seconds=30)
    page = client.get(link)
    assert answered_in_haste() == [], "opening is not answering"
    client.submit(page, {}, status=400)
    assert answered_in_haste() == [], "nothing was answered"
    client.submit(page, {"answer": AGREES})
    assert told.booking.agreed_at is not None
    assert answered_in_haste() == flagged


class Told:
    """A booking whose manager was told, read afresh whenever it is asked for, and one person waiting behind it."""

    def __init__(self, *, confirmed: bool = True, lead: bool = False) -> None:
        agency = make_agency()
        person = make_person("Priya", "Nair")
        job = Employment(
            agency=agency, job_role="Health visitor", from_on=date(2024, 1, 1), manager_name="Grace Oduya",
            manager_address=MANAGER, manager_confirmed_at=clock.now() if confirmed else None,
            standing=Standing.VOUCHED,
        )  # fmt: skip
        person.employments.append(job)
        if lead:
            leading = make_person("Leah", "Lead")
            db.session.add(RoleGrant(person=leading, role=Role.AGENCY_LEAD, agency=agency, from_on=date(2020, 1, 1)))
        session = make_session(make_course(agreement=Agreement.DECLARED), on=date(2026, 11, 30), capacity=1)
        db.session.commit()
        self.id = book_place(COMMAND, session.id, person.id, declared=True).id
        db.session.commit()
        self.waiting_id = book_place(COMMAND, session.id, make_person().id, declared=True).id
        db.session.commit()
        tell_managers()

    @property
    def booking(self) -> Booking:
        return db.session.get_one(Booking, self.id, populate_existing=True)

    @property
    def waiting(self) -> Booking:
        return db.session.get_one(Booking, self.waiting_id, populate_existing=True)

    @property
    def person(self) -> Person:
        return self.booking.person

    @property
    def holder(self) -> Viewer:
        """Whoever holds the manager's link."""
        return Viewer(ViewerKind.LINK, link_opens=("booking", self.id))


@pytest.fixture
def told(app: Flask, wall_clock: WallClock) -> Told:
    wall_clock.set("2026-11-02 10:00")
    return Told()


def address() -> str:
    return link_in(latest(TOLD))


def test_opening_the_link_does_nothing_and_nothing_is_chosen(client: Client, told: Told) -> None:
    version = told.booking.row_version
    page = client.get(address())
    for seen in (page, client.get(address())):
        assert seen.h1 == "May they go?"
        assert "Priya Nair has a place on" in seen
        assert "This page is for the line manager of Priya Nair." in seen
        assert "You can object until the end of Wednesday 25 November 2026." in seen
        assert not seen.select("input[type=radio][checked]")
    assert (told.booking.row_version, told.booking.agreed_at) == (version, None)
    assert client.submit(page, status=400).errors == ["Select your answer"]


def test_a_yes_is_noted_and_can_become_a_no(client: Client, told: Told) -> None:
    page = client.submit(client.get(address()), {"answer": "agrees"}, follow=True)
    assert page.flashes == ["You agreed. Priya Nair keeps the place; there is nothing more to do."]
    assert "Agreed on" in page
    assert told.booking.agreed_at == clock.now()
    client.sign_in(told.person)
    assert "Your manager said on Monday 2 November 2026 that you may go." in client.get(
        f"/my/bookings/{told.booking.ref}"
    )
    client.sign_out()
    page = client.submit(client.get(address()), {"answer": "objects", "reason": "Court that day"}, follow=True)
    assert "You objected, and the booking is cancelled." in page
    assert told.booking.state is BookingState.CANCELLED


def test_an_objection_needs_a_reason_and_cancels_with_everything_that_follows(client: Client, told: Told) -> None:
    page = client.submit(client.get(address()), {"answer": "objects"}, status=400)
    assert page.errors == ["Enter why you object. The person will read it"]
    client.submit(page, {"answer": "objects", "reason": "Court that day"})
    booking = told.booking
    assert (booking.state, booking.cancelled_by) == (BookingState.CANCELLED, CancelledBy.MANAGER)
    assert (booking.reason, booking.is_late) == ("Court that day", False)
    assert told.waiting.state is BookingState.CONFIRMED
    message = latest("bookings.cancelled")
    assert message.recipient_address == told.person.address
    assert message.calendar_method == "CANCEL"
    assert "Your manager cancelled it." in message.body_text
    assert "Reason given: Court that day" in message.body_text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "cancelled")).one()
    assert (entry.actor_kind, entry.actor_id) == (ViewerKind.LINK, None)
    assert broken_invariants(booking.session_id) == []


def test_after_the_cut_off_it_says_whom_to_ask_and_agreeing_still_works(
    client: Client, told: Told, wall_clock: WallClock
) -> None:
    opened = client.get(address())
    wall_clock.set("2026-11-25 23:30")
    assert "I object" in client.get(address())
    wall_clock.set("2026-11-26 09:00")
    page = client.get(address())
    assert "You could object until the end of Wednesday 25 November 2026." in page
    assert "write to the training team at" in page
    assert "I object" not in page
    client.submit(opened, {"answer": "objects", "reason": "Late"}, status=400)
    with pytest.raises(Refused, match="You could object until"):
        object_to(told.holder, told.id, "Late", CancelledBy.MANAGER)
    db.session.rollback()
    assert told.booking.state is BookingState.CONFIRMED
    client.submit(page, {"answer": "agrees"})
    assert told.booking.agreed_at is not None


def test_who_was_booked_after_the_cut_off_can_be_objected_to_that_day(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-27 10:00")
    told = Told()
    object_to(told.holder, told.id, "Court that day", CancelledBy.MANAGER)
    db.session.commit()
    assert (told.booking.state, told.booking.is_late) == (BookingState.CANCELLED, False)


def test_once_the_session_has_begun_nothing_can_be_answered(client: Client, told: Told, wall_clock: WallClock) -> None:
    opened = client.get(address())
    wall_clock.set("2026-11-30 09:30")
    page = client.get(address())
    assert "This session has begun" in page
    assert "Priya" not in page
    assert not page.buttons
    client.submit(opened, {"answer": "agrees"}, status=409)
    assert told.booking.agreed_at is None


def test_the_link_dies_with_the_booking(client: Client, told: Told) -> None:
    opened = client.get(address())
    cancel_booking(COMMAND, told.id)
    db.session.commit()
    page = client.get(address())
    assert "This booking has ended." in page
    assert "Priya" not in page
    for answers in ({"answer": "agrees"}, {"answer": "objects", "reason": "No"}):
        client.submit(opened, answers, status=409)
    assert told.booking.cancelled_by is CancelledBy.OFFICER


def test_not_their_manager_takes_the_address_away_and_is_on_the_desk(client: Client, told: Told) -> None:
    page = client.submit(client.get(address()), {"answer": "not-mine"})
    assert page.location == "/"
    [job] = told.person.employments
    assert (job.manager_address, job.manager_confirmed_at) == ("", None)
    assert told.booking.state is BookingState.CONFIRMED
    assert latest("people-manager-not-right").recipient_address == told.person.address
    client.get(address(), status=410)
    [due] = managers_who_are_none(COMMAND).shown
    assert due.title == "Priya Nair"
    client.sign_in(make_person(role=Role.OFFICER))
    assert "Line manager to be named" in client.get("/desk")
    job.manager_address = "new.manager@sandby.example"
    db.session.commit()
    assert managers_who_are_none(COMMAND).total == 0


def test_whose_manager_was_taken_away_is_seen_by_nobody_else(client: Client, told: Told) -> None:
    opened = client.get(address())
    [job] = told.person.employments
    job.manager_name, job.manager_address, job.manager_confirmed_at = "", "", None
    db.session.commit()
    page = client.submit(opened, {"answer": "objects", "reason": "No"}, status=409)
    assert "There is nothing to answer here any more." in page
    assert "Priya" not in page
    assert told.booking.is_live


def test_who_was_the_manager_before_says_nothing_more(client: Client, told: Told) -> None:
    opened = client.get(address())
    [job] = told.person.employments
    change_employment(
        viewer_of(told.person),
        job,
        Job(job_role=job.job_role, agency_id=job.agency_id, manager_address="new@b.example"),
    )
    db.session.commit()
    for answer in ("objects", "not-mine"):
        client.submit(opened, {"answer": answer, "reason": "No"}, status=410)
        assert told.booking.is_live
        assert told.person.employments[0].manager_address == "new@b.example"
    client.get(address(), status=410)


def test_who_managed_the_job_before_says_nothing_of_the_one_that_follows(client: Client, told: Told) -> None:
    [job], other = told.person.employments, make_agency("Other")
    other_id = other.id
    moved = Job(job_role="Nurse", agency_id=other_id, manager_address="new@other.example")
    move_agency(viewer_of(told.person), job, moved, clock.today())
    db.session.commit()
    client.get(address())
    assert follow_jobs() == 1
    client.get(address(), status=410)
    assert told.booking.agency_id == other_id


def test_a_manager_nobody_has_confirmed_is_told_nothing(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    told = Told(confirmed=False)
    sent = db.session.scalars(select(OutboxMessage).where(OutboxMessage.recipient_address == MANAGER)).all()
    assert not [message for message in sent if "Nair" in message.body_text or "Course" in message.body_text]
    assert told.booking.is_live


def test_the_lead_is_told_in_their_place_and_can_object(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")
    told = Told(confirmed=False, lead=True)
    message = latest("bookings.lead-told")
    assert "No line manager’s address is confirmed" in message.body_text
    page = client.get(link_in(message))
    assert "I am not their line manager" not in page
    client.submit(page, {"answer": "objects", "reason": "Cover is needed"})
    assert told.booking.cancelled_by is CancelledBy.LEAD


def test_the_short_code_opens_the_same_page(client: Client, told: Told) -> None:
    page = client.submit(client.get("/link"), {"code": code_in(latest(TOLD))}, follow=True)
    assert page.h1 == "May they go?"


def test_no_mail_holds_a_word_of_needs(client: Client, told: Told) -> None:
    tell_needs(viewer_of(told.person), told.id, NeedWords("secretword", "secretword"), keep=True)
    db.session.commit()
    client.submit(client.get(address()), {"answer": "objects", "reason": "Court that day"})
    messages = db.session.scalars(select(OutboxMessage)).all()
    assert not [message for message in messages if "secretword" in message.body_text + message.subject]
    assert "secretword" not in client.get(address())


def test_a_link_answers_for_its_own_booking_alone(told: Told) -> None:
    strangers = [Viewer(ViewerKind.LINK, link_opens=("trainer_assignment", told.id)), COMMAND, viewer_of(told.person)]
    strangers.append(Viewer(ViewerKind.LINK, link_opens=("booking", told.waiting_id)))
    for viewer in strangers:
        for deed in (
            partial(agree, viewer, told.id),
            partial(object_to, viewer, told.id, "No", CancelledBy.MANAGER),
            partial(not_their_manager, viewer, told.id),
        ):
            with pytest.raises(LookupError):
                deed()
    assert told.booking.is_live


def _object(viewer: Viewer, booking_id: int) -> str:
    return object_to(viewer, booking_id, "Court that day", CancelledBy.MANAGER).state


def _cancel(booking_id: int) -> str:
    return cancel_booking(COMMAND, booking_id).state


def test_the_manager_objects_while_the_learner_cancels(told: Told, app: Flask) -> None:
    deeds = [[partial(_object, told.holder, told.id)], [partial(_cancel, told.id)]]
    outcomes = run_at_once(app, deeds)
    assert not [outcome.error for outcome in outcomes if outcome.error]
    assert sorted(outcome.returned for outcome in outcomes) == ["", "cancelled"]
    assert told.booking.state is BookingState.CANCELLED
    assert told.waiting.state is BookingState.CONFIRMED
    told_of = select(OutboxMessage).where(OutboxMessage.kind == "bookings.cancelled")
    assert len(db.session.scalars(told_of).all()) == 1
    assert broken_invariants(told.booking.session_id) == []
