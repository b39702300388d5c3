"""What follows from an answer: it is noted, a “declined” is asked about, and nothing is cancelled that nobody meant."""

from datetime import date, timedelta
from email import message_from_bytes

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.links_in_mail import code_in, latest, link_in
from tests.bookings.test_invite_decisions import moved
from tests.calendars.answers import calendar, mail_with
from tests.conftest import WallClock
from tests.core.post import Post
from tests.factories import make_assignment, make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState, CalendarEntry
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import book_place, cancel_booking
from training.bookings.ticks_trainers import invite_trainers
from training.calendars.models import CalendarReply, Participation
from training.calendars.operations_replies import Taken, take_in
from training.calendars.replies import Reply, replies_in
from training.calendars.settings import DECLINED_RELEASES
from training.core import clock, sending
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.notes import Note
from training.core.outbox import OutboxMessage
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.people.models import EmailAddress, Person
from training.schedule.models import CourseSession
from training.schedule.operations import times_of
from training.schedule.rules import PartTimes

ASKED = "calendars.declined"


class Invited:
    """Somebody with a place, read afresh whenever it is asked for, and one person waiting behind them."""

    def __init__(self, *, days: int = 1) -> None:
        person, waiting = make_person("Priya", "Nair"), make_person("Sam")
        session = make_session(make_course("Neglect"), on=date(2026, 12, 24), capacity=1, days=days)
        self.session_id, self.person_id, self.address = session.id, person.id, str(person.address)
        waiting_id = waiting.id
        db.session.commit()
        self.id = book_place(COMMAND, self.session_id, self.person_id, declared=True).id
        db.session.commit()
        self.waiting_id = book_place(COMMAND, self.session_id, waiting_id, declared=True).id
        db.session.commit()

    @property
    def booking(self) -> Booking:
        return db.session.get_one(Booking, self.id, populate_existing=True)

    @property
    def entries(self) -> list[CalendarEntry]:
        found = select(CalendarEntry).where(CalendarEntry.booking_id == self.id).order_by(CalendarEntry.starts_at)
        return list(db.session.scalars(found.execution_options(populate_existing=True)))

    @property
    def page(self) -> str:
        return f"/my/bookings/{self.booking.ref}"

    def answers(
        self, answer: Participation = Participation.DECLINED, *, day: int = 0, sequence: int | None = None,
        address: str = "", uid: str = "", minutes: int = 0,
    ) -> Taken:  # fmt: skip
        """The calendar answers for one of the days, now or some minutes ago, as a mail would say it."""
        entry = self.entries[day]
        stamp = (clock.now() - timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%SZ")
        [reply] = _read(
            calendar(
                uid or entry.uid, address or entry.address, answer.value.upper(),
                sequence=entry.sequence if sequence is None else sequence, stamp=stamp,
            )
        )  # fmt: skip
        db.session.rollback()
        taken = take_in(reply, clock.now())
        db.session.commit()
        return taken


def _read(text: str) -> list[Reply]:
    return replies_in(message_from_bytes(mail_with(text)))


@pytest.fixture
def invited(app: Flask, wall_clock: WallClock) -> Invited:
    wall_clock.set("2026-12-03 10:00")
    return Invited()


def noted() -> list[tuple[Participation, bool]]:
    """The answers kept, and whether each is settled."""
    db.session.rollback()
    rows = db.session.execute(select(CalendarReply.answer, CalendarReply.settled_at).order_by(CalendarReply.id))
    return [(answer, settled is not None) for answer, settled in rows]


def asked() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.kind == ASKED)).all())


@pytest.mark.parametrize("answer", [Participation.ACCEPTED, Participation.TENTATIVE])
def test_a_yes_and_a_maybe_are_noted_and_nobody_is_asked(invited: Invited, answer: Participation) -> None:
    assert invited.answers(answer) is Taken.NOTED
    assert noted() == [(answer, False)]
    assert asked() == 0
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.deed == "noted the answer of the calendar"


