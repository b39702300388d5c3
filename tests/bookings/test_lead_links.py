"""The link of a lead answers for as long as whoever was asked leads the agency, and for nobody after them."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.bookings.asked_booking import ASKED_OF_LEAD, Asked, sent
from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client
from training.bookings.models import BookingState
from training.core import clock
from training.core.database import db
from training.core.viewer import Role
from training.people.models import RoleGrant


@pytest.fixture
def asked(app: Flask, wall_clock: WallClock) -> Asked:
    wall_clock.set("2026-11-02 10:00")
    return Asked(confirmed=False, lead=True, waits=False)


def _ways_in() -> tuple[str, str]:
    """The address and the short code of the link in the message to the lead."""
    [message] = sent(ASKED_OF_LEAD)
    path, code = (next(secret for secret in message.secrets if ("-" in secret and len(secret) == 14) is is_code)
                  for is_code in (False, True))  # fmt: skip
    return f"/link/{path}", code


def _hand_over(asked: Asked) -> None:
    """The role of who was asked ends, and another person leads the agency from now on."""
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == asked.lead_id)).one()
    grant.to_on = clock.today() - timedelta(days=1)
    successor = make_person("Nora", "Next")
    db.session.add(
        RoleGrant(person=successor, role=Role.AGENCY_LEAD, agency_id=asked.agency_id, from_on=date(2026, 11, 3))
    )
    db.session.commit()


def test_who_leads_the_agency_no_more_answers_nothing_by_an_old_link(
    client: Client, asked: Asked, wall_clock: WallClock
) -> None:
    path, code = _ways_in()
    page = client.get(path)
    wall_clock.forward(days=2)
    _hand_over(asked)
    client.submit(page, {"answer": "agrees"}, status=409)
    assert asked.person.name not in client.get(path)
    typed = client.submit(client.get("/link"), {"code": code}, follow=True)
    assert asked.person.name not in typed, "a code is as old as its message"
    assert asked.booking.state is BookingState.AWAITING_AGREEMENT


def test_who_became_a_deputy_meanwhile_still_answers(client: Client, asked: Asked, wall_clock: WallClock) -> None:
    path, _ = _ways_in()
    wall_clock.forward(days=1)
    _hand_over(asked)
    db.session.add(
        RoleGrant(
            person_id=asked.lead_id, role=Role.AGENCY_LEAD, agency_id=asked.agency_id, from_on=clock.today(),
            is_deputy=True,
        )
    )  # fmt: skip
    db.session.commit()
    client.submit(client.get(path), {"answer": "agrees"})
    assert asked.booking.state is BookingState.CONFIRMED
