"""The examining client finds what it is there to find: a page made bad in one way fails in that way."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import create_engine, text

from tests.engines.permission import UnaskedDatabaseError
from tests.examination import findings
from tests.pages import Client
from training.core.database import db
from training.core.settings import SettingValue

GOOD = """<!doctype html><html lang="en"><head><title>Choose a course - Muster</title></head><body><main>
<h1>Choose a course</h1><p id="hint">It’s free.</p>
<form method="post"><input type="hidden" name="csrf_token" value="x">
<label for="words">Words</label><input id="words" name="words" aria-describedby="hint"><button>Search</button></form>
<a href="/healthz">Health</a></main></body></html>"""
SUMMARY = '<div class="govuk-error-summary">There is a problem</div>'

BAD = [
    ('lang="en"', "", "no lang"),
    ("<h1>Choose a course</h1>", "", "0 h1"),
    ("<p id", "<h1>Again</h1><p id", "2 h1"),
    ("<title>Choose", "<title>Select", "does not begin with the h1"),
    ("<title>", "<title>Error: ", "error summary: False"),
    ("<p id", SUMMARY + "<p id", "error summary: True"),
    ('<p id="hint">', '<p id="words">', "the id “words” stands 2 times"),
    ('aria-describedby="hint"', 'aria-describedby="none"', "names the id “none”"),
    ('for="words"', "", "has no label"),
    ("<p id", "<fieldset></fieldset><p id", "no legend"),
    ("<button>Search", "<button>", "a button has no text"),
    ("<p id", "<script>go()</script><p id", "no nonce"),
    ("<p id", '<p style="color: red">Red</p><p id', "the attribute style"),
    ("<p id", '<p onclick="go()">Go</p><p id', "the attribute onclick"),
    ("It’s", "It's", "straight quotation marks"),
    ("<p id", '<img src="/x.png"><p id', "has no alt"),
    ("<p id", "<svg></svg><p id", "neither named nor hidden"),
    (">Health<", "><", "has no words"),
    ('href="/healthz"', 'href="#"', "leads nowhere"),
    ('href="/healthz"', 'href="#nowhere"', "not on the page"),
    ('href="/healthz"', 'href="/no-such-page"', "nothing answers GET /no-such-page"),
    ('name="csrf_token"', 'name="other"', "no csrf_token"),
    ("<button>Search</button>", "", "no button"),
]


def test_a_good_page_has_no_findings(application: Flask) -> None:
    assert findings(BeautifulSoup(GOOD, "html.parser"), 200, application) == []


@pytest.mark.parametrize(("part", "instead", "finding"), BAD, ids=[finding for _, _, finding in BAD])
def test_a_bad_page_is_found_out(application: Flask, part: str, instead: str, finding: str) -> None:
    assert part in GOOD
    found = findings(BeautifulSoup(GOOD.replace(part, instead, 1), "html.parser"), 200, application)
    assert any(finding in one for one in found), found


def test_an_error_page_must_not_say_that_all_is_well(application: Flask) -> None:
    page = GOOD.replace("<title>", "<title>Error: ").replace("<p id", SUMMARY + "<p id")
    soup = BeautifulSoup(page, "html.parser")
    assert findings(soup, 400, application) == []
    assert findings(soup, 200, application) == ["a page with an error summary was answered with 200"]


def test_what_people_typed_may_hold_straight_marks(application: Flask) -> None:
    page = GOOD.replace("<p id", "<table><tr><td>O'Brien</td></tr></table><p id")
    assert findings(BeautifulSoup(page, "html.parser"), 200, application) == []


def test_work_that_a_request_leaves_uncommitted_is_found(app: Flask, client: Client) -> None:
    def after_the_commit(response: object) -> object:
        db.session.add(SettingValue(key="left", value=1))
        return response

    app.after_request_funcs.setdefault(None, []).append(after_the_commit)  # type: ignore[arg-type]
    try:
        with pytest.raises(AssertionError, match=r"left work uncommitted: .*SettingValue"):
            client.get("/healthz")
    finally:
        app.after_request_funcs[None].remove(after_the_commit)  # type: ignore[arg-type]


def test_rows_that_the_test_did_not_commit_are_found(client: Client) -> None:
    db.session.add(SettingValue(key="arranged", value=1))
    db.session.flush()
    with pytest.raises(AssertionError, match="commit what the test arranged"):
        client.get("/healthz")


def test_forms_are_refused_without_their_token(client: Client) -> None:
    page = client.post("/link", {"code": "x"}, status=400, tokens=False)
    assert page.h1 == "This page was open for too long"


@pytest.mark.parametrize("_time", ["first", "second"])
def test_each_test_begins_with_an_empty_database(app: Flask, _time: str) -> None:
    assert db.session.scalar(text("SELECT count(*) FROM setting_value")) == 0
    db.session.add(SettingValue(key="left", value=1))
    db.session.commit()


def test_no_database_for_those_who_did_not_ask() -> None:
    with pytest.raises(UnaskedDatabaseError), create_engine("sqlite://").connect() as connection:
        connection.execute(text("SELECT 1"))
