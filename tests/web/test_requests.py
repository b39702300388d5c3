"""Requests that no page of ours sends: turned away before a view sees them, on both engines."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_person
from tests.pages import Client
from training.core.database import db
from training.core.links import create_link
from training.core.tokens import SpentFormToken
from training.core.viewer import Role
from training.people.mail import CHOOSE_PASSWORD


@pytest.mark.parametrize(
    "address", ["/sessions/%00", "/sessions/a%00b", "/courses/%00", "/desk/sessions/new?course=%00"]
)
def test_an_address_with_a_nul_is_no_page(client: Client, address: str) -> None:
    client.sign_in(make_person(role=Role.OFFICER))
    client.get(address, status=404)


@pytest.mark.parametrize("sent", ["[1]", '"x"', '{"given_name": "Eve"}'])
def test_json_is_not_a_form(client: Client, app: Flask, sent: str) -> None:
    answer = app.test_client().post("/sign-in", data=sent, content_type="application/json")
    assert answer.status_code == 415


@pytest.mark.parametrize("host", ["x" * 300, "a..b", "[::1"])
def test_a_host_that_is_no_name_breaks_no_page(app: Flask, host: str) -> None:
    answer = app.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 200
    assert host not in answer.get_data(as_text=True)


def test_what_a_code_was_exchanged_for_is_not_kept(app: Flask, client: Client) -> None:
    fresh = create_link(CHOOSE_PASSWORD, make_person().id)
    db.session.commit()
    page = client.submit(client.get("/link"), {"code": fresh.code}, status=302)
    assert page.location is not None
    assert page.location.startswith("/link/")
    assert db.session.scalars(select(SpentFormToken.location)).all() == ["/link"]
