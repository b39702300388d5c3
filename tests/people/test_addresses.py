"""Several addresses of one person: proven by a link, one of them written to, none anybody else's."""

import re

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.factories import make_agency, make_person, viewer_of
from tests.pages import Client
from training.accounts.mail import send_code
from training.agencies.operations import set_domains
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.refusal import Refused
from training.core.viewer import COMMAND, Role
from training.people.mail import offer_password
from training.people.models import AddressClaim, EmailAddress, OutsideIdentity, Person, Standing
from training.people.operations import change_person, open_account
from training.people.operations_claims import claim_address, make_primary, remove_address
from training.people.operations_jobs import Job, change_employment

NEW = "ada@new.example"


def link_in(message: OutboxMessage) -> str:
    found = re.search(r"/link/[A-Za-z0-9_-]+", message.body_text)
    assert found is not None
    return found[0]


def mails() -> list[OutboxMessage]:
    return list(db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id)))


def addresses_of(ref: str) -> dict[str, bool]:
    rows = db.session.execute(
        db.select(EmailAddress.address, EmailAddress.is_primary).join(Person).where(Person.ref == ref)
    )
    return {row.address: row.is_primary for row in rows}


def test_an_address_is_ones_own_once_its_link_was_used(client: Client) -> None:
    agency = make_agency()
    set_domains(COMMAND, agency, ["new.example"])
    person = make_person("Ada", address="ada@old.example", agency=agency)
    person.employments[0].standing = Standing.ASKED
    ref = person.ref
    db.session.commit()
    client.sign_in(person)
    page = client.get("/my/account/addresses")
    shared = client.submit(page, {"address": "office@new.example"}, button="Add the address", status=400)
    assert "several people read" in shared.errors[0]
    shown = client.submit(page, {"address": "ADA@new.example", "form_token": "another-token-of-24-char"},
                          button="Add the address", follow=True)  # fmt: skip
    assert "It is added once the link in that message was used" in shown
    assert addresses_of(ref) == {"ada@old.example": True}
    link = link_in(mails()[-1])
    assert mails()[-1].recipient_address == NEW
    opened = client.get(link)
    assert addresses_of(ref) == {"ada@old.example": True}
    done = client.submit(opened, button="Yes, this address is mine", follow=True)
    assert done.h1 == "Your email addresses"
    assert f"{NEW} is now one of your addresses." in done.flashes
    assert addresses_of(ref) == {"ada@old.example": True, NEW: False}
    job = db.session.scalars(db.select(Person).where(Person.ref == ref)).one().employments[0]
    assert job.standing is Standing.BY_ADDRESS
    client.get(link, 410)


@pytest.mark.parametrize("reader", ["nobody", "somebody else"])
def test_a_link_read_elsewhere_leads_to_nobodys_account(client: Client, reader: str) -> None:
    person, other = make_person("Ada", address="ada@old.example"), make_person("Olga")
    claim_address(viewer_of(person), person, NEW)
    ref = person.ref
    db.session.commit()
    if reader != "nobody":
        client.sign_in(other)
    done = client.submit(client.get(link_in(mails()[0])), button="Yes, this address is mine")
    assert done.location == "/"
    assert NEW in addresses_of(ref)


def test_an_address_of_somebody_else_tells_only_its_owner(client: Client) -> None:
    owner, person = make_person("Olga", address="olga@old.example"), make_person("Ada", address="ada@old.example")
    db.session.commit()
    client.sign_in(person)
    said = {}
    for address in ("olga@old.example", "nobody@old.example"):
        page = client.get("/my/account/addresses")
        shown = client.submit(page, {"address": address}, button="Add the address", follow=True)
        said[address] = [text.replace(address, "it") for text in shown.flashes]
        assert address in shown
    assert said["olga@old.example"] == said["nobody@old.example"]
    told, asked = mails()
    assert (told.recipient_address, told.person_id) == ("olga@old.example", owner.id)
    assert "/link/" not in told.body_text
    assert "Ada" not in told.body_text
    assert asked.recipient_address == "nobody@old.example"


def test_who_is_somebody_else_says_so_and_nothing_is_added(client: Client) -> None:
    person = make_person("Ada")
    claim_address(viewer_of(person), person, NEW)
    ref = person.ref
    db.session.commit()
    client.submit(client.get(link_in(mails()[0])), button=f"I am not {person.name}", follow=True)
    assert NEW not in addresses_of(ref)
    assert db.session.scalars(db.select(AddressClaim)).all() == []


def test_the_main_address_changes_with_the_sign_in_and_the_old_one_is_told(client: Client) -> None:
    person = make_person("Ada", address="ada@old.example")
    open_account(person, None, None)
    claim_address(viewer_of(person), person, NEW)
    ref = person.ref
    db.session.commit()
    client.submit(client.get(link_in(mails()[0])), button="Yes, this address is mine")
    client.sign_in(db.session.scalars(db.select(Person).where(Person.ref == ref)).one())
    page = client.get("/my/account/addresses")
    shown = client.submit(page, button=f"Make this the main address {NEW}", follow=True)
    assert f"Messages go to {NEW} from now on, and you sign in with it." in shown.flashes
    assert addresses_of(ref) == {"ada@old.example": False, NEW: True}
    found = db.session.scalars(db.select(Person).where(Person.ref == ref)).one()
    assert found.account is not None
    assert found.account.email == NEW
    assert mails()[-1].recipient_address == "ada@old.example"
    client.post("/my/account/addresses/remove", {"address": NEW})
    assert NEW in addresses_of(ref)
    client.post("/my/account/addresses/remove", {"address": "ada@old.example"})
    assert addresses_of(ref) == {NEW: True}
    client.post("/my/account/addresses/remove", {"address": "olga@else.example"}, status=404)


