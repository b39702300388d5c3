"""One request, one transaction: reads cannot write, a POST commits once at its end, a form sent twice acts once."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, redirect, request, session, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import BadHost
from werkzeug.routing import IntegerConverter, Map, MapAdapter
from werkzeug.wrappers import Response as BaseResponse

from training.core import tokens
from training.core.database import begin_reading, begin_writing, db, reading
from training.core.transaction import is_retriable

LARGEST_KEY = 2**31 - 1
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class KeyConverter(IntegerConverter):
    """Whole numbers in addresses: no larger than a key can be, for the database would choke on it."""

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002 - Werkzeug's name
        options.setdefault("max", LARGEST_KEY)
        super().__init__(map, **options)


class Muster(Flask):
    """Flask with the transaction around the view: commit if it went well, else roll everything back."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.url_map.converters["int"] = KeyConverter

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Read the address also where the Host header is no name at all: pages do not depend on it."""
        try:
            return super().create_url_adapter(request)
        except BadHost:
            environ = request.environ if request is not None else {}
            return self.url_map.bind_to_environ({**environ, "HTTP_HOST": "localhost"})

    def dispatch_request(self) -> BaseResponse:  # type: ignore[override]
        """Answer the request; a deed that lost against another transaction is tried once more."""
        flashed = list(session.get("_flashes", ()))
        if request.method not in SAFE_METHODS:
            _do_slow_work_first(self)
        try:
            return self._answer()
        except DBAPIError as error:
            if not is_retriable(error):
                raise
        db.session.rollback()
        session["_flashes"] = flashed
        return self._answer()

    def _answer(self) -> BaseResponse:
        if request.method in SAFE_METHODS or request.endpoint is None:
            return self.make_response(super().dispatch_request())
        token = request.form.get("form_token")
        spent = tokens.spend(token) if token else None
        if token and spent is None:
            db.session.rollback()
            return redirect(tokens.where_it_led(token) or _page_of_the_form())
        response: Response = self.make_response(super().dispatch_request())
        if response.status_code >= 400:
            db.session.rollback()
            return response
        if spent is not None and response.location:
            spent.location = _without_secret(response.location)
        db.session.commit()
        return response


def prepare(app: Flask, preparations: Mapping[str, Callable[[], None]]) -> None:
    """Have slow work (hashing) of a POST to these endpoints done before its transaction begins to write.

    On SQLite whoever writes is alone: nobody else should wait for a hash. A preparation reads the request, keeps in `g`
    what the view will need, and changes nothing; it runs in a transaction that only reads.
    """
    app.extensions.setdefault("muster-preparations", {}).update(preparations)


def _do_slow_work_first(app: Flask) -> None:
    preparation = app.extensions.get("muster-preparations", {}).get(request.endpoint)
    if preparation is None:
        return
    db.session.rollback()
    with reading():
        preparation()
        db.session.rollback()


def _without_secret(location: str) -> str:
    """`location` as it may be kept: the address behind a signed link is known to nobody but its holder."""
    if not urlsplit(location).path.startswith("/link/"):
        return location
    return "" if request.path.startswith("/link/") else request.path


def _page_of_the_form() -> str:
    """Where a form that is sent again is led when that was not kept: to its own page, if there is one to open."""
    rule = request.url_rule
    return request.path if rule is not None and "GET" in (rule.methods or ()) else url_for("homes.front")


def _can_be_split(address: str) -> bool:
    """Whether `address` can be told apart into host and path; libraries stumble over one that cannot."""
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True


def configure_requests(app: Flask) -> None:
    """Turn away what no page can read, and decide before each request whether its transaction may write."""

    @app.before_request
    def refuse_what_no_page_reads() -> None:
        # PostgreSQL keeps no NUL, so no row can be called so; forms clean what is typed into them.
        if "\0" in request.path or any("\0" in text for _, text in request.args.items(multi=True)):
            abort(404)
        if not all(map(_can_be_split, request.values.getlist("next"))):
            abort(400)
        if request.method not in SAFE_METHODS and request.is_json:
            abort(415)

    @app.before_request
    def choose_transaction() -> None:
        if request.method in SAFE_METHODS:
            begin_reading()
        else:
            begin_writing()

    @app.teardown_request
    def write_again(_error: BaseException | None) -> None:
        begin_writing()
