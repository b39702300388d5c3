"""A person at a browser: opens pages, signs in, and can say how a page is for people who see or hold it otherwise."""

from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page

from tests.leaks import settle
from tests.pages import Client
from training.people.models import Person

AXE = Path(__file__).parents[2] / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Visitor:
    """Wraps Playwright's page as `page`; use that for clicking, typing and expecting."""

    def __init__(self, page: Page, client: Client) -> None:
        self.page = page
        self._client = client
        self._complaints: list[str] = []
        page.on("pageerror", lambda error: self._complaints.append(f"script error: {error}"))
        page.on("console", self._listen)

    def _listen(self, message: ConsoleMessage) -> None:
        # A page that was answered with 400 or 404 is an error to the console and what the test asked for to us.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self._complaints.append(f"{message.type}: {message.text}")

    def open(self, path: str, status: int = 200) -> Page:
        """Open `path`, expect `status`."""
        settle()
        response = self.page.goto(path)
        assert response is not None, path
        assert response.status == status, f"{path} answered {response.status}, not {status}"
        return self.page

    def sign_in(self, person: Person) -> None:
        """Go on as `person`, without the sign-in page."""
        self._client.sign_in(person)
        self.page.context.add_cookies([{"name": "muster", "value": self._client.cookie, "url": self._base()}])

    def _base(self) -> str:
        base = self.page.evaluate("location.origin")
        if base == "null":
            self.open("/healthz")
            base = self.page.evaluate("location.origin")
        return str(base)

    def expect_accessible(self) -> None:
        """No finding of axe-core for WCAG 2.2 AA or its best practices on the page as it stands now."""
        self.page.evaluate(AXE.read_text())
        result: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        found = [
            f"{finding['id']}: {finding['help']} – {[node['html'] for node in finding['nodes']][:3]}"
            for finding in result["violations"]
        ]
        assert not found, f"{self.page.url}: " + "\n".join(found)

    def expect_fitting(self) -> None:
        """Nobody has to scroll sideways."""
        wide, seen = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= seen, f"{self.page.url} is {wide} px wide on a screen of {seen} px"

    def expect_quiet_console(self) -> None:
        """No script failed and the Content-Security-Policy stopped nothing."""
        assert not self._complaints, "; ".join(self._complaints)