def test_what_went_to_the_address_before_opens_nothing_more(client: Client) -> None:
    person = make_person("Ada", address="ada@old.example")
    open_account(person, None, clock.now())
    db.session.add(second := EmailAddress(person=person, address=NEW, is_primary=False, confirmed_at=clock.now()))
    send_code(person)
    offer_password(person)
    db.session.commit()
    links = [link_in(message) for message in mails()]
    assert [client.get(link).status for link in links] == [200, 200]
    make_primary(viewer_of(person), second)
    db.session.commit()
    assert [client.get(link, status=410).status for link in links] == [410, 410]


def test_an_address_that_the_desk_puts_right_takes_the_sign_in_linked_by_it_along(app: Flask) -> None:
    person = make_person("Ada", address="ada@old.example")
    account = open_account(person, None, clock.now())
    db.session.add(OutsideIdentity(account=account, issuer="https://old.example", subject="1", address=person.address))
    db.session.flush()
    change_person(COMMAND, person, {"given_name": "Ada", "family_name": "Long"}, NEW)
    assert db.session.scalars(db.select(OutsideIdentity)).all() == []


def test_what_an_address_must_not_be(app: Flask) -> None:
    agency = make_agency()
    person = make_person("Ada", address="ada@old.example", agency=agency)
    job = person.employments[0]
    change_employment(COMMAND, job, Job(job_role="Nurse", agency_id=agency.id, manager_address="grace@old.example"))
    for address, match in (
        ("ada@old.example", "on the list already"),
        ("grace@old.example", "given for the line manager"),
        ("grace+me@old.example", "given for the line manager"),
        ("info@old.example", "several people read"),
        ("no address", "correct format"),
    ):
        with pytest.raises(Refused, match=match):
            claim_address(viewer_of(person), person, address)
    (row,) = person.addresses
    db.session.commit()
    with pytest.raises(Refused, match="main address"):
        remove_address(viewer_of(person), row)
    other = EmailAddress(person=person, address="later@old.example", is_primary=False)
    db.session.add(other)
    db.session.commit()
    with pytest.raises(Refused, match="confirmed"):
        make_primary(viewer_of(person), other)


def test_not_many_addresses_are_written_to_within_an_hour(app: Flask) -> None:
    person = make_person("Ada")
    for number in range(5):
        claim_address(viewer_of(person), person, f"ada{number}@new.example")
    with pytest.raises(Refused, match="Wait an hour"):
        claim_address(viewer_of(person), person, NEW)


def test_the_desk_adds_for_whom_it_may_and_nobody_else(app: Flask) -> None:
    officer, system = make_person(role=Role.OFFICER), make_person(role=Role.SYSTEM)
    desk = viewer_of(officer, Role.OFFICER)
    claim_address(desk, make_person(), NEW, reason="Rang")
    with pytest.raises(Refused, match="Only somebody who can give"):
        claim_address(desk, system, "mine@else.example", reason="Rang")
    with pytest.raises(LookupError):
        claim_address(viewer_of(make_person()), system, "mine@else.example")


def test_the_desk_page_takes_a_reason(client: Client) -> None:
    officer, person = make_person(role=Role.OFFICER), make_person("Ada", address="ada@old.example")
    ref = person.ref
    db.session.commit()
    client.sign_in(officer)
    page = client.get(f"/desk/people/{ref}/addresses")
    bare = client.submit(page, {"deed": "add", "address": NEW}, button="Save", status=400)
    assert bare.errors == ["Enter the reason"]
    shown = client.submit(bare, {"reason": "They rang"}, button="Save", follow=True)
    assert f"{NEW}: waits for its link" in shown
    wrong = client.submit(shown, {"deed": "remove", "address": "x@y.example", "reason": "r"}, button="Save", status=400)
    assert wrong.errors == ["This is none of the person’s addresses"]


def test_whoever_finds_an_open_browser_adds_no_address_of_their_own(client: Client, wall_clock: WallClock) -> None:
    person = make_person("Ada", address="ada@old.example")
    db.session.add(EmailAddress(person=person, address=NEW, is_primary=False))
    db.session.commit()
    ref = person.ref
    client.sign_in(person)
    wall_clock.forward(minutes=16)
    again = "/my/account/sign-in/again"
    assert client.get("/my/account/addresses", 302).location.startswith(again)
    for address, sent in (
        ("/my/account/addresses", "mallory@elsewhere.example"),
        ("/my/account/addresses/main", NEW),
        ("/my/account/addresses/remove", NEW),
    ):
        assert client.post(address, {"address": sent}).location.startswith(again)
    assert addresses_of(ref) == {"ada@old.example": True, NEW: False}
    assert db.session.scalars(db.select(AddressClaim)).all() == []
    assert mails() == []
