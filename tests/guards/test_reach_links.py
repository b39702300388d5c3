"""Links of messages in hands they were not meant for, and people who are no longer what they were."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.factories import make_person
from tests.guards.test_reach import VARIABLE, named_routes
from tests.guards.world import Side, make_sides, rows_by_table
from tests.pages import Client
from training.accounts.operations_dormant import close_account
from training.bookings.models import Booking
from training.core import clock
from training.core.database import db
from training.core.holdings import link_subjects
from training.core.links import FreshLink, create_link, purposes
from training.core.viewer import COMMAND, Role
from training.custody.operations_merge import merge_people
from training.evaluations.models import EvaluationRequest
from training.people.models import Account, AddressClaim, Employment, Person, RoleGrant
from training.schedule.links import TEACHING
from training.schedule.models import AssignmentState, TrainerAssignment, TrainerPart
from training.web.access import rule_of

BELOW = ("register/1", "register/2", "register/1/close", "needs", "cannot-come")
"""Pages below a trainer's link."""
TRACES = frozenset({"note", "limit_count", "spent_form_token"})
PARTS = {"ref": "P-AAAAAA", "number": "1", "part": "1", "code": "A", "key": "a", "slug": "a", "year": "2026-27"}


def subject_of(table: str, side: Side) -> int:
    """A row of the side that a link about `table` may be about."""
    learner = side.people["learner"]
    if table == "person":
        return learner
    if table == "address_claim":
        db.session.add(claim := AddressClaim(person_id=learner, address=f"else@{side.word.lower()}.example"))
        db.session.flush()
        return claim.id
    found = {
        "employment": select(Employment.id).where(Employment.person_id == learner),
        "booking": select(Booking.id).where(Booking.ref == side.comes),
        "evaluation_request": select(EvaluationRequest.id).join(Booking).where(Booking.ref == side.evaluates),
        "trainer_assignment": select(TrainerAssignment.id).where(
            TrainerAssignment.person_id == side.people["trainer"], TrainerAssignment.state == AssignmentState.ACCEPTED
        ),
    }
    return db.session.scalars(found[table]).first() or 0


def links_of(side: Side) -> dict[str, FreshLink]:
    """A fresh link of every purpose, about the side."""
    about = {purpose: subject_of(table, side) for purpose, table in link_subjects().items() if purpose in purposes()}
    assert set(about) == set(purposes())
    assert all(about.values())
    return {name: create_link(purposes()[name], key) for name, key in about.items()}


def path_of(link: FreshLink) -> str:
    return "/link/" + link.secrets[0]


def test_whoever_only_opens_links_changes_nothing_and_is_nobody(app: Flask, database: Engine, client: Client) -> None:
    near, _ = make_sides()
    links = links_of(near)
    db.session.commit()
    with database.connect() as connection:
        before = rows_by_table(connection, TRACES)
    for link in links.values():
        for _ in range(2):
            assert client.ask("GET", path_of(link)).status in (200, 404, 410)
            client.ask("GET", f"{path_of(link)}?answer=yes&decision=agrees&password=x")
        assert client.ask("GET", "/my").location.startswith("/sign-in"), "the link has made nobody of the browser"
    with database.connect() as connection:
        assert rows_by_table(connection, TRACES) == before


def test_a_link_opens_no_page_below_another_kind_of_link(app: Flask, client: Client) -> None:
    near, _ = make_sides()
    links = links_of(near)
    db.session.commit()
    tried = 0
    for name, link in links.items():
        for below in BELOW if name != TEACHING.name else ():
            for method in ("GET", "POST"):
                assert client.ask(method, f"{path_of(link)}/{below}").status in (404, 405)
                tried += 1
    assert tried >= 80


