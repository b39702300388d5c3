"""Whatever somebody puts into `next`, whoever signs in stays on this site."""

import re
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.factories import make_person
from tests.pages import Client
from training.accounts.passwords import normal
from training.accounts.where_to import AFTER_SIGN_IN, LONGEST, own_path
from training.core import clock
from training.core.database import db
from training.people.models import Account, Person

HERE = "http://localhost/sign-in"
PASSWORD = "otter lamp 47 violin"
ELSEWHERE = [
    "//elsewhere.example",
    "https://elsewhere.example/desk",
    "http:elsewhere.example",
    "https:/elsewhere.example",
    "///elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/\t/elsewhere.example",
    "\x01//elsewhere.example",
    "https://localhost@elsewhere.example/",
    "https://localhost.elsewhere.example/",
    "javascript:alert(1)",
    "data:text/html,hello",
]
BROKEN = ["//[", "http://[::1", "https://]"]
PIECES = st.sampled_from(
    ["/", "//", "\\", ":", "@", "?", "#", "[", "]", ".", "..", ";", "%2f", "%5c", "%09", "\t", "\n", "\r", " ", "\x01",
     "\u2028", "é", "http:", "https:", "javascript:", "data:", "localhost", "elsewhere.example", "desk", "next=", "&"]
)  # fmt: skip
ADDRESSES = st.lists(st.one_of(PIECES, st.characters(codec="utf-8", exclude_characters="\0")), max_size=12).map("".join)
ON_ONE_APPLICATION = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def engine_name() -> str:
    """No row is looked for by `next`."""
    return "sqlite"


def stays_here(location: str) -> bool:
    """Whether a browser that is led to `location` stays: it leaves out tabs and line ends, and turns backslashes."""
    seen = re.sub(r"[\t\n\r]", "", location).strip().replace("\\", "/")
    led = urlsplit(urljoin(HERE, seen))
    return (led.scheme, led.netloc) == ("http", "localhost") and "\r" not in location and "\n" not in location


@pytest.fixture
def person(app: Flask) -> Person:
    found = make_person("Ada", address="ada@council.example")
    account = Account(person=found, email="ada@council.example", fs_uniquifier="account-of-ada", active=True)
    account.confirmed_at = clock.now()
    account.password = app.extensions["security"].pwd_context.hash(normal(PASSWORD))
    db.session.add(account)
    db.session.commit()
    return found


@given(address=ADDRESSES)
@example("//elsewhere.example")
@example("/..//elsewhere.example")
@ON_ONE_APPLICATION
def test_only_paths_of_this_site_are_kept(app: Flask, address: str) -> None:
    with app.test_request_context("/"):
        path = own_path(address)
    assert path == "" or (stays_here(path) and path.startswith("/") and not path.startswith("//"))


@given(address=ADDRESSES)
@example("//elsewhere.example")
@example("//[")
@ON_ONE_APPLICATION
def test_somebody_signed_in_is_led_within_the_site(client: Client, person: Person, address: str) -> None:
    client.sign_in(person)
    for way in ("/sign-in/second-step", "/my/account/sign-in/again", "/sign-in", "/sign-in/send-code", "/sign-up"):
        page = client.ask("GET", f"{way}?next={quote(address, safe='')}")
        assert page.status in (200, 302, 400), f"{way} answered {page.status} to {address!r}"
        assert page.status != 302 or stays_here(page.headers["Location"]), f"{way} led to {page.headers['Location']}"


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("where", ["address", "form"])
def test_signing_in_leads_nobody_elsewhere(client: Client, person: Person, address: str, where: str) -> None:
    given = {"email": "ada@council.example", "password": PASSWORD}
    if where == "form":
        page = client.post("/sign-in", {**given, "next": address})
    else:
        page = client.post(f"/sign-in?next={quote(address, safe='')}", given)
    assert stays_here(page.headers["Location"]), page.headers["Location"]


@pytest.mark.parametrize("address", BROKEN)
def test_an_address_that_is_none_is_refused_in_words(client: Client, person: Person, address: str) -> None:
    for way in ("/sign-in", "/sign-up", "/sign-in/send-code", "/sign-in/second-step"):
        client.get(f"{way}?next={quote(address, safe='')}", 400)
    client.post("/sign-in", {"email": "ada@council.example", "password": PASSWORD, "next": address}, 400)


def test_an_address_too_long_for_the_cookie_is_not_kept(client: Client, person: Person) -> None:
    address = "/my/bookings?" + "".join(f"{number}&" for number in range(LONGEST))
    client.get(f"/sign-in/send-code?next={quote(address, safe='')}")
    client.sign_in(person)
    assert client.get("/sign-in/second-step", 302).location == AFTER_SIGN_IN
    assert len(client.cookie) < 4_000
