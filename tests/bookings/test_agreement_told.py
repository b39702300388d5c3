"""Line managers read of bookings in one message a day, in time to object, without a calendar part; never twice."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.models_told import ManagerTold, ToldStanding
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_told import tell
from training.bookings.settings_told import COPIES, HOUR, ManagerCopies
from training.bookings.ticks_told import tell_managers
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db
from training.core.message_abouts import MessageAlso, tells_of
from training.core.outbox import OutboxMessage
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.people.models import Employment, Person, RoleGrant, Standing
from training.schedule.models import CourseSession

MANAGER = "grace.oduya@sandby.example"
KINDS = ("bookings.manager-told", "bookings.lead-told")


@pytest.fixture(autouse=True)
def monday(wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


def person_with_manager(given: str = "Priya", address: str = MANAGER) -> Person:
    """Somebody whose only job names a manager."""
    person = make_person(given, "Nair")
    person.employments.append(
        Employment(
            agency=make_agency(),
            job_role="Health visitor",
            from_on=date(2024, 1, 1),
            manager_name="Grace Oduya" if address else "",
            manager_address=address,
            manager_confirmed_at=clock.now() if address else None,
            standing=Standing.VOUCHED,
        )
    )
    db.session.commit()
    return person


def booked(
    person: Person | None = None, on: date = date(2026, 12, 3), agreement: Agreement = Agreement.DECLARED
) -> int:
    """Book somebody on a session of their own; the key of the booking."""
    person = person or person_with_manager()
    course_session = make_session(make_course(agreement=agreement), on=on)
    db.session.commit()
    booking = book_place(COMMAND, course_session.id, person.id, declared=True)
    db.session.commit()
    return booking.id


def messages() -> list[OutboxMessage]:
    """What went to managers and leads, in order."""
    found = select(OutboxMessage).where(OutboxMessage.kind.in_(KINDS)).order_by(OutboxMessage.id)
    return list(db.session.scalars(found))


def ended(booking_id: int, **columns: object) -> None:
    booking = db.session.get_one(Booking, booking_id)
    for name, value in {"cancelled_at": clock.now(), **columns}.items():
        setattr(booking, name, value)
    db.session.commit()


def test_one_message_tells_of_all_people_with_a_link_for_each(app: Flask, wall_clock: WallClock) -> None:
    first, second = booked(), booked(person_with_manager("Sam"), date(2026, 12, 10))
    assert messages() == []
    assert tell_managers() == 1
    [message] = messages()
    assert (message.recipient_address, message.recipient_name) == (MANAGER, "Grace Oduya")
    assert message.subject == "Training of your people: 2 new bookings"
    assert message.body_text.startswith("Hello Grace Oduya,")
    assert message.calendar is None
    text = message.body_text
    assert text.index("Priya Nair has a place on") < text.index("Sam Nair has a place on")
    assert "Thursday 3 December 2026, 9:30am to 4pm" in text
    assert "If you do not agree, say so by the end of Monday 30 November 2026" in text
    assert text.count("/link/") == 2
    assert text.count("type the code") == 2
    assert len(message.secrets) == 4
    assert message.about == f"booking:{first}"
    assert list(db.session.scalars(select(MessageAlso.about))) == [f"booking:{second}"]
    assert db.session.scalars(select(OutboxMessage.id).where(tells_of([f"booking:{second}"]))).all()[-1] == message.id
    assert tell_managers() == 0


def test_of_one_booking_the_subject_says_whose(app: Flask) -> None:
    booked()
    tell_managers()
    [message] = messages()
    assert message.subject.startswith("Priya Nair is coming to training: Course")


def test_what_comes_after_the_hour_waits_for_the_next_day(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 07:59")
    booked()
    assert tell_managers() == 0
    wall_clock.set("2026-11-02 08:00")
    assert tell_managers() == 1
    booked(person_with_manager("Sam"))
    wall_clock.set("2026-11-02 18:00")
    assert tell_managers() == 0
    wall_clock.set("2026-11-03 07:59")
    assert tell_managers() == 0
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1
    assert "Priya" not in messages()[-1].body_text


def test_a_manager_who_had_no_news_at_the_hour_waits_as_well(app: Flask, wall_clock: WallClock) -> None:
    assert tell_managers() == 0
    booked()
    assert tell_managers() == 0
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1


def test_a_night_off_loses_nothing(app: Flask, wall_clock: WallClock) -> None:
    booked()
    wall_clock.set("2026-11-05 03:00")
    assert tell_managers() == 0
    booked(person_with_manager("Sam"))
    wall_clock.set("2026-11-05 21:00")
    assert tell_managers() == 1
    assert "2 new bookings" in messages()[0].subject


def test_what_can_be_objected_to_only_today_goes_at_once(app: Flask, wall_clock: WallClock) -> None:
    assert tell_managers() == 0
    booked(person_with_manager("Ana"), date(2026, 12, 10))
    # The cut-off of a session on Thursday the 5th is today.
    booked(on=date(2026, 11, 5))
    assert tell_managers() == 1
    [message] = messages()
    assert "say so by the end of Monday 2 November 2026" in message.body_text
    assert "Ana Nair" in message.body_text, "the message of the day takes the rest with it"
    # What comes later that day and cannot wait goes in a message of its own, alone.
    booked(person_with_manager("Sam"), date(2026, 11, 4))
    booked(person_with_manager("Tom"), date(2026, 12, 10))
    assert tell_managers() == 1
    assert tell_managers() == 0
    later = messages()[-1]
    assert "Sam Nair" in later.body_text
    assert "Tom Nair" not in later.body_text
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1
    assert "Tom Nair" in messages()[-1].body_text
    assert "Sam Nair" not in messages()[-1].body_text


def test_what_was_booked_and_given_up_again_is_not_worth_a_word(app: Flask) -> None:
    key = booked()
    cancel_booking(COMMAND, key)
    db.session.commit()
    assert tell_managers() == 0


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (CancelledBy.PERSON, "They cancelled it."),
        (CancelledBy.OFFICER, "The training team cancelled it."),
        (CancelledBy.CALLED_OFF, "The session was called off."),
        (CancelledBy.MOVED, "They moved to another date."),
        (CancelledBy.OTHER_DATE, "They have a place on another date."),
    ],
)
def test_a_booking_that_ended_is_told_with_why_but_not_with_the_reason(
    app: Flask, wall_clock: WallClock, by: CancelledBy, words: str
) -> None:
    key = booked()
    tell_managers()
    ended(key, state=BookingState.CANCELLED, cancelled_by=by, reason="I am ill")
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1
    message = messages()[-1]
    assert message.subject.startswith("Priya Nair is no longer coming to training: Course")
    assert words in message.body_text
    assert "I am ill" not in message.body_text
    assert "/link/" not in message.body_text
    wall_clock.set("2026-11-04 08:00")
    assert tell_managers() == 0


def test_a_colleague_and_the_list_are_told_as_well(app: Flask, wall_clock: WallClock) -> None:
    replaced, back = booked(), booked(person_with_manager("Sam"))
    tell_managers()
    other = booked(person_with_manager("Tom", ""))
    ended(replaced, state=BookingState.REPLACED, replaced_by_id=other, cancelled_at=None)
    ended(back, state=BookingState.WAITING, waiting_since=clock.now(), cancelled_at=None)
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1
    text = messages()[-1].body_text
    assert "A colleague has the place." in text
    assert "They are on the waiting list again." in text
    assert messages()[-1].subject == "Training of your people: 2 bookings that ended"
    ended(back, state=BookingState.CONFIRMED, cancelled_at=None)
    wall_clock.set("2026-11-04 08:00")
    assert tell_managers() == 1
    assert "Sam Nair has a place on" in messages()[-1].body_text
    assert "again." in messages()[-1].body_text


def test_what_they_did_themselves_is_not_told_back(app: Flask, wall_clock: WallClock) -> None:
    key = booked()
    tell_managers()
    ended(key, state=BookingState.CANCELLED, cancelled_by=CancelledBy.MANAGER, reason="Court")
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 0
    assert db.session.scalars(select(ManagerTold.standing)).one() is ToldStanding.ENDED


def moved(booking_id: int, on: date) -> None:
    course_session = db.session.get_one(CourseSession, db.session.get_one(Booking, booking_id).session_id)
    part = course_session.parts[0]
    part.on, part.starts_at, part.ends_at = on, clock.instant(on, part.starts), clock.instant(on, part.ends)
    course_session.starts_at, course_session.ends_at = part.starts_at, part.ends_at
    db.session.commit()


def test_another_date_is_told_with_what_it_was_and_may_be_objected_to(app: Flask, wall_clock: WallClock) -> None:
    key = booked()
    tell_managers()
    moved(key, date(2026, 12, 17))
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1
    message = messages()[-1]
    assert message.subject.startswith("Training of Priya Nair on another date: Course")
    for words in ("Thursday 17 December 2026, 9:30am to 4pm", "It was to be:\nThursday 3 December 2026", "/link/"):
        assert words in message.body_text
    wall_clock.set("2026-11-04 08:00")
    assert tell_managers() == 0


def test_what_is_told_is_a_setting(app: Flask, wall_clock: WallClock) -> None:
    change_setting(COMMAND, COPIES, ManagerCopies.TO_OBJECT.value)
    db.session.commit()
    key = booked()
    assert tell_managers() == 1
    ended(key, state=BookingState.CANCELLED, cancelled_by=CancelledBy.PERSON)
    change_setting(COMMAND, COPIES, ManagerCopies.NOTHING.value)
    db.session.commit()
    booked(person_with_manager("Sam"))
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 0
    # What was not to be told is not brought up when the setting changes.
    change_setting(COMMAND, COPIES, ManagerCopies.EVERYTHING.value)
    db.session.commit()
    wall_clock.set("2026-11-04 08:00")
    assert tell_managers() == 0
    assert len(messages()) == 1


def test_the_hour_is_a_setting(app: Flask, wall_clock: WallClock) -> None:
    change_setting(COMMAND, HOUR, 12)
    db.session.commit()
    booked()
    assert tell_managers() == 0
    wall_clock.set("2026-11-02 12:00")
    assert tell_managers() == 1


def test_who_was_asked_and_agreed_hears_only_when_it_ends(app: Flask, wall_clock: WallClock) -> None:
    key = booked(agreement=Agreement.NONE)
    booking = db.session.get_one(Booking, key)
    booking.agreement, booking.agreed_at = Agreement.ASKED, clock.now()
    db.session.commit()
    assert tell_managers() == 0
    ended(key, state=BookingState.CANCELLED, cancelled_by=CancelledBy.PERSON)
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1
    assert "They cancelled it." in messages()[0].body_text


def test_two_workers_write_once(app: Flask) -> None:
    keys = [booked(), booked(person_with_manager("Sam"), date(2026, 11, 5))]
    outcomes = run_at_once(app, [[partial(tell, MANAGER, keys)]] * 4)
    assert sorted(outcome.returned for outcome in outcomes) == ["False", "False", "False", "True"]
    assert len(messages()) == 1
    assert db.session.query(ManagerTold).count() == 2


def test_a_round_that_was_killed_goes_on(app: Flask, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch) -> None:
    booked()
    booked(person_with_manager("Sam", "other@sandby.example"))

    def killed(address: str, keys: list[int]) -> bool:
        if address == MANAGER:
            raise KeyboardInterrupt
        return tell(address, keys)

    monkeypatch.setattr("training.bookings.ticks_told.tell", killed)
    with pytest.raises(KeyboardInterrupt):
        tell_managers()
    monkeypatch.undo()
    wall_clock.forward(minutes=1)
    tell_managers()
    assert sorted(message.recipient_address for message in messages()) == [MANAGER, "other@sandby.example"]


def test_whoever_manages_some_and_leads_others_gets_one_message(app: Flask) -> None:
    booked()
    silent = person_with_manager("Sam", "")
    lead = make_person("Grace", "Oduya", address=MANAGER)
    grant = RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=silent.employments[0].agency, from_on=date(2024, 1, 1))
    db.session.add(grant)
    booked(silent)
    assert tell_managers() == 1
    [message] = messages()
    assert message.kind == "bookings.manager-told"
    assert "We were told that you, as their line manager, agree." in message.body_text
    assert "We were told that their line manager agrees." in message.body_text


def test_the_manager_is_greeted_without_a_name_where_the_job_gives_none(app: Flask) -> None:
    person = person_with_manager()
    person.employments[0].manager_name = ""
    booked(person)
    tell_managers()
    assert messages()[0].body_text.splitlines()[0] == "Hello,"


def test_the_page_of_the_booking_says_what_the_manager_knows(client: Client) -> None:
    person = person_with_manager()
    course_session = make_session(make_course(agreement=Agreement.DECLARED), on=date(2026, 12, 3))
    db.session.commit()
    client.sign_in(person)
    form = client.get(f"/sessions/{course_session.ref}/book")
    shown = client.submit(form, {"declared": "yes", "manager": "yes"}, button="Book a place", follow=True)
    assert f"The line manager at {MANAGER} reads of it in the next message we send them." in shown.flashes[0]
    assert f"Your line manager at {MANAGER} reads of it in the next message we send them." in shown
    address = f"/my/bookings/{db.session.scalars(select(Booking.ref)).one()}"
    tell_managers()
    again = client.get(address)
    assert f"We told your line manager at {MANAGER} that you are coming." in again
    assert "Manager’s message of the day" in again


def test_no_manager_is_spoken_of_where_none_is_named(client: Client) -> None:
    person = person_with_manager(address="")
    course_session = make_session(make_course(agreement=Agreement.DECLARED))
    db.session.commit()
    client.sign_in(person)
    form = client.get(f"/sessions/{course_session.ref}/book")
    shown = client.submit(form, {"declared": "yes"}, button="Book a place", follow=True)
    assert "line manager at" not in shown


def test_nobody_is_told_where_no_agreement_is_asked_for(app: Flask) -> None:
    booked(agreement=Agreement.NONE)
    assert tell_managers() == 0


def test_nobody_is_told_where_no_manager_is_named(app: Flask) -> None:
    booked(person_with_manager(address=""))
    assert tell_managers() == 0


def test_a_manager_nobody_has_confirmed_reads_nothing_until_they_are(app: Flask, wall_clock: WallClock) -> None:
    person = person_with_manager()
    person.employments[0].manager_confirmed_at = None
    key = booked(person)
    assert tell_managers() == 0
    db.session.get_one(Booking, key).person.employments[0].manager_confirmed_at = clock.now()
    db.session.commit()
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1


def test_a_manager_is_told_once_a_place_is_there_not_while_waiting(app: Flask, wall_clock: WallClock) -> None:
    course_session = make_session(make_course(agreement=Agreement.DECLARED), on=date(2026, 12, 3), capacity=1)
    other, waiting = make_person(), person_with_manager()
    first = book_place(COMMAND, course_session.id, other.id, declared=True)
    db.session.commit()
    book_place(COMMAND, course_session.id, waiting.id, declared=True)
    db.session.commit()
    key = first.id
    assert tell_managers() == 0
    cancel_booking(COMMAND, key)
    db.session.commit()
    wall_clock.set("2026-11-03 08:00")
    assert tell_managers() == 1


def test_each_booking_asks_whether_the_manager_is_still_the_same(client: Client) -> None:
    person = person_with_manager()
    course_session = make_session(make_course(agreement=Agreement.DECLARED))
    db.session.commit()
    client.sign_in(person)
    form = client.get(f"/sessions/{course_session.ref}/book")
    assert not form.select("input[name=manager][checked]")
    open_still = client.submit(form, {"declared": "yes"}, button="Book a place", status=400)
    assert open_still.errors == ["Select whether Grace Oduya is still your line manager"]
    shown = client.submit(open_still, {"manager": "no", "declared": "yes"}, button="Book a place", follow=True)
    assert "Please tell us on your account page who your line manager is now." in shown.flashes
    assert tell_managers() == 0
    job = db.session.scalars(select(Employment)).one()
    assert (job.manager_name, job.manager_address, job.manager_confirmed_at) == ("", "", None)


def test_what_a_manager_is_told_goes_to_the_lead_where_there_is_none(app: Flask) -> None:
    person = person_with_manager(address="")
    job = person.employments[0]
    job.has_no_manager = True
    lead = make_person("Lena")
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=job.agency, from_on=date(2024, 1, 1)))
    to = lead.address
    booked(person)
    assert tell_managers() == 1
    [message] = messages()
    assert (message.kind, message.recipient_address) == ("bookings.lead-told", to)
    assert "as the training lead" in message.body_text
