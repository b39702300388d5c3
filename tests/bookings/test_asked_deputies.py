"""Somebody else decides: the manager names who, at an address of the agency or one that is confirmed."""

import pytest
from flask import Flask

from tests.bookings.asked_booking import ASKED, ASKED_OF_DEPUTY, ASKED_OF_LEAD, MANAGER, Asked, deeds, sent
from tests.bookings.links_in_mail import link_in
from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client, Page
from training.bookings.models import AgreedBy, BookingState, DeclinedBy
from training.bookings.operations_agreements import agree
from training.bookings.operations_deputy import MOST_NAMED, confirm_deputy, name_deputy
from training.bookings.ticks_agreements import follow_agreements
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role, Viewer, ViewerKind

TOM = "tom.reid@sandby.example"
OUTSIDE = "tom.reid@trust.example"
TO_CONFIRM = "bookings.deputy-to-confirm"


@pytest.fixture
def asked(app: Flask, wall_clock: WallClock) -> Asked:
    wall_clock.set("2026-11-02 10:00")
    return Asked(lead=True)


def name(client: Client, address: str, named: str = "Tom Reid", status: int | None = None) -> Page:
    answers = {"answer": "somebody-else", "deputy_name": named, "deputy_address": address}
    page = client.get(link_in(sent(ASKED)[0]))
    return client.submit(page, answers, status=status, follow=status is None)


def test_a_deputy_at_the_agency_is_asked_at_once_and_the_manager_may_still_answer(client: Client, asked: Asked) -> None:
    page = name(client, TOM)
    assert page.flashes == [f"We have asked Tom Reid at {TOM}. You can still answer yourself."]
    assert f"You named Tom Reid, {TOM}, to decide. They were asked." in page
    [message] = sent(ASKED_OF_DEPUTY)
    assert message.recipient_address == TOM
    assert "Grace Oduya says that you decide in their place." in message.body_text
    [entry] = deeds("named who decides about the booking")
    assert entry.actor_kind is ViewerKind.LINK
    page = client.get(link_in(message))
    assert "whoever decides in place of the line manager of Priya Nair" in page
    assert "Somebody else decides" not in page
    client.submit(page, {"answer": "agrees"})
    assert (asked.booking.state, asked.booking.agreed_by) == (BookingState.CONFIRMED, AgreedBy.DEPUTY)
    assert "Tom Reid agreed on Monday 2 November 2026 at 10am." in client.get(link_in(sent(ASKED)[0]))
    client.sign_in(asked.person)
    assert "Tom Reid said on Monday 2 November 2026, in place of your manager, that you may go." in client.get(
        f"/my/bookings/{asked.booking.ref}"
    )


def test_a_no_of_the_deputy_is_the_managers(client: Client, asked: Asked) -> None:
    name(client, TOM)
    page = client.get(link_in(sent(ASKED_OF_DEPUTY)[0]))
    client.submit(page, {"answer": "declines", "reason": "Cover is needed"})
    assert asked.booking.declined_by is DeclinedBy.MANAGER


@pytest.mark.parametrize(
    ("address", "named", "error"),
    [
        ("", "Tom Reid", "Enter an email address in the correct format, like name@example.com"),
        (TOM, "", "Enter the name of whoever decides"),
        (TOM, "www.evil.example", "A name must not contain a web or email address. Put a space after each full stop"),
        ("office@sandby.example", "Tom Reid", "Enter your own address: office@ looks like a mailbox that several"),
        (MANAGER, "Tom Reid", "This is your own address. Say yes or no yourself"),
        ("own", "Tom Reid", "Enter the address of somebody other than the person who asks to go"),
    ],
)
def test_who_cannot_decide(client: Client, asked: Asked, address: str, named: str, error: str) -> None:
    own = asked.person.address or ""
    page = name(client, own if address == "own" else address, named, status=400)
    assert page.errors[0].startswith(error)
    assert asked.booking.deputy_address == ""


def test_an_address_elsewhere_is_asked_only_once_the_lead_confirms_it(client: Client, asked: Asked) -> None:
    page = name(client, OUTSIDE)
    assert f"{OUTSIDE} is not an address of your agency" in page.flashes[0]
    assert not sent(ASKED_OF_DEPUTY)
    [message] = sent(TO_CONFIRM)
    assert message.recipient_address == asked.lead.address
    assert f"/agency/agreements/{asked.booking.ref}" in message.body_text
    client.sign_in(asked.lead)
    assert "The manager named Tom Reid: to be confirmed." in client.get("/agency/agreements")
    page = client.get(f"/agency/agreements/{asked.booking.ref}")
    page = client.submit(page, button="Yes, ask Tom Reid", follow=True)
    assert page.flashes == [f"We have asked Tom Reid at {OUTSIDE}."]
    [message] = sent(ASKED_OF_DEPUTY)
    client.sign_out()
    client.submit(client.get(link_in(message)), {"answer": "agrees"})
    assert asked.booking.agreed_by is AgreedBy.DEPUTY


