"""Addresses are kebab-case and typed, none vanishes unnoticed, and each says who may ask for it."""

import re

from flask import Flask

from tests.guards.urls import COMMAND, LIST, lines_for
from training.web.access import rule_of

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|<[a-z_]+(\([^)]*\))?:[a-z_]+>(\.[a-z]+)?")
FOREIGN = ("static", "security.")


def test_the_list_of_addresses_is_the_committed_one(application: Flask) -> None:
    assert lines_for(application) == LIST.read_text().splitlines(), (
        f"addresses or who may call them have changed: if that is meant, run {COMMAND} and commit the list"
    )


def test_addresses_are_kebab_case_with_typed_parts(application: Flask) -> None:
    wrong = [
        address.rule
        for address in application.url_map.iter_rules()
        if not address.endpoint.startswith(FOREIGN)
        and not all(SEGMENT.fullmatch(part) for part in address.rule.strip("/").split("/") if part)
    ]
    assert wrong == []


def test_every_endpoint_says_who_may_call_it(application: Flask) -> None:
    silent = [endpoint for endpoint in application.view_functions if rule_of(application, endpoint) is None]
    assert silent == []


def test_only_reading_or_acting(application: Flask) -> None:
    methods = {method for address in application.url_map.iter_rules() for method in address.methods or set()}
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}
