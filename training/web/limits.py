"""How often a form that anybody may send is taken: over the limit the answer is 429, and nothing happens.

Every POST that needs no sign-in has a limit by network address, whether it asks for one or not. Those are generous, for
a whole council or NHS trust stands behind one address; they stop machines, not people. What is written about one e-mail
address is limited strictly, because nobody has a reason to ask for the same message ten times an hour.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from flask import Flask, current_app, make_response, request
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.database import db, reading
from training.core.limits import count, tries_of
from training.web import formats
from training.web.access import rule_of
from training.web.errors import say
from training.web.requests import SAFE_METHODS

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def network() -> str:
    """Whose connection the request comes by: the address, or for IPv6 the part of it that one customer has.

    It is what stands before as many proxies as the installation says it has; a header from anybody else says nothing.
    """
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def typed(field: str) -> Callable[[], str]:
    """What was typed into `field` of the form."""
    return lambda: request.form.get(field, "").strip()


@dataclass(frozen=True)
class Limit:
    """At most so many requests of one kind within a time, by whatever `by` says; nothing said is not counted.

    Endpoints with the same kind are counted together.
    """

    kind: str
    most: int
    within: timedelta
    by: Callable[[], str] = network


ANY_FORM = Limit("public-form", 600, QUARTER)
"""For every form without a limit of its own: 40 a minute from one connection, more than a full training room sends."""

SIGNING_IN = Limit("sign-in", 300, QUARTER)
"""Ways to sign in, by connection: 20 a minute, as when a large office begins its day. Wrong passwords are counted by
account as well, which stops those who guess at one person; this stops those who try one password on everybody."""

TYPED_CODES = Limit("typed-code", 200, QUARTER)
"""Codes typed from a message. They cannot be guessed at any speed; this keeps the log and the database quiet."""

JOINING = Limit("join", 200, HOUR)
"""Asking for accounts and passwords, by connection: an induction day of a large employer."""


SEARCHES = Limit("search-noted", 300, HOUR)
"""Searches without a result that are kept as evidence of need; those over it are answered and not kept."""


def for_one_address(field: str) -> Limit:
    """The limit of what makes us write to the e-mail address typed into `field`: ten times an hour."""
    return Limit("ask-for-address", 10, HOUR, typed(field))


class TooManyTriesError(Exception):
    """A limit is reached; the request was not looked at."""

    def __init__(self, limit: Limit, again_at: datetime) -> None:
        super().__init__(limit.kind)
        self.limit = limit
        self.again_at = again_at


def declare_limits(app: Flask, limits: Mapping[str, tuple[Limit, ...]]) -> None:
    """Say what limits POSTs to these endpoints, an empty tuple for nothing; LookupError for one that is not there."""
    missing = sorted(set(limits) - set(app.view_functions))
    if missing:
        raise LookupError(f"these endpoints have limits and no page: {', '.join(missing)}")
    app.extensions["muster-limits"].update(limits)


def limits_of(app: Flask, endpoint: str) -> tuple[Limit, ...]:
    """What limits POSTs to `endpoint`; `ANY_FORM` where anybody may call it and it says nothing itself."""
    declared: dict[str, tuple[Limit, ...]] = app.extensions["muster-limits"]
    if endpoint in declared:
        return declared[endpoint]
    rule = rule_of(app, endpoint)
    return (ANY_FORM,) if rule is not None and not rule.needs_sign_in else ()


def configure_limits(app: Flask) -> None:
    """Check limits before each POST; after the check of its CSRF token, so that no foreign page can use them up."""
    app.extensions["muster-limits"] = {}

    @app.before_request
    def keep_limits() -> None:
        if request.method in SAFE_METHODS or request.endpoint is None:
            return
        limits = limits_of(app, request.endpoint)
        for limit in limits:
            require_within(limit)
        if limits:
            # What was read is old by the time the deed begins, and its transaction has to begin as one that writes.
            db.session.rollback()

    @app.errorhandler(TooManyTriesError)
    def too_many(error: TooManyTriesError) -> ResponseReturnValue:
        return _come_again(error)


def require_within(limit: Limit) -> None:
    """Count the present request against `limit`, also a GET that costs something; TooManyTriesError over it."""
    again_at = take(limit)
    if again_at is not None:
        raise TooManyTriesError(limit, again_at)


def take(limit: Limit) -> datetime | None:
    """Count the present request against `limit`; where that is reached, the moment when it may be tried again."""
    subject = limit.by()
    if not subject:
        return None
    with reading():
        tries = tries_of(limit.kind, subject, limit.within)
    # The first that is one too many is counted as well: so the log gets one line, however many follow.
    if tries.number <= limit.most:
        count(limit.kind, subject, limit.within)
    if tries.number < limit.most:
        return None
    if tries.number == limit.most:
        current_app.logger.warning("the limit “%s” of %d within %s is reached", limit.kind, limit.most, limit.within)
    return tries.until


def _come_again(error: TooManyTriesError) -> ResponseReturnValue:
    """The page that says when; the seconds for machines are rounded up."""
    seconds = max(1, ceil((error.again_at - clock.now()).total_seconds()))
    minute = error.again_at + timedelta(seconds=59)
    advice = f"Nothing was done. You can try again at {formats.clock(minute)}."
    if error.limit.by is network:
        advice += " This counts everybody who shares your internet connection, such as all of your organisation."
    response = make_response(say("Too many tries", advice), 429)
    response.headers["Retry-After"] = str(seconds)
    return response
