"""What browser tests may ask for: a running server, a signed-in visitor, and a look at how accessible a page is.

They run on SQLite alone: what differs between the engines is tested below the pages.
"""

import threading
from collections.abc import Generator

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from tests.e2e.browser import launched
from tests.e2e.visitor import Visitor
from tests.pages import Client


@pytest.fixture(params=["sqlite"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """One engine for all browser tests."""
    return str(request.param)


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """One Chromium for the whole process."""
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def server(app: Flask) -> Generator[str]:
    """The address of the application, served on a free port of 127.0.0.1."""
    serving = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=serving.serve_forever, name="web server", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join(10)
    serving.server_close()


@pytest.fixture
def visitor(browser: Browser, server: str, client: Client) -> Generator[Visitor]:
    """Somebody at a desk computer with JavaScript; fails the test on any error in the browser's console."""
    with browser.new_context(base_url=server, viewport={"width": 1280, "height": 900}) as context:
        someone = Visitor(context.new_page(), client)
        yield someone
        someone.expect_quiet_console()


@pytest.fixture
def phone(browser: Browser, server: str, client: Client) -> Generator[Visitor]:
    """Somebody with a small telephone, 320 px wide."""
    with browser.new_context(base_url=server, viewport={"width": 320, "height": 640}, has_touch=True) as context:
        someone = Visitor(context.new_page(), client)
        yield someone
        someone.expect_quiet_console()


@pytest.fixture
def plain_visitor(browser: Browser, server: str, client: Client) -> Generator[Visitor]:
    """Somebody whose browser runs no JavaScript."""
    with browser.new_context(base_url=server, java_script_enabled=False) as context:
        yield Visitor(context.new_page(), client)
