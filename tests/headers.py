"""Looks at the headers of every response that any test gets, so that no answer leaves unprotected."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

FOUND = "tests-headers"
NEEDED = {
    "content-security-policy": re.compile(r"default-src 'none'.*frame-ancestors 'none'|frame-ancestors 'self'"),
    "x-content-type-options": re.compile("nosniff"),
    "referrer-policy": re.compile("same-origin|no-referrer"),
    "permissions-policy": re.compile(r"camera=\(\)"),
    "cross-origin-opener-policy": re.compile("same-origin"),
    "cross-origin-resource-policy": re.compile("same-origin"),
    "cache-control": re.compile("."),
}
FORBIDDEN = ("server", "x-powered-by", "access-control-allow-origin")
UNSAFE = re.compile(r"script-src[^;]*('unsafe-|\*|https?:)")
ADDRESS = re.compile(r"[^/]@|%40")

StartResponse = Callable[..., Callable[[bytes], object]]


def faults(path: str, headers: list[tuple[str, str]]) -> list[str]:
    """What is wrong with the headers of the answer to `path`, as sentences; empty for a good one."""
    given = {name.lower(): value for name, value in headers}
    found = [
        f"{path} answered with {name}: {given.get(name, 'nothing')}"
        for name, wanted in NEEDED.items()
        if not wanted.search(given.get(name, ""))
    ]
    found += [f"{path} answered with the header {name}" for name in FORBIDDEN if name in given]
    if UNSAFE.search(given.get("content-security-policy", "")):
        found.append(f"{path} lets scripts run that the page does not name")
    for name, value in headers:
        if name.lower() == "set-cookie" and not ("HttpOnly" in value and "SameSite=Lax" in value):
            found.append(f"{path} sets a cookie that scripts or other sites can use: {value.split('=')[0]}")
        if name.lower() == "location" and ADDRESS.search(value.partition("?")[2]):
            found.append(f"{path} leads to an address with somebody’s e-mail address in it")
    return found


def watch_headers(app: Flask) -> None:
    """Note what is wrong with each response of `app`, for `faults_of`."""
    noted: list[str] = []
    app.extensions[FOUND] = noted
    answer = app.wsgi_app

    def examined(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            noted.extend(faults(str(environ.get("PATH_INFO", "")), headers))
            return start_response(status, headers, *rest)

        return answer(environ, start)

    app.wsgi_app = examined


def faults_of(app: Flask) -> list[str]:
    """What was wrong with the responses since the last call."""
    noted: list[str] = app.extensions[FOUND]
    found = list(dict.fromkeys(noted))
    noted.clear()
    return found
