"""The decisions on calendar invites, one after another, held on mails that a real mail server received.

What each calendar program does without them stands in the guide to invites; the numbers are those of its decisions.
"""

import re
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import WallClock
from tests.core.itip import complaints
from tests.factories import make_agency, make_course, make_person, make_session, make_venue, number
from tests.mailbox import Delivery, Mailbox
from training.bookings.models import CalendarEntry
from training.bookings.models_changes import SessionChange
from training.bookings.operations import book_place, cancel_booking
from training.bookings.ticks_told import tell_managers
from training.catalogue.models import Agreement, Mode
from training.changes.operations_move import move_session
from training.changes.ticks import tell_changes
from training.core import clock, sending
from training.core.bounces import note_bounce
from training.core.database import db
from training.core.mailboxes import bare_address
from training.core.message_mending import correct_address
from training.core.outbox import MessageState, OutboxMessage
from training.core.transports import SmtpTransport
from training.core.viewer import COMMAND
from training.people.models import Employment, Person, Standing
from training.schedule.models import CourseSession
from training.schedule.operations import times_of
from training.schedule.rules import PartTimes

LINK = "https://meet.example/abc"
ORGANISER = "training@partnership.example"


@pytest.fixture(autouse=True)
def morning(wall_clock: WallClock) -> None:
    wall_clock.set("2026-11-02 10:00")


def send(mailbox: Mailbox) -> list[Delivery]:
    """Send what is due; what arrived by it, in order."""
    before = len(mailbox.deliveries)
    count = sending.send_all(SmtpTransport.from_url(mailbox.url))
    return mailbox.wait_for(before + count)[before:]


def booked(person: Person | None = None, **options: Any) -> tuple[int, int, str]:
    """A session and a booking on it: their keys, and the person's address."""
    person = person or make_person("Zoë", 'O"Neill', address=f"zoe.{number()}@people.example")
    wanted: dict[str, Any] = {"on": date(2026, 12, 3), **options}
    session = make_session(**wanted)
    session_id, address = session.id, str(person.address)
    booking_id = book_place(COMMAND, session_id, person.id, declared=True).id
    db.session.commit()
    return session_id, booking_id, address


def moved(session_id: int, parts: list[PartTimes] | None = None, **changes: Any) -> None:
    """Move the session and let the quiet period end at once."""
    db.session.commit()
    session = db.session.get_one(CourseSession, session_id)
    wanted: dict[str, Any] = {"venue_id": session.venue_id, "online_link": session.online_link, **changes}
    parts = parts or times_of(session)
    db.session.rollback()
    move_session(COMMAND, session_id, parts, **wanted)
    db.session.execute(update(SessionChange).values(tell_at=clock.now()))
    db.session.commit()
    assert tell_changes()


def calendar_part(delivery: Delivery) -> EmailMessage | None:
    found = [part for part in delivery.message.walk() if part.get_content_type() == "text/calendar"]
    assert len(found) <= 1
    return found[0] if found else None  # type: ignore[return-value]


def octets(delivery: Delivery) -> bytes:
    part = calendar_part(delivery)
    assert part is not None, str(delivery.message["Subject"])
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def lines(delivery: Delivery) -> list[str]:
    return octets(delivery).decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def value(delivery: Delivery, name: str) -> str:
    """Of the event; the time zone before it has its own."""
    event = lines(delivery)[lines(delivery).index("BEGIN:VEVENT") :]
    [found] = [line for line in event if line.startswith((f"{name}:", f"{name};"))]
    return found.partition(":")[2]


