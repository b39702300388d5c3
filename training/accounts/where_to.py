"""Where somebody wanted to go before they had to sign in or up; kept in their browser until they are in."""

from urllib.parse import urlsplit

from flask import session
from flask_security.utils import validate_redirect_url

LED_ON = "led_on"
AFTER_SIGN_IN = "/start"
"""Where people are led who asked for no page: it sends each on to where they have most to do."""
SIGNING_IN = ("/sign-in", "/sign-out", "/sign-up", "/my/account/sign-in/again")
"""Nobody wants to go back there once they are in."""
LONGEST = 1_000
"""Characters; a longer address would not fit into the cookie, and then nobody could sign in."""


def remember_where_to(address: str) -> None:
    """Keep the `address`, if it is a page of this site that somebody can want."""
    path = own_path(address)
    if path and not path.startswith(SIGNING_IN):
        session[LED_ON] = path


def where_to() -> str:
    """The page that was wanted, once; else where everybody goes."""
    return str(session.pop(LED_ON, "")) or AFTER_SIGN_IN


def own_path(address: str) -> str:
    """Path and query of an address on this site; empty for any other, and for what browsers might read as another."""
    if not address or len(address) > LONGEST or "\\" in address:
        return ""
    try:
        if not validate_redirect_url(address):
            return ""
        parts = urlsplit(address)
    except ValueError:
        # Such as a bracket that is never closed.
        return ""
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