def test_a_deputy_is_confirmed_once_and_by_nobody_else(client: Client, asked: Asked) -> None:
    name(client, OUTSIDE)
    with pytest.raises(LookupError):
        confirm_deputy(asked.holder, asked.id, AgreedBy.OFFICER)
    with pytest.raises(ValueError, match="confirms no deputy"):
        confirm_deputy(COMMAND, asked.id, AgreedBy.MANAGER)
    client.sign_in(make_person(role=Role.ADMINISTRATOR))
    opened = client.get(f"/desk/bookings/{asked.booking.ref}/agreement")
    client.submit(opened, button="Yes, ask Tom Reid")
    page = client.post(f"/desk/bookings/{asked.booking.ref}/agreement/deputy", status=400)
    assert page.errors == ["Somebody else has settled this meanwhile. Nothing was changed"]
    assert len(sent(ASKED_OF_DEPUTY)) == 1


def test_another_deputy_takes_the_place_of_the_first(client: Client, asked: Asked) -> None:
    name(client, TOM)
    first = link_in(sent(ASKED_OF_DEPUTY)[0])
    name(client, "una.shah@sandby.example", "Una Shah")
    client.get(first, status=410)
    assert asked.booking.deputy_name == "Una Shah"
    name(client, TOM)
    assert len(sent(ASKED_OF_DEPUTY)) == 3, "named again, asked again: the first link is closed"


def test_it_is_not_for_the_deputy_to_say(client: Client, asked: Asked) -> None:
    name(client, TOM)
    link = link_in(sent(ASKED_OF_DEPUTY)[0])
    page = client.submit(client.get(link), {"answer": "not-for-me"}, follow=True)
    assert "We go on asking the line manager" in page.flashes[0]
    client.get(link, status=410)
    assert asked.booking.deputy_address == ""
    assert len(sent(ASKED_OF_LEAD)) == 1
    assert asked.booking.state is BookingState.AWAITING_AGREEMENT


def test_the_deputy_is_reminded_in_place_of_the_manager(client: Client, asked: Asked, wall_clock: WallClock) -> None:
    name(client, TOM)
    wall_clock.set("2026-11-04 09:00")
    assert follow_agreements() == 1
    [reminder] = sent("bookings.agreement-reminded")
    assert reminder.recipient_address == TOM


def test_nobody_names_a_deputy_after_the_answer_or_without_the_link(client: Client, asked: Asked) -> None:
    for stranger in (COMMAND, asked.lead_viewer, Viewer(ViewerKind.LINK, link_opens=("booking", asked.waiting_id))):
        with pytest.raises(LookupError):
            name_deputy(stranger, asked.id, "Tom Reid", TOM)
        db.session.rollback()
    agree(asked.holder, asked.id)
    db.session.commit()
    with pytest.raises(Refused, match="The line manager agreed on"):
        name_deputy(asked.holder, asked.id, "Tom Reid", TOM)


def test_the_deputy_of_a_manager_who_went_has_nothing_to_say(client: Client, asked: Asked) -> None:
    name(client, TOM)
    opened = client.get(link_in(sent(ASKED_OF_DEPUTY)[0]))
    client.submit(client.get(link_in(sent(ASKED)[0])), {"answer": "not-mine"})
    client.submit(opened, {"answer": "agrees"}, status=410)
    assert asked.booking.agreed_at is None


def test_nobody_writes_to_a_whole_agency_by_one_managers_link(
    client: Client, asked: Asked, wall_clock: WallClock
) -> None:
    for number in range(MOST_NAMED):
        name(client, f"tom.{number}@sandby.example")
    refused = name(client, TOM, status=400)
    assert refused.errors == [
        "Several people were named within a day. Say yes or no yourself, or name somebody tomorrow"
    ]
    assert len(sent(ASKED_OF_DEPUTY)) == MOST_NAMED
    assert asked.booking.deputy_address == f"tom.{MOST_NAMED - 1}@sandby.example"
    wall_clock.forward(days=1, minutes=1)
    name(client, TOM)
    assert asked.booking.deputy_address == TOM
