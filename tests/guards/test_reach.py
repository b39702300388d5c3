"""Every role tries every address that names a row, with a row of its own side and with one of the other side.

Complete by construction: an address with a variable part that is missing here fails, and says what to add. Addresses
that only the desk and the system administrator may open are tried by the access matrix: for them no row is foreign.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.factories import make_person
from tests.guards.world import Reach, Side, make_sides, rows_by_table
from tests.pages import Client, Page
from training.core.database import db
from training.core.viewer import DESK_ROLES, Role
from training.people.models import Person
from training.web.access import rule_of

VARIABLE = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
BEHIND_THE_DESK = DESK_ROLES | {Role.SYSTEM}

PUBLIC = (
    "/courses/", "/calendar", "/evaluations/answered/", "/static/", "/link/", "/sign-in/with/", "/privacy", "/terms",
    "/accessibility", "/agency/people/file/template",
)  # fmt: skip
"""Addresses whose variable part names nothing of anybody's, or whose secret is the key."""

NUMBERED_AMONG_ONES_OWN = ("/my/account/",)
"""Addresses whose number counts one's own rows: nobody else's can be named."""


def booking_parts(side: Side) -> dict[str, str]:
    return {"ref": side.comes, "number": "1"}


def evaluation_parts(side: Side) -> dict[str, str]:
    return {"ref": side.evaluates}


def session_parts(side: Side) -> dict[str, str]:
    return {"ref": side.held, "part": "1", "number": "1"}


def asked_parts(side: Side) -> dict[str, str]:
    return {"ref": side.asks}


def agency_parts(side: Side) -> dict[str, str]:
    return {"code": side.agency}


def wish_parts(side: Side) -> dict[str, str]:
    return {"ref": side.wish}


def wait_parts(side: Side) -> dict[str, str]:
    return {"ref": side.waits}


def file_parts(side: Side) -> dict[str, str]:
    return {"ref": side.file}


def group_parts(side: Side) -> dict[str, str]:
    return {"ref": f"G-{side.word}".upper()}


def reserved_parts(side: Side) -> dict[str, str]:
    return {"ref": f"R-{side.word}".upper(), "person_ref": side.refs["learner"]}


def person_parts(name: str) -> Callable[[Side], dict[str, str]]:
    return lambda side: {"ref": side.refs[name], "number": "1", "answer": "yes"}


OFFICER, DESK = frozenset({"officer"}), frozenset({"officer", "administrator"})
LEARNER, TRAINER, LEAD = frozenset({"learner"}), frozenset({"trainer"}), frozenset({"lead"})
LEADS = LEAD | {"deputy"}
ROUTES: dict[str, Reach | None] = {
    "/my/bookings/": Reach(booking_parts, LEARNER),
    "/my/bookings/<string:ref>/evaluation": Reach(evaluation_parts, LEARNER),
    "/my/waits/": Reach(wait_parts, LEARNER),
    "/my/agency/ask/": Reach(wish_parts, LEARNER),
    "/agency/bookings/": Reach(booking_parts, LEADS),
    "/agency/agreements/": Reach(booking_parts, LEADS),
    "/agency/deputies/": Reach(person_parts("deputy"), LEAD),
    "/agency/headcounts/": Reach(agency_parts, LEADS),
    "/agency/imports/": Reach(file_parts, LEAD),
    "/agency/people/": Reach(person_parts("learner"), LEADS),
    "/agency/requests/": Reach(wish_parts, LEAD),
    "/agency/to-confirm/": Reach(person_parts("newcomer"), LEADS),
    "/bookings/": Reach(booking_parts, LEADS, DESK),
    "/groups/": Reach(group_parts, LEADS, DESK),
    "/reservations/": Reach(reserved_parts, LEADS, DESK),
    "/teaching/": Reach(asked_parts, TRAINER),
    "/sessions/<string:ref>/needs": Reach(session_parts, TRAINER, OFFICER),
    "/sessions/<string:ref>/register/": Reach(session_parts, TRAINER, DESK),
    "/sessions/<string:ref>/feedback": Reach(session_parts, TRAINER, OFFICER),
    "/sessions/<string:ref>/group": Reach(session_parts, LEADS, LEADS | DESK),
    "/sessions/<string:ref>/reserve": Reach(session_parts, LEADS, LEADS | DESK),
    "/sessions/<string:ref>": None,
    "/sessions/<string:ref>/book": None,
}
"""By what an address begins with, the longest first; None for pages that show everybody the same."""

NOTED_BY_REFUSING = frozenset({"note", "limit_count", "sign_in", "account", "spent_form_token", "audit_entry"})
"""Tables in which asking in vain may leave a trace."""


