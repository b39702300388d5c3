"""What people called their agency: grouped, settled once, and answered where it is none of the partnership's."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.race import run_at_once
from tests.conftest import WallClock
from tests.factories import make_agency, make_booking, make_person, make_session
from tests.pages import Client
from training.agencies.models import Agency, AgencyAlias, UnlistedName
from training.agencies.operations import set_domains
from training.bookings.models import Booking
from training.bookings.operations_to_confirm import DONE, answer_not_ours, settle_name
from training.bookings.queries_to_confirm import bookings_without_agency, names_to_confirm
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import ANONYMOUS, COMMAND, Role
from training.people.models import Employment, Person, Standing


@pytest.fixture(autouse=True)
def on_one_day(wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 09:30")


def newcomer(named: str, standing: Standing = Standing.ASKED) -> Person:
    person = make_person()
    job = Employment(agency_named=named, job_role="Coach", from_on=date(2026, 1, 1), standing=standing)
    person.employments.append(job)
    db.session.flush()
    return person


def test_spellings_of_one_name_stand_together_with_close_matches(app: Flask, wall_clock: WallClock) -> None:
    club = make_agency("Sandby Swimming Club Ltd")
    first = newcomer("Sandby Swimming Club")
    wall_clock.forward(days=1)
    newcomer("SANDBY  swimming club")
    newcomer("Sandby Swimming Club")
    newcomer("Chess Club")
    names = names_to_confirm(COMMAND, with_matches=True)
    assert [(named.name, len(named.people)) for named in names] == [("Sandby Swimming Club", 3), ("Chess Club", 1)]
    assert names[0].asked_at == first.employments[0].created_at
    assert [match.id for match in names[0].close] == [club.id]
    assert names_to_confirm(ANONYMOUS) == []


def test_settling_moves_jobs_and_bookings_past_and_coming(app: Flask) -> None:
    club = make_agency("Sandby Swimming Association")
    set_domains(COMMAND, club, ["people.example"])
    proven, other = newcomer("Swimming Club"), newcomer("swimming club", Standing.REFUSED)
    other.addresses[0].confirmed_at = None
    past, coming = make_booking(make_session(on=date(2026, 5, 5)), proven), make_booking(make_session(), other)
    assert (past.agency_id, coming.agency_id) == (None, None)
    assert settle_name(COMMAND, "SWIMMING club", club.id, keep_name=True) == 2
    assert (past.agency_id, coming.agency_id) == (club.id, club.id)
    assert [(job.agency_id, job.standing) for job in (*proven.employments, *other.employments)] == [
        (club.id, Standing.BY_ADDRESS), (club.id, Standing.ASKED)
    ]  # fmt: skip
    assert [alias.folded for alias in db.session.scalars(select(AgencyAlias))] == ["swimming club"]
    assert names_to_confirm(COMMAND) == []
    with pytest.raises(Refused) as refused:
        settle_name(COMMAND, "Swimming Club", club.id, keep_name=True)
    assert refused.value.sentence == DONE


def test_an_agency_that_has_ended_cannot_be_it(app: Flask) -> None:
    gone = make_agency("Gone")
    gone.ended_on = date(2026, 1, 1)
    newcomer("Gone Club")
    with pytest.raises(Refused, match="Gone has ended"):
        settle_name(COMMAND, "Gone Club", gone.id, keep_name=False)


def test_an_answer_holds_until_somebody_new_names_it(app: Flask, wall_clock: WallClock) -> None:
    first = newcomer("Far Away Hospital")
    wall_clock.forward(hours=1)
    assert answer_not_ours(COMMAND, "far away hospital", "Ask the partnership of Far Away") == 1
    named = names_to_confirm(COMMAND)[0]
    assert (named.is_open, first.employments[0].agency_named) == (False, "Far Away Hospital")
    with pytest.raises(Refused):
        answer_not_ours(COMMAND, "Far Away Hospital", "Again")
    wall_clock.forward(days=1)
    second = newcomer("Far away hospital")
    assert names_to_confirm(COMMAND)[0].is_open
    answer_not_ours(COMMAND, "Far Away Hospital", "Ask there")
    told = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [message.recipient_address for message in told] == [first.address, second.address]
    assert "Ask the partnership of Far Away" in told[0].body_text
    agency = make_agency("Far Away Trust")
    settle_name(COMMAND, "Far Away Hospital", agency.id, keep_name=False)
    assert db.session.query(UnlistedName).count() == 0


def test_who_booked_from_a_closed_school_is_listed(app: Flask) -> None:
    booking = make_booking(make_session(), make_person(agency=make_agency()), agency=None)
    make_booking(make_session(on=date(2026, 5, 5)), make_person(agency=make_agency()), agency=None)
    assert bookings_without_agency(COMMAND) == [booking]
    assert bookings_without_agency(ANONYMOUS) == []


def _settle(agency_id: int) -> str:
    return str(settle_name(COMMAND, "Swimming Club", agency_id, keep_name=True))


def test_two_who_settle_one_name_at_once_settle_it_once(app: Flask) -> None:
    one, two = make_agency("One").id, make_agency("Two").id
    booking = make_booking(make_session(), newcomer("Swimming Club")).id
    db.session.commit()
    outcomes = run_at_once(app, [[partial(_settle, one)], [partial(_settle, two)], [partial(_settle, one)]])
    assert [outcome.error for outcome in outcomes] == [""] * 3
    assert sorted(outcome.refused for outcome in outcomes) == ["", DONE, DONE]
    settled = db.session.scalars(select(Employment.agency_id)).one()
    assert db.session.get_one(Booking, booking).agency_id == settled
    assert db.session.scalars(select(AgencyAlias.agency_id)).one() == settled


def test_the_desk_settles_a_name(client: Client, app: Flask) -> None:
    club = make_agency("Sandby Swimming Club Ltd")
    key = str(club.id)
    for named in ("Sandby Swimming Club", "Chess & Draughts", "Far Away Hospital"):
        newcomer(named)
    officer = make_person(role=Role.OFFICER)
    sector = str(club.sector_id)
    db.session.commit()
    client.sign_in(officer)
    page = client.get("/desk/agencies/to-confirm")
    assert sorted(row[0] for row in page.rows()) == ["Chess & Draughts", "Far Away Hospital", "Sandby Swimming Club"]
    form = client.click(page, "Settle Sandby Swimming Club")
    assert form.h1 == "Which agency is “Sandby Swimming Club”?"
    assert client.submit(form, {"agency": ""}, status=400).errors == ["Select the agency they mean"]
    done = client.submit(form, {"agency": key}, follow=True)
    assert "“Sandby Swimming Club” is Sandby Swimming Club Ltd." in done.flashes[0]
    again = client.submit(form, {"agency": key, "form_token": "another-token-of-24-char"}, follow=True)
    assert again.flashes == [f"{DONE}."]
    form = client.click(client.click(again, "Settle Chess & Draughts"), "It is a new agency")
    assert client.submit(form, status=400).errors == ["Enter a code", "Select a sector"]
    shown = client.submit(form, {"code": "CHESS", "sector": sector}, follow=True)
    assert shown.h1 == "Chess & Draughts"
    page = client.get("/desk/agencies/to-confirm")
    form = client.click(client.click(page, "Settle Far Away Hospital"), "It is no agency of this partnership")
    assert client.submit(form, status=400).errors == ["Enter what they should know"]
    page = client.submit(form, {"answer": "Ask there"}, follow=True)
    assert "No agency to be confirmed" in page
    assert "Far Away Hospital 1 person, answered 3 Dec 2026" in page
    client.get("/desk/agencies/to-confirm/settle", status=404)
    assert db.session.scalars(select(Agency).where(Agency.code == "CHESS")).one()


def test_an_administrator_settles_but_adds_no_agency(client: Client, app: Flask) -> None:
    newcomer("Chess Club")
    helper = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(helper)
    page = client.get("/desk/agencies/to-confirm/settle?name=chess club")
    assert "It is a new agency" not in page.links
    client.get("/desk/agencies/to-confirm/new?name=chess+club", status=403)