def test_a_no_is_asked_about_and_keeps_the_place(invited: Invited) -> None:
    assert invited.answers() is Taken.NOTED
    assert invited.booking.state is BookingState.CONFIRMED
    message = latest(ASKED)
    assert message.subject.startswith("You declined the invitation. Release your place?")
    assert message.recipient_address == invited.address
    assert "Declining does not cancel your place" in message.body_text
    assert link_in(message)
    assert code_in(message)
    assert message.not_after == invited.booking.course_session.starts_at


def test_an_answer_that_comes_twice_is_asked_about_once(invited: Invited) -> None:
    assert [invited.answers(), invited.answers()] == [Taken.NOTED, Taken.OLDER]
    assert asked() == 1


def test_an_older_answer_is_passed_over_in_whatever_order_they_come(invited: Invited) -> None:
    assert invited.answers(Participation.ACCEPTED) is Taken.NOTED
    assert invited.answers(Participation.DECLINED, minutes=5) is Taken.OLDER
    assert noted() == [(Participation.ACCEPTED, False)]


def test_a_clock_that_runs_ahead_has_not_the_last_word(invited: Invited, wall_clock: WallClock) -> None:
    assert invited.answers(Participation.ACCEPTED, minutes=-600) is Taken.NOTED
    wall_clock.forward(minutes=5)
    assert invited.answers() is Taken.NOTED
    assert noted() == [(Participation.DECLINED, False)]


def test_an_answer_in_the_name_of_somebody_else_is_passed_over_and_noted(invited: Invited) -> None:
    assert invited.answers(address="mallory@elsewhere.example") is Taken.NOT_THEIRS
    assert noted() == []
    note = db.session.scalars(select(Note).where(Note.kind == "calendar-answer-of-another")).one()
    assert note.details == {"about": f"booking:{invited.id}"}


def test_the_address_is_compared_as_people_write_it(invited: Invited) -> None:
    assert invited.answers(address=invited.address.upper()) is Taken.NOTED


def test_another_proved_address_of_the_person_is_theirs_and_an_unproved_one_is_not(invited: Invited) -> None:
    """Exchange answers with the main address of a mailbox, whichever was invited."""
    for address, moment in (("p.nair@work.example", clock.now()), ("claimed@work.example", None)):
        db.session.add(
            EmailAddress(person_id=invited.person_id, address=address, is_primary=False, confirmed_at=moment)
        )
    db.session.commit()
    assert invited.answers(address="claimed@work.example") is Taken.NOT_THEIRS
    assert invited.answers(address="P.Nair@work.example") is Taken.NOTED


def test_an_answer_to_nothing_of_ours_is_passed_over(invited: Invited) -> None:
    assert invited.answers(uid="somebody-elses-meeting") is Taken.NOT_OURS
    assert invited.answers(sequence=7) is Taken.NOT_ASKED
    uid, address = invited.entries[0].uid, invited.address
    cancel_booking(COMMAND, invited.id)
    db.session.commit()
    [reply] = _read(calendar(uid, address))
    assert take_in(reply, clock.now()) is Taken.NOT_OURS
    assert noted() == []


def test_a_new_time_asks_anew(invited: Invited, client: Client, wall_clock: WallClock) -> None:
    """The answer to the old time says nothing about the new one (RFC 5546)."""
    invited.answers()
    part = times_of(db.session.get_one(CourseSession, invited.session_id))[0]
    moved(invited.session_id, [PartTimes(part.on + timedelta(days=1), part.starts, part.ends)])
    wall_clock.forward(minutes=1)
    assert invited.answers(sequence=0) is Taken.OLDER
    client.sign_in(db.session.get_one(Person, invited.person_id))
    assert "Your calendar declined" not in client.get(invited.page)
    assert invited.answers() is Taken.NOTED
    assert "Your calendar declined" in client.get(invited.page)
    assert asked() == 2


