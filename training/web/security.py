"""What every answer carries so that browsers protect the people who read it, and where a trial run may be reached."""

import hashlib
import ipaddress
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit
from wsgiref.headers import Headers

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect

from training.config import DEVELOPMENT_KEY, Config

csrf = CSRFProtect()


def content_security_nonce() -> str:
    """The nonce that lets the present page's own scripts run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Only scripts that the page itself names, with what those import; nothing from any other host."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The same on every answer; a view that needs another value sets it first."""

ONE_YEAR = "max-age=31536000; includeSubDomains"
ASSET_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
"""For styles, scripts, fonts and pictures asked for by themselves: a picture may have styles, and nothing runs."""


class StronglySigned(SecureCookieSessionInterface):
    """The session cookie, signed with HMAC-SHA256; Flask’s own choice is SHA-1."""

    digest_method = staticmethod(hashlib.sha256)


def configure_security_headers(app: Flask, config: Config) -> None:
    """Protect forms against foreign sites, and add the security headers to every response."""
    csrf.init_app(app)
    app.session_interface = StronglySigned()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_production,
        # Browsers take a cookie of such a name only over HTTPS and only from this very host.
        SESSION_COOKIE_NAME="__Host-muster" if config.is_production else "muster",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=5 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
    )

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=content_security_nonce()))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if config.is_production:
            response.headers.setdefault("Strict-Transport-Security", ONE_YEAR)
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def asset_headers(config: Config) -> Callable[[Headers, str, str], None]:
    """What adds the security headers to a built file, which the application never sees; for WhiteNoise."""
    values = {**HEADERS, "Content-Security-Policy": ASSET_POLICY}
    if config.is_production:
        values["Strict-Transport-Security"] = ONE_YEAR

    def add(headers: Headers, _path: str, _url: str) -> None:
        for name, value in values.items():
            headers[name] = value

    return add


ONLY_A_TRIAL = (
    "This is a trial run of Muster: its cookies are signed with a key that everybody knows, so it answers on this "
    "machine only. To run it for a partnership, set MUSTER_ENV=production and what docs/operators.md says.\n"
)


def configure_trial_runs(app: Flask, config: Config) -> None:
    """Answer nobody from elsewhere while the secret key is the one in the source code.

    Whoever forgets MUSTER_ENV=production sees it at once, and not after the first stolen account.
    """
    if config.secret_key != DEVELOPMENT_KEY:
        return

    @app.before_request
    def refuse_other_hosts() -> ResponseReturnValue | None:
        if is_this_machine(request.host):
            return None
        return Response(ONLY_A_TRIAL, 421, mimetype="text/plain")


def is_this_machine(host: str) -> bool:
    """Whether a Host header names the machine itself: `localhost`, a name below it, or a loopback address."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
