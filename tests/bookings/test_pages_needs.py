"""The pages of access needs: told after booking, shown behind a button, a task for the officer."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import WallClock
from tests.factories import make_assignment, make_booking, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking
from training.bookings.models_needs import BookingNeed, PersonNeed
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Person

WORDS = {"support": "A loop, secretword", "diet": "Halal", "keep": "no"}


@pytest.fixture
def booking(app: Flask, wall_clock: WallClock) -> Booking:
    """Somebody with a place on a session four weeks from now."""
    wall_clock.set("2026-11-02 10:00")
    booking = make_booking(make_session(), make_person("Priya", "Nair"))
    db.session.commit()
    return booking


def person(*roles: Role) -> Person:
    """Somebody who holds these roles."""
    made = make_person(role=roles[0]) if roles else make_person()
    db.session.commit()
    return made


def tell(client: Client, booking: Booking, **answers: str) -> None:
    """What the person of `booking` says on their page."""
    client.sign_in(booking.person)
    client.submit(client.get(f"/my/bookings/{booking.ref}/needs"), {**WORDS, **answers})


def looks() -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "looked at access needs")))


def test_they_are_asked_on_a_page_after_the_booking(client: Client, booking: Booking) -> None:
    client.sign_in(booking.person)
    page = client.click(client.get(f"/my/bookings/{booking.ref}"), "Tell us what you need to take part")
    assert not page.select("input[type=radio][checked]")
    assert page.text.index("Who will read this") < page.text.index("Tell the training team")
    assert "It is removed 14 days after the session" in page
    wrong = client.submit(page, {"support": "A loop"}, status=400)
    assert wrong.errors == ["Select whether we keep this for your next bookings"]
    assert wrong.one("textarea[name=support]").text.strip() == "A loop"
    shown = client.submit(wrong, {"keep": "yes"}, follow=True)
    assert "We also keep it for your next bookings." in shown.flashes[0]
    assert "You told us what you need." in shown
    need, kept = db.session.scalars(select(BookingNeed)).one(), db.session.scalars(select(PersonNeed)).one()
    assert (need.support, kept.support) == ("A loop", "A loop")


def test_what_was_told_can_be_changed_and_removed(client: Client, booking: Booking) -> None:
    tell(client, booking)
    page = client.get(f"/my/bookings/{booking.ref}/needs")
    assert page.one("textarea[name=support]").text.strip() == "A loop, secretword"
    client.submit(page, button="Remove it now")
    assert db.session.scalars(select(BookingNeed.support)).all() == [""]
    assert "Tell us what you need to take part" in client.get(f"/my/bookings/{booking.ref}")


def test_what_is_kept_is_offered_with_a_choice(client: Client, booking: Booking) -> None:
    tell(client, booking, keep="yes")
    following = make_booking(make_session(), booking.person)
    db.session.commit()
    page = client.get(f"/my/bookings/{following.ref}/needs")
    assert "The same as before?" in page
    assert "A loop, secretword" in page
    assert page.one("textarea[name=support]").text.strip() == ""
    assert len(db.session.scalars(select(BookingNeed)).all()) == 1
    client.submit(page, button="Use this for this session")
    assert len(db.session.scalars(select(BookingNeed)).all()) == 2
    assert "The same as before?" not in client.get(f"/my/bookings/{following.ref}/needs")


def test_what_is_kept_is_seen_changed_and_deleted_on_the_account(client: Client, booking: Booking) -> None:
    tell(client, booking, keep="yes")
    page = client.click(client.get("/my/account"), "Access needs we keep for you")
    assert page.one("textarea[name=diet]").text.strip() == "Halal"
    assert f"/my/bookings/{booking.ref}/needs" in page.links.values()
    page = client.submit(page, {"diet": "Vegan"}, button="Save the change", follow=True)
    assert db.session.scalars(select(PersonNeed.diet)).all() == ["Vegan"]
    page = client.submit(page, button="Delete what we keep", follow=True)
    assert "Nothing is kept." in page
    assert db.session.scalars(select(PersonNeed)).all() == []
    assert db.session.scalars(select(BookingNeed.diet)).all() == ["Halal"]
    page = client.submit(page, {"support": "x" * 1501}, status=400)
    assert "1,500 characters or fewer" in page.errors[0]


def test_the_same_once_nothing_is_kept_any_more_says_so(client: Client, booking: Booking) -> None:
    client.sign_in(booking.person)
    page = client.post(f"/my/bookings/{booking.ref}/needs/same", status=400)
    assert page.errors == ["Nothing is kept for you any more. Tell us below what you need"]


def test_the_officer_shows_them_behind_a_button_and_it_is_noted(client: Client, booking: Booking) -> None:
    tell(client, booking)
    officer = person(Role.OFFICER)
    client.sign_in(officer)
    desk = client.get("/desk")
    assert "Access needs not met" in desk
    session = client.get(f"/desk/sessions/{booking.course_session.ref}")
    assert "1 person told us what they need: 1 not yet met." in session
    page = client.click(session, "Access needs and diet")
    for seen in (desk, session, page):
        assert "secretword" not in seen
        assert "Halal" not in seen
    assert looks() == []
    page = client.submit(page, button="Show needs", status=200)
    assert "A loop, secretword" in page
    [look] = looks()
    assert (look.actor_id, look.subject_kind, look.subject_id) == (officer.id, "booking", booking.id)


def test_a_need_is_met_in_words_and_by_name(client: Client, booking: Booking) -> None:
    tell(client, booking)
    client.sign_in(person(Role.OFFICER))
    here = f"/sessions/{booking.course_session.ref}/needs"
    shown = client.submit(client.get(here), button="Show needs", status=200)
    page = client.click(shown, "Mark as met (Priya Nair)")
    assert "secretword" not in page
    assert client.submit(page, status=400).errors == ["Enter how it is met"]
    client.submit(page, {"how": "Room 2 has a loop"})
    assert "1 person told us what they need: met." in client.get(here)
    assert "Access needs not met" not in client.get("/desk")
    shown = client.submit(client.get(here), button="Show needs", status=200)
    assert "Room 2 has a loop" in shown
    client.submit(shown, button="Not met after all (Priya Nair)")
    assert "1 not yet met" in client.get(here)


def test_words_that_changed_after_they_were_shown_are_not_marked_as_met(client: Client, booking: Booking) -> None:
    tell(client, booking)
    officer = person(Role.OFFICER)
    client.sign_in(officer)
    here = f"/sessions/{booking.course_session.ref}/needs"
    shown = client.submit(client.get(here), button="Show needs", status=200)
    address = next(href for text, href in shown.links.items() if text.startswith("Mark as met"))
    tell(client, booking, support="Something else")
    client.sign_in(officer)
    page = client.submit(client.get(address), {"how": "Done"}, status=400)
    assert "changed or removed meanwhile" in page.errors[0]
    client.submit(client.get(address.partition("?")[0] + "?seen=abc"), {"how": "Done"}, status=400)


def test_the_officer_notes_what_was_said_on_the_telephone(client: Client, booking: Booking) -> None:
    client.sign_in(person(Role.OFFICER))
    page = client.get(f"/desk/sessions/{booking.course_session.ref}/people")
    page = client.get(next(href for text, href in page.links.items() if text.startswith("Note a need")))
    assert client.submit(page, status=400).errors == ["Enter what they need"]
    client.submit(page, {"support": "A ramp"})
    page = client.get(f"/desk/bookings/{booking.ref}/needs")
    assert "Something is known already." in page
    assert "A ramp" not in page
    client.submit(page, button="Remove it now")
    assert db.session.scalars(select(BookingNeed.support)).all() == [""]


def test_the_trainers_of_the_session_see_them_too(client: Client, booking: Booking) -> None:
    tell(client, booking)
    trainer = person(Role.TRAINER)
    make_assignment(booking.course_session, trainer)
    db.session.commit()
    client.sign_in(trainer)
    ref = booking.course_session.ref
    assert "1 person told us what they need: 1 not yet met." in client.get(f"/teaching/{ref}/answer")
    register = client.get(f"/sessions/{ref}/register/1")
    assert "secretword" not in register
    shown = client.submit(client.click(register, "Access needs and diet"), button="Show needs", status=200)
    assert "A loop, secretword" in shown
    assert "Mark as met" not in shown
    assert [look.actor_id for look in looks()] == [trainer.id]


@pytest.mark.parametrize("role", [None, *(role for role in Role if role not in (Role.OFFICER, Role.LEARNER))])
def test_nobody_else_sees_a_number_or_a_word(client: Client, booking: Booking, role: Role | None) -> None:
    tell(client, booking)
    ref, own = booking.course_session.ref, booking.ref
    agency_free = role if role is not Role.AGENCY_LEAD else None
    client.sign_in(person(agency_free) if agency_free else person())
    client.get(f"/sessions/{ref}/needs", status=404)
    client.post(f"/sessions/{ref}/needs", status=404)
    client.get(f"/my/bookings/{own}/needs", status=404)
    client.post(f"/my/bookings/{own}/needs/delete", status=404)
    client.get(f"/desk/bookings/{own}/needs", status=403)
    if role is Role.ADMINISTRATOR:
        for page in (f"/desk/sessions/{ref}", f"/desk/sessions/{ref}/people", f"/sessions/{ref}/register/1", "/desk"):
            text = client.get(page).text
            assert "told us what they need" not in text
            assert "Access needs not met" not in text
        assert "Note a need" not in client.get(f"/desk/sessions/{ref}/people")
    assert looks() == []


def test_no_list_or_file_holds_a_word(client: Client, booking: Booking) -> None:
    tell(client, booking, keep="yes")
    client.sign_in(person(Role.OFFICER))
    ref = booking.course_session.ref
    for page in (
        f"/desk/sessions/{ref}/people.csv",
        f"/desk/sessions/{ref}/people",
        f"/desk/people/{booking.person.ref}",
    ):
        assert b"secretword" not in client.ask("GET", page).body
    assert b"Priya" not in client.ask("GET", "/desk/people?words=secretword").body
