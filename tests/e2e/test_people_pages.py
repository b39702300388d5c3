"""Every page about people, agencies, files, the log and the settings, by construction: on a telephone, for axe."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.custody.people import a_record, an_officer
from tests.e2e.visitor import Visitor
from tests.factories import make_assignment, make_person, make_session
from tests.guards.world import make_side
from training.accounts.operations_dormant import close_account
from training.agencies.models import Agency, AgencyMembership, FeeBand
from training.core import clock
from training.core.batches import Batch, BatchRow, Verdict
from training.core.database import db
from training.core.policies import PolicyKind, in_force, publish
from training.core.viewer import COMMAND, Role
from training.custody.operations_merge import merge_people
from training.people.models import Person
from training.people.operations import open_account
from training.web.access import rule_of

NOT_PAGES = re.compile(r"\.(csv|html|json)$|/template/|/data/read$|/bring-back$")
"""Files; what is read only after a reason was given; and coming back, for which an agency has to have ended."""
DESK = ("/desk/people", "/desk/agencies", "/desk/audit", "/desk/imports", "/desk/settings", "/desk/roles")
SEEN_BY = {"/agency": "lead", "/teaching": "trainer", **dict.fromkeys(DESK, "officer")}


def arrange() -> dict[str, str]:
    """A side with all that pages of people can show; what stands in the variable parts of addresses."""
    side = make_side("Nearmere")
    ward = db.session.scalars(db.select(Agency).where(Agency.name == "Ward Nearmere")).one()
    band = FeeBand(name="Large")
    file = db.session.scalars(db.select(Batch)).one()
    cells = {"given_name": "Ada", "family_name": "Obi"}
    db.session.add_all(
        [
            AgencyMembership(agency_id=ward.id, from_on=clock.today(), fee_band=band),
            BatchRow(
                batch=file, number=2, verdict=Verdict.PROBLEM, sentences=["There is no such group."],
                values={"cells": cells, "problems": [], "lacking": False},
            ),
        ]
    )  # fmt: skip
    kept, gone, other = (a_record(family=f"{word}Nearmere") for word in ("Kept", "Gone", "Other"))
    merge = merge_people(an_officer(), kept.id, gone.id, "One person")
    guarded = a_record("Gail", "GuardedNearmere", agency_named="Hill House", job_role="Cook")
    open_account(guarded, None, clock.now()).tf_totp_secret = "kept"
    closed = a_record("Clara", "ClosedNearmere")
    account = open_account(closed, None, clock.now())
    db.session.flush()
    close_account(COMMAND, account, "Unused")
    for kind in PolicyKind:
        publish(COMMAND, kind, "## A text\n\nOf ((partnership)).", "New.", in_force(kind).number)
    trainer = db.session.get_one(Person, side.people["trainer"])
    make_assignment(make_session(), trainer)
    make_assignment(make_session(), trainer)
    db.session.commit()
    return {
        "code": ward.code,
        "person": side.refs["learner"],
        "trainer": side.refs["trainer"],
        "kept": kept.ref,
        "other": other.ref,
        "merge": merge.ref,
        "closed": closed.ref,
        "guarded": guarded.ref,
        "deputy": side.refs["deputy"],
        "newcomer": side.refs["newcomer"],
        "wish": side.wish,
        "asks": side.asks,
        "file": side.file,
        "comes": side.comes,
    }


REFERENCES = {
    "/merges/": "kept", "/open-account": "closed", "/second-factor/": "guarded", "/to-confirm/": "newcomer",
    "/roles/<": "trainer", "/imports/": "file", "lead-requests/": "wish", "/requests/": "wish", "/teaching/": "asks",
    "/deputies/": "deputy", "/agreements/": "comes", "/agency/bookings/": "comes",
}  # fmt: skip
"""Whose reference stands in an address with these words; elsewhere the learner's."""
WORDS = {"key": "people.dormant-months", "kind": "terms", "name": "people", "number": "1"}


def filled(rule: str, values: dict[str, str]) -> str:
    """The address with a row of the side in each of its parts."""
    whose = next((name for words, name in REFERENCES.items() if words in rule), "person")
    parts = {
        **WORDS,
        "ref": values[whose],
        "code": values["code"],
        "other_ref": values["other"],
        "merge_ref": values["merge"],
    }
    asked = "?name=Hill+House" if "/agencies/to-confirm/" in rule else ""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: parts[part[1]], rule) + asked


def pages_of(app: Flask, room: str, values: dict[str, str]) -> Iterator[str]:
    """The pages below `room`."""
    for found in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        if rule_of(app, found.endpoint) is None or "GET" not in (found.methods or ()) or NOT_PAGES.search(found.rule):
            continue
        if found.rule == room or found.rule.startswith(f"{room}/"):
            yield filled(found.rule, values)


@pytest.mark.parametrize("room", SEEN_BY)
def test_every_page_is_for_everybody_on_a_telephone(phone: Visitor, app: Flask, room: str) -> None:
    values = arrange()
    if SEEN_BY[room] == "officer":
        who = make_person("Olive", role=Role.OFFICER)
    else:
        family = f"{SEEN_BY[room].capitalize()}Nearmere"
        who = db.session.scalars(db.select(Person).where(Person.family_name == family)).one()
    db.session.commit()
    phone.open("/healthz")
    phone.sign_in(who)
    paths = list(pages_of(app, room, values))
    assert paths
    for path in paths:
        phone.open(path)
        phone.expect_fitting()
        phone.expect_accessible()