def test_of_three_days_declined_one_after_another_the_first_asks(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    invited = Invited(days=3)
    for day in range(3):
        assert invited.answers(day=day) is Taken.NOTED
    assert asked() == 1


def test_a_link_keeps_the_place_and_the_question_is_gone(invited: Invited, client: Client) -> None:
    invited.answers()
    address = link_in(latest(ASKED))
    page = client.get(address)
    assert page.h1 == "Release your place?"
    assert not page.select("input[type=radio][checked]")
    assert client.submit(page, status=400).errors == ["Select whether you release your place"]
    assert (noted(), invited.booking.state) == ([(Participation.DECLINED, False)], BookingState.CONFIRMED)
    said = client.submit(page, {"answer": "keep"}, follow=True)
    assert said.flashes == ["You keep your place. See you there."]
    assert (noted(), invited.booking.state) == ([(Participation.DECLINED, True)], BookingState.CONFIRMED)
    assert client.get(address, 410).status == 410


def test_a_link_releases_the_place_to_the_next_person(invited: Invited, client: Client) -> None:
    invited.answers()
    said = client.submit(client.get(link_in(latest(ASKED))), {"answer": "release"}, follow=True)
    assert said.flashes == ["Your place is released."]
    booking = invited.booking
    assert (booking.state, booking.cancelled_by) == (BookingState.CANCELLED, CancelledBy.PERSON)
    assert db.session.get_one(Booking, invited.waiting_id).state is BookingState.CONFIRMED


def test_a_short_code_leads_to_the_same_page(invited: Invited, client: Client) -> None:
    invited.answers()
    page = client.submit(client.get("/link"), {"code": code_in(latest(ASKED))}, follow=True)
    assert page.h1 == "Release your place?"


def test_a_link_about_a_booking_that_has_ended_says_so(invited: Invited, client: Client) -> None:
    invited.answers()
    address = link_in(latest(ASKED))
    cancel_booking(COMMAND, invited.id)
    db.session.commit()
    assert client.get(address, 410).status == 410


def test_the_page_of_the_booking_asks_too(invited: Invited, client: Client) -> None:
    client.sign_in(db.session.get_one(Person, invited.person_id))
    assert "Your calendar declined" not in client.get(invited.page)
    invited.answers()
    page = client.get(invited.page)
    assert "Your calendar declined the invitation" in page
    asking = client.click(page, "Release my place, or keep it")
    assert client.submit(asking, status=400).errors == ["Select whether you release your place"]
    kept = client.submit(asking, {"answer": "keep"}, follow=True)
    assert "Your calendar declined" not in kept


def test_releasing_on_the_page_of_the_booking_cancels_it(invited: Invited, client: Client) -> None:
    invited.answers()
    client.sign_in(db.session.get_one(Person, invited.person_id))
    page = client.submit(client.get(f"{invited.page}/declined"), {"answer": "release"}, follow=True)
    assert page.flashes == ["Your place is released."]
    assert invited.booking.state is BookingState.CANCELLED
    assert client.get(f"{invited.page}/declined", 302).location == invited.page


def test_after_the_start_nothing_can_be_released_any_more(
    invited: Invited, client: Client, wall_clock: WallClock
) -> None:
    invited.answers()
    client.sign_in(db.session.get_one(Person, invited.person_id))
    page = client.get(f"{invited.page}/declined")
    wall_clock.set("2026-12-24 09:31")
    assert client.submit(page, {"answer": "release"}).location == invited.page
    assert invited.booking.state is BookingState.CONFIRMED
    assert "Your calendar declined" not in client.get(invited.page)


def test_an_answer_after_the_start_asks_nothing(invited: Invited, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-24 09:31")
    assert invited.answers() is Taken.NOTED
    assert asked() == 0


def test_a_yes_after_a_no_takes_the_question_back(invited: Invited, client: Client, wall_clock: WallClock) -> None:
    invited.answers()
    wall_clock.forward(minutes=5)
    assert invited.answers(Participation.ACCEPTED) is Taken.NOTED
    client.sign_in(db.session.get_one(Person, invited.person_id))
    assert "Your calendar declined" not in client.get(invited.page)


def test_where_the_partnership_says_so_declining_releases_the_place(invited: Invited) -> None:
    change_setting(COMMAND, DECLINED_RELEASES, value=True)
    db.session.commit()
    assert invited.answers() is Taken.NOTED
    booking = invited.booking
    assert (booking.state, booking.cancelled_by) == (BookingState.CANCELLED, CancelledBy.PERSON)
    assert booking.reason == "You declined the invitation in your calendar."
    assert db.session.get_one(Booking, invited.waiting_id).state is BookingState.CONFIRMED
    assert asked() == 0
    sending.send_all(Post())


def test_of_several_days_only_declining_all_of_them_releases_the_place(app: Flask, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    invited = Invited(days=2)
    change_setting(COMMAND, DECLINED_RELEASES, value=True)
    db.session.commit()
    invited.answers(day=0)
    assert (invited.booking.state, asked()) == (BookingState.CONFIRMED, 1)
    invited.answers(day=1)
    assert (invited.booking.state, asked()) == (BookingState.CANCELLED, 1)


def test_the_desk_sees_what_calendars_answered_and_can_settle_it(invited: Invited, client: Client) -> None:
    invited.answers()
    ref, session_ref = invited.booking.ref, invited.booking.course_session.ref
    client.sign_in(make_person("Ruth", role=Role.ADMINISTRATOR))
    desk = client.get("/desk")
    assert "Invitations that calendars declined" in desk
    people = client.get(f"/desk/sessions/{session_ref}/people")
    assert "Calendar: declined on 3 Dec 2026, place kept" in people
    page = client.click(desk, "Priya Nair")
    assert page.h1 == "Priya Nair declined the invitation"
    assert page.links["Cancel the booking"] == f"/desk/bookings/{ref}/cancel"
    said = client.submit(page, button="They come all the same", follow=True)
    assert said.flashes == ["It is noted that Priya Nair comes all the same."]
    assert "Calendar: declined, but they come" in said
    assert "Invitations that calendars declined" not in client.get("/desk")
    again_page = client.get(f"/desk/bookings/{ref}/declined", follow=True)
    assert again_page.flashes == ["There is nothing to settle here any more."]
    client.get("/desk/bookings/B-NONE/declined", 404)


def test_a_trainer_whose_calendar_declines_shows_on_the_desk(app: Flask, client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 10:00")
    trainer, session = make_person("Tess", "Trainer"), make_session(make_course("Neglect"), on=date(2026, 12, 24))
    make_assignment(session, trainer)
    ref, person_ref = session.ref, trainer.ref
    db.session.commit()
    invite_trainers()
    entry = db.session.scalars(select(CalendarEntry)).one()
    [reply] = _read(calendar(entry.uid, entry.address))
    db.session.rollback()
    assert take_in(reply, clock.now()) is Taken.NOTED
    db.session.commit()
    assert asked() == 0
    client.sign_in(make_person("Ruth", role=Role.OFFICER))
    page = client.click(client.get("/desk"), "Tess Trainer")
    assert page.url == f"/desk/sessions/{ref}/trainers/{person_ref}/declined"
    said = client.submit(page, button="They come all the same", follow=True)
    assert said.flashes == ["It is noted that Tess Trainer comes all the same."]
    assert "Invitations that calendars declined" not in client.get("/desk")
    client.get(f"/desk/sessions/{ref}/trainers/P-NONE/declined", 404)
    client.get(f"/desk/sessions/{ref}/trainers/{make_person_ref()}/declined", 404)


def make_person_ref() -> str:
    person = make_person()
    db.session.commit()
    return person.ref


def test_somebody_elses_question_is_nobodys_business(invited: Invited, client: Client) -> None:
    invited.answers()
    client.sign_in(make_person("Nosy"))
    client.get(f"{invited.page}/declined", 404)
