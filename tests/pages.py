"""A browser without JavaScript: it fetches pages as people do, and examines every one of them."""

import contextvars
import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask, has_app_context, session
from flask.testing import FlaskClient
from flask_security.utils import login_user
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.examination import attribute, findings, words
from tests.filling import chosen_form, filled
from tests.leaks import leaks_of, settle
from training.accounts.sign_ins import KEY, SECOND_FACTOR, SEEN_EVERY, Way
from training.core import clock
from training.core.database import begin_writing, db
from training.people.models import Account, Person, SignIn
from training.web.templating import new_form_token

Result = TypeVar("Result")


class Page:
    """One answer: its status, headers and body, and for HTML what stands on it."""

    def __init__(self, response: TestResponse, url: str) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.get_data()
        self.is_html = response.mimetype == "text/html" and bool(self.body)
        self.url = url
        """Path and query of the request."""

    @cached_property
    def soup(self) -> BeautifulSoup:
        """What stands on the page, read once it is looked at."""
        return BeautifulSoup(self.body if self.is_html else b"", "html.parser")

    @property
    def location(self) -> str:
        """Where a redirect leads, as path and query."""
        parts = urlsplit(self.headers.get("Location", ""))
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def h1(self) -> str:
        return words(self.soup.h1)

    @property
    def title(self) -> str:
        return words(self.soup.title)

    @property
    def text(self) -> str:
        """The words of the main part, or of the whole body where there is none."""
        return words(self.soup.main or self.soup.body)

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        return [words(item) for item in self.soup.select(".govuk-error-summary__list li")]

    @property
    def flashes(self) -> list[str]:
        """What the page says happened."""
        return [words(text) for text in self.soup.select(".govuk-notification-banner__content")]

    @property
    def links(self) -> dict[str, str]:
        """The address of each link by its words; of several with the same words, the first."""
        found: dict[str, str] = {}
        for link in self.soup.select("a[href]"):
            found.setdefault(words(link), attribute(link, "href"))
        return found

    @property
    def buttons(self) -> list[str]:
        return [words(button) for button in self.soup.select("main button")]

    def select(self, selector: str) -> list[Tag]:
        """All elements that match a CSS selector."""
        return list(self.soup.select(selector))

    def one(self, selector: str) -> Tag:
        """The one element that matches; fails when there is none or more."""
        found = self.select(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector} on {self.url}"
        return found[0]

    def words(self, selector: str) -> list[str]:
        """The text of each element that matches."""
        return [words(tag) for tag in self.select(selector)]

    def rows(self, table: str = "table") -> list[list[str]]:
        """The cells of each body row of the one table that matches."""
        return [[words(cell) for cell in row.select("th, td")] for row in self.one(table).select("tbody tr")]

    def __contains__(self, text: str) -> bool:
        return text in self.text


