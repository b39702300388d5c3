"""The desk's page of who teaches a session: adding somebody, what speaks against it, their answers."""

from datetime import date, timedelta

import pytest

from tests.factories import (
    make_agency,
    make_assignment,
    make_booking,
    make_course,
    make_person,
    make_session,
)
from tests.pages import Client
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.schedule.models import AssignmentState, TrainerCourse, TrainerPart
from training.schedule.queries import trainers_of

DAY = clock.today() + timedelta(days=40)


@pytest.fixture
def desk(client: Client) -> Client:
    person = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(person)
    return client


def test_a_trainer_is_added_with_a_warning_of_the_clash(desk: Client) -> None:
    trainer = make_person("Naomi", "Fletcher", role=Role.TRAINER)
    session = make_session(on=DAY)
    other = make_session(make_course("Neglect"), on=DAY)
    make_assignment(other, trainer)
    make_person("Not", "Trainer")
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}/trainers")
    assert page.words("select option") == ["Select", "Naomi Fletcher"]
    missing = desk.submit(page, {}, status=400, form="main form:last-of-type")
    assert missing.errors == ["Select a trainer", "Select whether they have said yes"]
    shown = desk.submit(missing, {"person": trainer.ref, "state": "asked"}, form="main form:last-of-type", follow=True)
    assert shown.flashes == [
        "Naomi Fletcher is on this session.",
        f"Naomi Fletcher is not noted as somebody who may teach {session.course.title}.",
        f"Naomi Fletcher also teaches Neglect ({other.ref}) in these hours.",
    ]
    assert f"Neglect ({other.ref})" in shown.links
    accepted = desk.submit(shown, button="Has said yes (Naomi Fletcher)", follow=True)
    assert "Lead trainer. Will come." in accepted
    twice = desk.submit(accepted, {"person": trainer.ref, "state": "asked"}, form="main form:last-of-type", status=400)
    assert twice.errors == ["Naomi Fletcher is on this session already, as lead trainer"]
    off = desk.submit(accepted, button="Take off Naomi Fletcher", follow=True)
    assert off.flashes == ["Naomi Fletcher is no longer on this session."]
    assert trainers_of(COMMAND, session.id) == []


def test_the_first_trainer_leads_and_the_next_assists(desk: Client) -> None:
    session = make_session()
    trainer = make_person(role=Role.TRAINER)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}/trainers")
    assert page.one("input[name=part]:checked")["value"] == TrainerPart.LEAD.value
    make_assignment(session, trainer, state=AssignmentState.ASKED)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}/trainers")
    assert page.one("input[name=part]:checked")["value"] == TrainerPart.CO_TRAINER.value


def test_who_may_teach_the_course_is_named_first_and_the_others_are_marked(desk: Client) -> None:
    session = make_session()
    make_person("Ann", "Aye", role=Role.TRAINER)
    noted = make_person("Zoe", "Zed", role=Role.TRAINER)
    db.session.add(TrainerCourse(person=noted, course=session.course, since_on=date(2024, 1, 1)))
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}/trainers")
    assert page.words("select option") == ["Select", "Zoe Zed", "Ann Aye (not noted for this course)"]
    done = desk.submit(page, {"person": noted.ref, "state": "accepted"}, form="main form:last-of-type", follow=True)
    assert done.flashes == ["Zoe Zed is on this session."]
    assert "Not noted" not in done


def test_who_is_not_noted_is_marked_and_can_be_noted_from_there(desk: Client) -> None:
    session = make_session()
    trainer = make_person("Ann", "Aye", role=Role.TRAINER)
    make_assignment(session, trainer)
    db.session.commit()
    page = desk.click(desk.get(f"/desk/sessions/{session.ref}/trainers"), "Note it for Ann Aye")
    assert page.one("select[name=course] option[selected]")["value"] == session.course.code
    desk.submit(page)
    assert "Not noted" not in desk.get(f"/desk/sessions/{session.ref}/trainers")


def test_a_booking_of_their_own_in_these_hours_is_named(desk: Client) -> None:
    session, other = make_session(on=DAY), make_session(make_course("Neglect"), on=DAY)
    trainer = make_person("Ann", "Aye", role=Role.TRAINER)
    booking = make_booking(other, trainer)
    db.session.commit()
    page = desk.get(f"/desk/sessions/{session.ref}/trainers")
    shown = desk.submit(page, {"person": trainer.ref, "state": "accepted"}, form="main form:last-of-type", follow=True)
    assert f"Ann Aye has a booking ({booking.ref}) on Neglect ({other.ref}) in these hours." in shown.flashes
    assert f"Has a booking ({booking.ref}) on" in shown


def test_the_aim_of_two_agencies_is_shown(desk: Client) -> None:
    session = make_session()
    council, trust = make_agency("Council"), make_agency("Trust")
    address = f"/desk/sessions/{session.ref}/trainers"
    make_assignment(session, make_person(agency=council))
    db.session.commit()
    assert "One has said yes, of Council: look for a second of another." in desk.get(address)
    make_assignment(session, make_person(agency=council), TrainerPart.CO_TRAINER)
    db.session.commit()
    assert "Those who have said yes are of Council." in desk.get(address)
    make_assignment(session, make_person(agency=trust), TrainerPart.SHADOW)
    db.session.commit()
    assert "Trainers of Council and Trust have said yes" in desk.get(address)