def test_1_a_mail_is_one_event_of_one_person_and_three_dates_are_three_uids(app: Flask, mailbox: Mailbox) -> None:
    booked(days=3)
    confirmation, *days = send(mailbox)
    assert calendar_part(confirmation) is None
    for day in ("Thursday 3 December 2026", "Friday 4 December 2026", "Saturday 5 December 2026"):
        assert day in confirmation.text
    assert len({value(day, "UID") for day in days}) == 3
    assert [value(day, "SUMMARY").rpartition("(")[2] for day in days] == ["day 1 of 3)", "day 2 of 3)", "day 3 of 3)"]
    for day in days:
        assert [line for line in lines(day) if line.startswith("BEGIN:")].count("BEGIN:VEVENT") == 1
        assert not any(line.startswith(("RDATE", "RECURRENCE-ID")) for line in lines(day))
    booked()
    [only] = send(mailbox)
    assert calendar_part(only) is not None, "for one date the confirmation itself carries the invite"


def test_2_the_calendar_stands_last_among_the_alternatives_and_is_no_file(app: Flask, mailbox: Mailbox) -> None:
    booked()
    [delivery] = send(mailbox)
    assert delivery.message.get_content_type() == "multipart/alternative"
    parts = list(delivery.message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    last = parts[-1]
    assert dict(last.get_params() or ()) == {"text/calendar": "", "charset": "utf-8", "method": "REQUEST"}
    assert last["Content-Disposition"] is None
    assert last["Content-Transfer-Encoding"] == "base64"
    assert not [part for part in delivery.message.walk() if part.get_filename()]


def test_3_the_organiser_is_the_monitored_mailbox_and_the_one_attendee_is_the_recipient(
    app: Flask, mailbox: Mailbox
) -> None:
    _, _, address = booked()
    [delivery] = send(mailbox)
    message = delivery.message
    assert [str(message[name].addresses[0].addr_spec) for name in ("From", "Reply-To", "To")] == [
        ORGANISER, ORGANISER, address,
    ]  # fmt: skip
    assert delivery.recipients == (address,)
    assert value(delivery, "ORGANIZER") == f"mailto:{ORGANISER}"
    [attendee] = [line for line in lines(delivery) if line.startswith("ATTENDEE")]
    assert attendee.endswith(f":mailto:{bare_address(address)}")
    assert "CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE" in attendee
    assert "SENT-BY" not in octets(delivery).decode()


def test_3_nobody_is_invited_to_the_organisers_own_mailbox(app: Flask, mailbox: Mailbox) -> None:
    booked(make_person("Ruth", address=ORGANISER))
    [delivery] = send(mailbox)
    assert calendar_part(delivery) is None
    assert "calendar" not in delivery.text


def test_4_the_method_is_request_from_the_first_mail_on_and_cancel_at_the_end(app: Flask, mailbox: Mailbox) -> None:
    session_id, booking_id, _ = booked()
    moved(session_id, online_link="", venue_id=make_venue("Library").id)
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    deliveries = send(mailbox)
    methods = [[line for line in lines(each) if line.startswith("METHOD")] for each in deliveries]
    assert methods == [["METHOD:REQUEST"], ["METHOD:REQUEST"], ["METHOD:CANCEL"]]
    for each in deliveries:
        part = calendar_part(each)
        assert part is not None
        assert f"METHOD:{part.get_param('method')}" in lines(each)
        assert complaints(octets(each)) == []
    assert [value(each, "STATUS") for each in deliveries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    last, end = deliveries[-2:]
    for name in ("UID", "ORGANIZER", "ATTENDEE", "DTSTART", "DTEND"):
        assert value(end, name) == value(last, name), name
    assert int(value(end, "SEQUENCE")) > int(value(last, "SEQUENCE"))


def test_5_the_sequence_rises_with_the_time_and_the_end_only_and_the_stamp_always(app: Flask, mailbox: Mailbox) -> None:
    """All within one second, so that a stamp of the clock alone would not do."""
    session_id, booking_id, _ = booked()
    moved(session_id, venue_id=make_venue("Library").id)
    moved(session_id, [PartTimes(date(2026, 12, 4), *_hours(session_id))])
    moved(session_id, venue_id=make_venue("Town hall").id)
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    deliveries = send(mailbox)
    assert [int(value(each, "SEQUENCE")) for each in deliveries] == [0, 0, 1, 1, 2]
    stamps = [datetime.strptime(value(each, "DTSTAMP"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for each in deliveries]
    assert stamps == sorted(set(stamps)), "each strictly later than the last"
    assert len({value(each, "UID") for each in deliveries}) == 1


def test_5_a_uid_is_random_and_never_used_again(app: Flask, mailbox: Mailbox) -> None:
    session_id, booking_id, _ = booked()
    person_id = db.session.scalars(select(Person.id)).one()
    db.session.rollback()
    seen: list[str] = []
    for _ in range(3):
        cancel_booking(COMMAND, booking_id)
        db.session.commit()
        booking_id = book_place(COMMAND, session_id, person_id, declared=True).id
        db.session.commit()
    seen = [value(each, "UID") for each in send(mailbox) if "METHOD:REQUEST" in lines(each)]
    assert len(seen) == len(set(seen)) == 4
    assert {UUID(uid).version for uid in seen} == {4}


def test_6_a_cancel_goes_to_the_address_that_was_invited_and_another_gets_a_new_uid(
    app: Flask, mailbox: Mailbox
) -> None:
    session_id, booking_id, old = booked()
    [first] = send(mailbox)
    person = db.session.scalars(select(Person)).one()
    person.addresses[0].address = "moved@people.example"
    db.session.commit()
    moved(session_id, venue_id=make_venue("Library").id)
    by_method = {lines(each)[4]: each for each in send(mailbox) if calendar_part(each) is not None}
    end, anew = by_method["METHOD:CANCEL"], by_method["METHOD:REQUEST"]
    assert (end.recipients, value(end, "UID")) == ((old,), value(first, "UID"))
    assert value(end, "ATTENDEE") == f"mailto:{old}"
    assert anew.recipients == ("moved@people.example",)
    assert value(anew, "UID") != value(first, "UID")
    assert value(anew, "SEQUENCE") == "0"
    entry = db.session.scalars(select(CalendarEntry).where(CalendarEntry.booking_id == booking_id)).one()
    assert (entry.method, entry.address, entry.uid) == ("REQUEST", "moved@people.example", value(anew, "UID"))


def test_6_a_cancel_follows_an_invitation_that_the_desk_led_elsewhere(app: Flask, mailbox: Mailbox) -> None:
    _, booking_id, address = booked()
    mailbox.refusals[address] = "550 5.1.1 no such user"
    sending.send_all(SmtpTransport.from_url(mailbox.url))
    message = db.session.scalars(select(OutboxMessage)).one()
    correct_address(COMMAND, message, "right@people.example")
    db.session.commit()
    [first] = send(mailbox)
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    sending.send_all(SmtpTransport.from_url(mailbox.url))
    [end] = [each for each in mailbox.to("right@people.example") if "METHOD:CANCEL" in lines(each)]
    assert value(end, "UID") == value(first, "UID")
    assert value(end, "ATTENDEE") == "mailto:right@people.example"


def test_6_the_cancel_of_an_invitation_that_came_back_is_not_sent(app: Flask, mailbox: Mailbox) -> None:
    _, booking_id, _ = booked()
    [first] = send(mailbox)
    assert note_bounce(str(first.message["Message-ID"]), "550 5.1.1 no such user")
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    sending.send_all(SmtpTransport.from_url(mailbox.url))
    states = db.session.scalars(select(OutboxMessage.state).where(OutboxMessage.calendar_method == "CANCEL")).all()
    assert states == [MessageState.DROPPED]


def test_6_a_managers_copy_is_a_mail_of_its_own_without_a_calendar(
    app: Flask, mailbox: Mailbox, wall_clock: WallClock
) -> None:
    person = make_person()
    person.employments.append(
        Employment(
            agency=make_agency(), job_role="Teacher", from_on=date(2020, 1, 1), standing=Standing.VOUCHED,
            manager_name="Grace Oduya", manager_address="grace@people.example", manager_confirmed_at=clock.now(),
        )
    )  # fmt: skip
    _, _, address = booked(person, course=make_course(agreement=Agreement.DECLARED))
    deliveries = send(mailbox)
    wall_clock.forward(days=1)
    tell_managers()
    with_calendar = {each.recipients: calendar_part(each) is not None for each in [*deliveries, *send(mailbox)]}
    assert with_calendar == {(address,): True, ("grace@people.example",): False}


def test_7_times_carry_the_zone_with_two_rules_that_never_end(app: Flask, mailbox: Mailbox) -> None:
    booked()
    [delivery] = send(mailbox)
    written = lines(delivery)
    zone = written[written.index("BEGIN:VTIMEZONE") : written.index("END:VTIMEZONE") + 1]
    assert "TZID:Europe/London" in zone
    assert [line for line in zone if line.startswith(("DTSTART", "RRULE", "RDATE"))] == [
        "DTSTART:19700329T010000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "DTSTART:19701025T020000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    ]  # fmt: skip
    assert "DTSTART;TZID=Europe/London:20261203T093000" in written
    assert "DTEND;TZID=Europe/London:20261203T160000" in written


def test_8_the_mail_says_when_which_and_that_a_program_wrote_it(app: Flask, mailbox: Mailbox) -> None:
    booked()
    [delivery] = send(mailbox)
    assert delivery.message["Date"].datetime == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert re.fullmatch(r"<[0-9a-f]{32}@partnership\.example>", str(delivery.message["Message-ID"]))
    assert delivery.message["Auto-Submitted"] == "auto-generated"
    assert octets(delivery).count(b"\n") == octets(delivery).count(b"\r\n")
    [attendee] = [line for line in lines(delivery) if line.startswith("ATTENDEE")]
    assert 'CN="Zoë ONeill"' in attendee, "a quote would reach Outlook as ^'"


def test_9_the_entry_says_where_and_how_and_stays_small(app: Flask, mailbox: Mailbox) -> None:
    long = "Bring “your” notes, Zoë. " * 2_000
    course = make_course("Neglect: what to look for, and what to do; " * 4, mode=Mode.HYBRID)
    booked(course=course, online_link=LINK, joining_notes=long, venue=make_venue("Town hall, Oriel Road"))
    [delivery] = send(mailbox)
    for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "URL"):
        assert value(delivery, name), name
    assert value(delivery, "DESCRIPTION").startswith(f"Join online: {LINK}\\n")
    assert re.fullmatch(r"http://localhost/my/bookings/B-\w+", value(delivery, "URL"))
    assert [value(delivery, name) for name in ("TRANSP", "CLASS", "X-MICROSOFT-DISALLOW-COUNTER")] == [
        "OPAQUE", "PUBLIC", "TRUE",
    ]  # fmt: skip
    for line in octets(delivery).split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    part = calendar_part(delivery)
    assert part is not None
    assert len(part.as_bytes()) < 20_000


def test_10_the_text_says_everything_too_and_that_declining_is_not_cancelling(app: Flask, mailbox: Mailbox) -> None:
    session_id, booking_id, _ = booked(venue=make_venue("Town hall"), joining_notes="Use the side door.")
    [delivery] = send(mailbox)
    text = " ".join(delivery.text.split())
    reference = value(delivery, "URL").rpartition("/")[2]
    for said in (
        "Thursday 3 December 2026, 9:30am to 4pm",
        "Town hall",
        "Use the side door.",
        f"http://localhost/my/bookings/{reference}",
        "Declining an invitation does not cancel your place.",
        "Google Calendar keeps an invitation from a sender it does not know in the message until you do.",
    ):
        assert said in text, said
    assert "Declining this invitation does not cancel your place." in value(delivery, "DESCRIPTION")
    cancel_booking(COMMAND, booking_id)
    db.session.commit()
    [told] = send(mailbox)
    assert "does not cancel" not in told.text
    assert db.session.get_one(CourseSession, session_id).ref


def _hours(session_id: int) -> tuple[Any, Any]:
    part = times_of(db.session.get_one(CourseSession, session_id))[0]
    db.session.rollback()
    return part.starts, part.ends
