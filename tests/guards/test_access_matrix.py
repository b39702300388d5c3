"""Every address is tried by every role: who may not ask is turned away, before any row is looked for.

Complete by construction: the addresses come from the application and the roles from the enum.
"""

import re
from datetime import date

import pytest
from flask import Flask

from tests.pages import Client, Page
from training.agencies.models import Agency, Sector
from training.core import clock
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Person, RoleGrant
from training.web.access import rule_of

ANYBODY = "anybody"
FILLED = {"int": "987654", "path": "nothing", "string": "nothing-here"}
# Flask-Security's own static files are not pages, and what signs out would end the round.
LEFT_OUT = ("static", "security.static", "security.logout")


@pytest.fixture
def engine_name() -> str:
    """Who may call is decided before the database matters, so one engine is enough."""
    return "sqlite"


def visitors_role(name: str) -> Person:
    """A person who holds the role `name` today, and no other."""
    person = Person(ref="P-TEST", given_name="Ada", family_name="Obi", sort_key="obi ada", search_text="ada obi")
    db.session.add(person)
    role = Role(name)
    if role is not Role.LEARNER:
        agency = None
        if role is Role.AGENCY_LEAD:
            sector = Sector(name="Health", reporting_group="Health")
            agency = Agency(code="H", name="Hospital", sort_key="hospital", search_text="hospital", sector=sector)
            db.session.add(agency)
        db.session.add(RoleGrant(person=person, role=role, agency=agency, from_on=date(2020, 1, 1)))
    db.session.commit()
    return person


def address_of(rule: str) -> str:
    """`rule` with something in each of its parts that no row has; of named choices, the first."""
    rule = re.sub(r"<any\(([\w-]+)[^)]*\):\w+>", r"\1", rule)
    return re.sub(r"<(\w+?)(?:\([^)]*\))?:\w+>", lambda part: FILLED.get(part[1], FILLED["string"]), rule)


def is_turned_away(page: Page) -> bool:
    """Whether the answer is “sign in first” or “not for you”."""
    return page.status == 403 or (page.status == 302 and page.location.startswith("/sign-in"))


@pytest.mark.parametrize("role", [ANYBODY, *Role])
def test_every_address_answers_each_role_as_it_declares(app: Flask, client: Client, role: str) -> None:
    held: frozenset[Role] = frozenset()
    if role != ANYBODY:
        client.sign_in(visitors_role(role))
        held = frozenset({Role.LEARNER, Role(role)})
    wrong: list[str] = []
    tried = 0
    for address in app.url_map.iter_rules():
        rule = rule_of(app, address.endpoint)
        if address.endpoint in LEFT_OUT or rule is None:
            continue
        may = not rule.needs_sign_in or (role != ANYBODY and (not rule.roles or not rule.roles.isdisjoint(held)))
        for method in sorted((address.methods or set()) & {"GET", "POST"}):
            page = client.ask(method, address_of(address.rule))
            tried += 1
            if is_turned_away(page) == may or page.status >= 500:
                wrong.append(f"{method} {address.rule} ({rule.label}) answered {page.status} to {role}")
    assert wrong == []
    assert tried > 20


def test_a_role_that_has_ended_opens_nothing(client: Client, app: Flask) -> None:
    person = visitors_role(Role.OFFICER)
    grant = db.session.scalars(db.select(RoleGrant)).one()
    grant.to_on = date(2020, 12, 31)
    db.session.commit()
    assert grant.to_on < clock.today()
    client.sign_in(person)
    client.get("/desk", status=403)
