"""The page that says who may do what is complete, true, and in words."""

import re

from flask import Flask

from tests.factories import viewer_of
from tests.guards.test_access_matrix import visitors_role
from tests.pages import Client
from training.core.viewer import ROLE_LABELS, ROLE_REACH, Role
from training.web.access import rule_of
from training.web.roles import LEFT_OUT, PART, lines_of


def test_every_address_has_a_line_and_a_sentence(app: Flask) -> None:
    lines = {line.address: line for line in lines_of(app)}
    addresses = {PART.sub("…", rule.rule) for rule in app.url_map.iter_rules() if rule.endpoint not in LEFT_OUT}
    assert set(lines) == addresses
    unclear = [line.address for line in lines.values() if not re.fullmatch(r"[A-Z“].*[.?]", line.purpose)]
    assert unclear == []
    assert [line.address for line in lines.values() if "View function" in line.purpose] == []


def test_the_lines_say_what_the_guard_does(app: Flask) -> None:
    lines = {line.address: line for line in lines_of(app)}
    for rule in app.url_map.iter_rules():
        declared = rule_of(app, rule.endpoint)
        if rule.endpoint in LEFT_OUT or declared is None:
            continue
        allowed = {role for role in Role if declared.allows_role(role)}
        assert allowed <= lines[PART.sub("…", rule.rule)].allowed
    assert Role.LEARNER not in lines["/desk"].allowed
    assert lines["/courses"].allowed == frozenset(Role)


def test_the_page_shows_one_role_or_all(client: Client) -> None:
    client.sign_in(visitors_role(Role.OFFICER))
    everything = client.get("/desk/roles")
    assert all(label in everything for label in ROLE_LABELS.values())
    assert all(reach in everything for reach in ROLE_REACH.values())
    trainers = client.get("/desk/roles?role=trainer")
    assert "/teaching" in trainers
    assert "/desk/people" not in trainers
    assert client.get("/desk/roles?role=nobody", 400).errors


def test_a_rule_says_the_same_of_a_role_as_of_its_holder(app: Flask) -> None:
    person = visitors_role(Role.TRAINER)
    viewer = viewer_of(person, Role.TRAINER)
    for rule in app.url_map.iter_rules():
        declared = rule_of(app, rule.endpoint)
        if declared is not None:
            assert declared.allows_role(Role.TRAINER) == declared.allows(viewer)