class Client:
    """Asks for pages of one application, each in a context of its own, as separate requests are."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._client: FlaskClient = app.test_client()
        self._stays: datetime | None = None

    def get(self, url: str, status: int = 200, *, follow: bool = False, **options: Any) -> Page:
        """Fetch `url`, expect `status`, examine the page. With `follow`, redirects are followed first."""
        return self._ask("GET", url, status, follow, **options)

    def post(
        self, url: str, data: Mapping[str, Any] | None = None, status: int = 302, *,
        follow: bool = False, tokens: bool = True, **options: Any,
    ) -> Page:  # fmt: skip
        """Send `data` as a form that no page showed; `tokens=False` leaves out what every real form carries.

        With `follow`, `status` is that of the page at the end: pass 200, or whatever it should be.
        """
        fields = {**self._tokens(), **(data or {})} if tokens else dict(data or {})
        return self._ask("POST", url, status, follow, data=fields, **options)

    def ask(self, method: str, url: str) -> Page:
        """The answer to GET or POST (an empty form with its tokens), whatever its status; the page is not examined."""
        options: dict[str, Any] = {"data": self._tokens()} if method == "POST" else {}
        if has_app_context():
            settle()
        self._stay()
        answer = _apart(lambda: self._client.open(url, method=method, **options))
        page = Page(answer, url)
        answer.close()
        return page

    def submit(
        self, page: Page, answers: Mapping[str, Any] | None = None, *, button: str = "", form: str = "",
        status: int | None = None, follow: bool = False,
    ) -> Page:  # fmt: skip
        """Fill the form on `page` and send it with everything it holds.

        `answers` is by input name or label; a value is text, a list for several boxes, None to leave a box open or an
        upload `(stream, name)`. With several forms on the page, `button` (its words) or `form` (a CSS selector)
        says which. Expects a redirect, or 200 with `follow` or for a form that only searches.
        """
        chosen, pressed = chosen_form(page.soup, button, form)
        fields = filled(chosen, pressed, answers or {})
        target = urljoin(page.url, attribute(chosen, "action") or page.url)
        if attribute(chosen, "method").lower() != "post":
            address = f"{urlsplit(target).path}?{urlencode(fields, doseq=True)}"
            return self._ask("GET", address, status or 200, follow)
        return self._ask("POST", target, status or (200 if follow else 302), follow, data=fields)

    def click(self, page: Page, link: str, status: int = 200) -> Page:
        """Follow the link with these words."""
        assert link in page.links, f"no link “{link}” on {page.url}; there are {sorted(page.links)}"
        return self.get(urljoin(page.url, page.links[link]), status)

    def sign_in(self, person: Person, *, has_second_factor: bool = True, stays: bool = True) -> None:
        """Sign `person` in without asking for a password; they get an account if they have none.

        While it `stays`, they count as having been here all along, however far a test moves the clock.
        """
        account = person.account
        if account is None:
            reference = person.ref.lower()
            address = person.address or f"{reference}@signed-in.example"
            account = Account(person=person, email=address, fs_uniquifier=f"account-of-{reference}", active=True)
            db.session.add(account)
            db.session.commit()
        key = account.id
        settle()
        entered = _apart(lambda: self._enter(key, has_second_factor))
        self._stays = clock.now() if stays else None
        with self._client.session_transaction() as cookie:
            cookie.clear()
            cookie.update(entered)

    def sign_out(self) -> None:
        """Forget who is signed in, as a browser does whose cookies were cleared."""
        with self._client.session_transaction() as cookie:
            cookie.clear()

    @property
    def cookie(self) -> str:
        """The session cookie, for another browser to be signed in with."""
        found = self._client.get_cookie(self.app.session_interface.get_cookie_name(self.app))
        assert found is not None, "nobody is signed in"
        return found.value

    def _enter(self, account_id: int, has_second_factor: bool) -> dict[str, Any]:
        with self.app.test_request_context(environ_overrides=self._client.environ_base):
            begin_writing()
            via = [Way.PASSWORD.value, *([SECOND_FACTOR] if has_second_factor else [])]
            login_user(db.session.get_one(Account, account_id), authn_via=via)
            db.session.commit()
            return dict(session)

    def _stay(self) -> None:
        """Let a browser whose clock was moved count as used until a moment ago."""
        if self._stays is None or abs(clock.now() - self._stays) < SEEN_EVERY:
            return
        self._stays = clock.now()
        with self._client.session_transaction() as cookie:
            key = cookie.get(KEY)
        if key is not None:
            _apart(lambda: self._be_here(key))

    def _be_here(self, key: str) -> None:
        with self.app.app_context():
            here = update(SignIn).where(SignIn.key_hash == hashlib.sha256(key.encode()).hexdigest())
            db.session.execute(here.values(seen_at=clock.now(), started_at=clock.now()))
            db.session.commit()

    def _tokens(self) -> dict[str, str]:
        with self._client.session_transaction() as cookie:
            raw: str = cookie.setdefault("csrf_token", secrets.token_hex(20))
        signed = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token").dumps(raw)
        return {"csrf_token": str(signed), "form_token": new_form_token()}

    def _ask(self, method: str, url: str, status: int, follow: bool, **options: Any) -> Page:
        if has_app_context():
            settle()
        self._stay()
        answer = _apart(lambda: self._client.open(url, method=method, **options))
        page = Page(answer, _own_address(url))
        answer.close()
        leaks = leaks_of(self.app)
        assert page.status >= 400 or not leaks, f"{method} {url} left work uncommitted: {leaks}"
        if follow and page.status in (301, 302, 303, 307, 308):
            return self._ask("GET", urljoin(page.url, page.location), status, follow)
        assert page.status == status, f"{method} {url} answered {page.status}, not {status}: {_summary(page)}"
        if page.is_html and page.status not in (301, 302, 303, 307, 308):
            wrong = findings(page.soup, page.status, self.app)
            assert not wrong, f"{method} {url}: " + "; ".join(wrong)
        return page


def _apart(ask: Callable[[], Result]) -> Result:
    # In an empty context the request pushes an application context of its own and tears it down again; inside the
    # test's it would share `g` and the database session with the test, as no real request does.
    return contextvars.Context().run(ask)


def _own_address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _summary(page: Page) -> str:
    if page.location:
        return f"led to {page.location}"
    return f"“{page.h1}” {page.errors or page.text[:300]}" if page.is_html else page.body[:300].decode(errors="replace")
