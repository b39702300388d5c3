"""The desk reads on a person's page what they are booked on and how it ended."""

from datetime import timedelta

from tests.factories import make_booking, make_course, make_person, make_session
from tests.pages import Client
from training.attendance.models import Mark, MarkSource, Presence
from training.bookings.models import BookingState
from training.core import clock
from training.core.database import db
from training.core.viewer import Role

ENDINGS = {
    Presence.ATTENDED: "Attended",
    Presence.ABSENT: "Marked as not attended",
    Presence.EXCUSED: "Excused",
    None: "Booked, not marked",
}


def test_the_desk_sees_what_somebody_is_booked_on_the_latest_first(client: Client) -> None:
    person = make_person("Priya", "Nair")
    soon = make_session(make_course("Neglect"), on=clock.today() + timedelta(days=10))
    later = make_session(make_course("Prevent"), on=clock.today() + timedelta(days=40))
    make_booking(soon, person)
    make_booking(later, person, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now())
    make_booking(soon, make_person())
    db.session.commit()
    client.sign_in(make_person(role=Role.ADMINISTRATOR))

    page = client.get(f"/desk/people/{person.ref}")

    rows = page.rows("[aria-label^=Bookings] table")
    assert [(row[0], row[2]) for row in rows] == [("Prevent", "On the waiting list"), ("Neglect", "Booked")]


def test_a_session_that_was_held_says_what_its_register_says(client: Client) -> None:
    person = make_person()
    wanted: dict[str, str] = {}
    for days, (presence, words) in enumerate(ENDINGS.items(), start=1):
        held = make_session(make_course(words), on=clock.today() - timedelta(days=days))
        booking = make_booking(held, person)
        if presence is not None:
            db.session.add(
                Mark(part_id=held.parts[0].id, booking=booking, presence=presence, source=MarkSource.REGISTER)
            )
        wanted[words] = words
    db.session.commit()
    client.sign_in(make_person(role=Role.OFFICER))

    rows = client.get(f"/desk/people/{person.ref}").rows("[aria-label^=Bookings] table")

    assert {row[0]: row[2] for row in rows} == wanted


def test_somebody_without_bookings_has_none(client: Client) -> None:
    person = make_person("Sam")
    client.sign_in(make_person(role=Role.OFFICER))
    assert "Sam has no booking yet." in client.get(f"/desk/people/{person.ref}").text
