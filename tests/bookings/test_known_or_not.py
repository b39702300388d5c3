"""Forms that anybody may send answer the same for an address that is known and for one that is not."""

from datetime import date

import pytest
from flask import Flask

from tests.factories import make_agency, make_course, make_person, make_session
from tests.pages import Client, Page
from training.catalogue.models import Agreement
from training.core.database import db

KNOWN, UNKNOWN = "known@north.example", "nobody.here@north.example"
ODD = [
    {"given_name": "See www.evil.example"},
    {"family_name": "mail me@evil.example"},
    {"job_role": "www.evil.example"},
    {"manager_address": "themselves"},
    {},
]


def _answer(client: Client, path: str, agency: str, address: str, odd: dict[str, str]) -> Page:
    page = client.get(path)
    values: dict[str, str] = {
        "given_name": "Ada", "family_name": "North", "address": address, "agency": agency, "job_role": "Teacher", **odd,
    }  # fmt: skip
    if values.get("manager_address") == "themselves":
        values["manager_address"] = address
    elif "book" in path:
        values["manager_address"] = "lead@north.example"
    return client.submit(page, values, status=400 if odd else 302)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: next(iter(odd), "nothing odd"))
@pytest.mark.parametrize("page", ["sign-up", "booking"])
def test_what_nobody_could_be_added_with_is_refused_whoever_has_the_address(
    app: Flask, client: Client, page: str, odd: dict[str, str]
) -> None:
    agency = make_agency("North Council")
    make_person("Known", address=KNOWN, agency=agency)
    session = make_session(make_course(agreement=Agreement.ASKED), on=date(2027, 3, 1))
    db.session.commit()
    agency_key = str(agency.id)
    path = "/sign-up" if page == "sign-up" else f"/sessions/{session.ref}/book/new"
    answers = [_answer(client, path, agency_key, address, odd) for address in (KNOWN, UNKNOWN)]
    assert answers[0].errors == answers[1].errors
    assert bool(answers[0].errors) is bool(odd)