def reach_of(rule: str) -> Reach | None:
    """What the address is about; raises LookupError where nobody said."""
    if any(rule.startswith(prefix) for prefix in PUBLIC + NUMBERED_AMONG_ONES_OWN):
        return None
    for prefix in sorted(ROUTES, key=len, reverse=True):
        if rule.startswith(prefix):
            return ROUTES[prefix]
    raise LookupError(f"say in ROUTES whose rows {rule} is about")


def named_routes(app: Flask) -> list[tuple[str, frozenset[str]]]:
    """The addresses with a variable part that not only the desk may open, with their methods."""
    found: list[tuple[str, frozenset[str]]] = []
    for address in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        rule = rule_of(app, address.endpoint)
        assert rule is not None, address.endpoint
        if address.arguments and not (rule.roles and rule.roles <= BEHIND_THE_DESK):
            found.append((address.rule, frozenset(address.methods or ()) & {"GET", "POST"}))
    return found


def is_closed(page: Page) -> bool:
    """Whether the page said that there is nothing, that it is for others, or to sign in."""
    return page.status in (403, 404) or (page.status == 302 and page.location.startswith("/sign-in"))


def visitor(name: str, near: Side) -> Person | None:
    """Who tries: one of the near side, somebody with a role of the partnership, or nobody signed in."""
    if name == "anybody":
        return None
    if name in near.people:
        return db.session.get_one(Person, near.people[name])
    return make_person("Vera", role=Role(name))


VISITORS = (
    "anybody",
    "learner",
    "newcomer",
    "lead",
    "deputy",
    "trainer",
    "viewer",
    "system",
    "administrator",
    "officer",
)


@pytest.mark.parametrize("name", VISITORS)
def test_rows_of_the_other_side_do_not_exist(app: Flask, database: Engine, client: Client, name: str) -> None:
    near, far = make_sides()
    person = visitor(name, near)
    db.session.commit()
    if person is not None:
        client.sign_in(person)
    with database.connect() as connection:
        before = rows_by_table(connection, NOTED_BY_REFUSING)
    # The other side first and with buttons too: what is closed changes nothing, while one's own pages may.
    wrong: list[str] = []
    cells = 0
    for rule, method, reach in tries(app, {"GET", "POST"}):
        wrong += tried(client, name, rule, method, reach, far, own=False)
        cells += 1
    if name not in {role.value for role in BEHIND_THE_DESK}:
        with database.connect() as connection:
            after = rows_by_table(connection, NOTED_BY_REFUSING)
        wrong += [f"{name} changed {table} of the other side" for table in before if before[table] != after[table]]
    for rule, method, reach in tries(app, {"GET"}):
        wrong += tried(client, name, rule, method, reach, near, own=True)
        cells += 1
    assert wrong == []
    assert cells >= 20


def tries(app: Flask, wanted: set[str]) -> list[tuple[str, str, Reach]]:
    """Each address that names somebody's row, with each of its methods among `wanted`, and whose row it is."""
    return [
        (rule, method, reach)
        for rule, methods in named_routes(app)
        if (reach := reach_of(rule)) is not None
        for method in sorted(methods & wanted)
    ]


def tried(client: Client, name: str, rule: str, method: str, reach: Reach, side: Side, *, own: bool) -> list[str]:
    """What was wrong with the answer to the visitor called `name`; empty for the right one."""
    parts = reach.parts(side)
    address = VARIABLE.sub(lambda part: parts[part[1]], rule)
    page = client.ask(method, address)
    closed = is_closed(page)
    found: list[str] = []
    if page.status >= 500 or closed == reach.is_open_to(name, own=own):
        found.append(f"{method} {address} ({side.word}) answered {page.status} to {name}")
    if closed and side.word in page.text and not own:
        found.append(f"{method} {address} told {name} about {side.word}")
    return found


def test_every_address_says_whose_rows_it_is_about(app: Flask) -> None:
    for rule, _ in named_routes(app):
        reach_of(rule)
    addresses = [rule for rule, _ in named_routes(app)]
    assert [prefix for prefix in ROUTES if not any(rule.startswith(prefix) for rule in addresses)] == []


@pytest.mark.parametrize("name", ["learner", "newcomer", "lead", "deputy", "trainer", "viewer"])
def test_no_page_that_is_open_shows_anybody_of_the_other_side(app: Flask, client: Client, name: str) -> None:
    near, far = make_sides()
    person = visitor(name, near)
    assert person is not None
    db.session.commit()
    client.sign_in(person)
    told = {*far.refs.values(), far.comes, f"Learner{far.word}", f"Lead{far.word}", f"@{far.word.lower()}"}
    seen: list[str] = []
    tried = 0
    for address in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        if address.arguments or "GET" not in (address.methods or ()) or address.endpoint == "static":
            continue
        page = client.ask("GET", address.rule)
        tried += 1
        seen += [f"{address.rule} tells {name} of {word}" for word in told if word.encode() in page.body]
    assert seen == []
    assert tried > 20