def test_a_guests_link_opens_its_own_pages_and_none_that_needs_a_sign_in(app: Flask, client: Client) -> None:
    make_sides()
    guest = make_person("Gwen", "Guest", role=Role.TRAINER)
    (session_id,) = db.session.scalars(select(TrainerAssignment.session_id).limit(1))
    db.session.add(
        assignment := TrainerAssignment(
            session_id=session_id, person=guest, part=TrainerPart.CO_TRAINER, state=AssignmentState.ACCEPTED
        )
    )
    db.session.flush()
    link = create_link(TEACHING, assignment.id)
    guest_id = guest.id
    db.session.commit()
    assert [client.ask("GET", f"{path_of(link)}/{below}").status for below in BELOW] == [200, 404, 200, 200, 200]
    for rule, methods in named_routes(app):
        declared = rule_of(app, next(each.endpoint for each in app.url_map.iter_rules() if each.rule == rule))
        if declared is None or not declared.needs_sign_in or "any(" in rule:
            continue
        for method in methods:
            page = client.ask(method, VARIABLE.sub(lambda part: PARTS.get(part[1], "1"), rule))
            assert page.location.startswith("/sign-in"), f"{method} {rule} answered {page.status} to a guest"
    for state in (AssignmentState.ASKED, AssignmentState.DECLINED, AssignmentState.WITHDRAWN):
        db.session.execute(
            db.update(TrainerAssignment).where(TrainerAssignment.person_id == guest_id).values(state=state)
        )
        db.session.commit()
        for below in BELOW:
            assert client.ask("POST", f"{path_of(link)}/{below}").status == 404
    account = Account(person_id=guest_id, email="gwen@own.example", fs_uniquifier="gwen")
    db.session.add(account)
    accepted = db.update(TrainerAssignment).where(TrainerAssignment.person_id == guest_id)
    db.session.execute(accepted.values(state=AssignmentState.ACCEPTED))
    db.session.commit()
    for below in BELOW:
        if below != "cannot-come":  # It answers, and shows nobody who comes.
            assert client.ask("GET", f"{path_of(link)}/{below}").status == 404, "who has an account signs in"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEARNER])
def test_a_role_that_ended_yesterday_opens_nothing_while_signed_in(app: Flask, client: Client, role: Role) -> None:
    near, _ = make_sides()
    person = make_person("Vera")
    agency_id = db.session.get_one(Person, near.people["learner"]).employments[0].agency_id
    grant = RoleGrant(
        person=person, role=role, agency_id=agency_id if role is Role.AGENCY_LEAD else None,
        from_on=clock.today() - timedelta(days=30),
    )  # fmt: skip
    db.session.add(grant)
    db.session.commit()
    client.sign_in(person)
    pages = [
        each.rule
        for each in app.url_map.iter_rules()
        if not each.arguments and "GET" in (each.methods or ()) and role in roles_of(app, each.endpoint)
    ]
    assert pages
    assert all(client.ask("GET", page).status != 403 for page in pages)
    grant.to_on = clock.today() - timedelta(days=1)
    db.session.commit()
    assert {client.ask("GET", page).status for page in pages} == {403}


def roles_of(app: Flask, endpoint: str) -> frozenset[Role]:
    rule = rule_of(app, endpoint)
    return rule.roles if rule is not None else frozenset()


def test_a_record_that_was_merged_or_closed_signs_in_nobody(app: Flask, client: Client) -> None:
    gone, kept, closed = make_person("Vera"), make_person("Vera"), make_person("Cleo")
    kept_id, gone_id = kept.id, gone.id
    db.session.commit()
    other = Client(app)
    for browser, person in ((Client(app), kept), (client, gone), (other, closed)):
        browser.sign_in(person)
        assert browser.ask("GET", "/my").status == 200
    account = db.session.scalars(select(Account).join(Person).where(Person.given_name == "Cleo")).one()
    close_account(COMMAND, account, "Not used")
    merge_people(COMMAND, kept_id, gone_id, "One person")
    db.session.commit()
    for browser in (client, other):
        assert browser.ask("GET", "/my").location.startswith("/sign-in")
