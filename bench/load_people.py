"""What people do under load: they book, press twice, cancel, raise the capacity, and managers answer their mail."""

import html
import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from bench.load_world import Visitor, World
from tests.mailbox import Delivery, Mailbox

INPUT = re.compile(r"<input[^>]*>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
LINK = re.compile(r"https?://[^/\s]+(/link/\S+)")
ASKED = "Can "
"""How the subject of a question to a manager begins."""
PATIENCE_SECONDS = 120
SAYS_YES = 0.7
PRESSES_TWICE = 0.2
CANCELS = 0.2
READS_THE_MAIL = "reads the link"


@dataclass
class Record:
    """Every request that was made: what it was for, what was answered, and how long it took."""

    seconds: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    statuses: Counter[int] = field(default_factory=Counter[int])
    failures: list[str] = field(default_factory=list[str])
    """What was answered with an error of the server, or not at all."""
    deeds: Counter[str] = field(default_factory=Counter[str])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, purpose: str, status: int, seconds: float, answer: str) -> None:
        """Keep one answer; anything from 500 on, and an unanswered request (0), is a failure."""
        with self.lock:
            self.seconds.setdefault(purpose, []).append(seconds)
            self.statuses[status] += 1
            if status >= 500 or status == 0:
                self.failures.append(f"{purpose}: {status} {answer[:300]}")

    def count(self, deed: str) -> None:
        """Keep that something was done."""
        with self.lock:
            self.deeds[deed] += 1


class Browser:
    """One person's browser without JavaScript: real requests over the network, one connection each."""

    def __init__(self, base: str, record: Record, visitor: Visitor | None = None, address: str = "") -> None:
        self.base, self.record = base, record
        self._session = requests.Session()
        # No proxy of the machine stands between.
        self._session.trust_env = False
        self._session.headers["X-Forwarded-For"] = visitor.network_address if visitor else address
        if visitor is not None:
            self._session.cookies.set(visitor.cookie_name, visitor.cookie, domain=urlsplit(base).hostname, path="/")

    def get(self, path: str, purpose: str) -> requests.Response | None:
        """The page, without following where it leads; None where nothing was answered."""
        return self._ask("GET", path, purpose)

    def send(
        self, page: requests.Response, answers: dict[str, str], purpose: str, *, times: int = 1
    ) -> list[requests.Response | None]:
        """Send the form of `page` with what it holds already and `answers`; several times, all at once."""
        path, fields = urlsplit(page.url).path, hidden_of(page.text) | answers
        if times == 1:
            return [self._ask("POST", path, purpose, fields)]
        with ThreadPoolExecutor(times) as pressing:
            pressed = [pressing.submit(self._ask, "POST", path, purpose, fields) for _ in range(times)]
            return [one.result() for one in pressed]

    def _ask(
        self, method: str, path: str, purpose: str, data: dict[str, str] | None = None
    ) -> requests.Response | None:
        began = time.perf_counter()
        try:
            answer = self._session.request(
                method, self.base + path, data=data, allow_redirects=False, timeout=PATIENCE_SECONDS
            )
        except requests.RequestException as error:
            self.record.note(purpose, 0, time.perf_counter() - began, str(error))
            return None
        self.record.note(purpose, answer.status_code, time.perf_counter() - began, answer.text)
        return answer


def hidden_of(page: str) -> dict[str, str]:
    """The hidden fields of the one form on a page."""
    found: dict[str, str] = {}
    for tag in INPUT.findall(page.partition("<main")[2]):
        attributes = dict(ATTRIBUTE.findall(tag))
        if attributes.get("type") == "hidden":
            found[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return found


def book(browser: Browser, ref: str, *, twice: bool) -> str:
    """Open the page and send its form; the address of the booking, empty where there is none."""
    page = browser.get(f"/sessions/{ref}/book", "open the page to book")
    if page is None or page.status_code != 200:
        return ""
    answers = browser.send(page, {"manager": "yes"}, "book", times=2 if twice else 1)
    leads_to = {answer.headers.get("Location", "") for answer in answers if answer is not None}
    found = {urlsplit(address).path for address in leads_to if "/my/bookings/" in address}
    if found:
        browser.record.count("booked")
    return found.pop() if found else ""


def cancel(browser: Browser, address: str) -> None:
    """Give the booking up, from its page."""
    page = browser.get(f"{address}/cancel", "open the page to cancel")
    if page is not None and page.status_code == 200:
        browser.send(page, {"reason": "I am needed elsewhere"}, "cancel")
        browser.record.count("cancelled")


def raise_capacity(browser: Browser, ref: str, places: int) -> bool:
    """The officer gives the session its places; whether that was accepted."""
    page = browser.get(f"/desk/sessions/{ref}/capacity", "open the page of places")
    if page is None or page.status_code != 200:
        return False
    [answer] = browser.send(page, {"capacity": str(places)}, "change the places")
    return answer is not None and answer.status_code == 302


class Crowd:
    """Everybody who books and cancels, each in a thread of their own."""

    def __init__(self, base: str, world: World, record: Record, seed: int) -> None:
        self.base, self.world, self.record, self.seed = base, world, record, seed

    def wait_for_places(self) -> None:
        """The early ones ask while there is no place."""

        def ask(visitor: Visitor) -> None:
            book(self._browser(visitor), self.world.session_ref, twice=False)

        with ThreadPoolExecutor(10) as asking:
            list(asking.map(ask, self.world.early))

    def book_at_once(self, within: float) -> float:
        """Everybody else books within so many seconds; how long it took until the last had an answer."""
        began = time.perf_counter()
        threads = [threading.Thread(target=self._act, args=(visitor, within)) for visitor in self.world.bookers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - began

    def _act(self, visitor: Visitor, within: float) -> None:
        chance = random.Random(f"{self.seed} {visitor.number}")
        time.sleep(chance.uniform(0, within))
        browser = self._browser(visitor)
        address = book(browser, self.world.session_ref, twice=chance.random() < PRESSES_TWICE)
        if address and chance.random() < CANCELS:
            time.sleep(chance.uniform(0, within))
            cancel(browser, address)

    def _browser(self, visitor: Visitor) -> Browser:
        return Browser(self.base, self.record, visitor)


class Managers:
    """Line managers who answer their mail, behind a scanner that opens every link they are sent."""

    def __init__(self, base: str, mailbox: Mailbox, record: Record, seed: int, threads: int = 4) -> None:
        self.base, self.mailbox, self.record, self.seed = base, mailbox, record, seed
        self._ended = threading.Event()
        self._reading = ThreadPoolExecutor(threads)
        self._watching = threading.Thread(target=self._watch)
        self.unanswered = 0
        """Questions that have arrived and are not answered yet."""

    def __enter__(self) -> "Managers":
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watching.join()
        self._reading.shutdown()

    def _watch(self) -> None:
        seen = 0
        while not self._ended.is_set():
            for delivery in self.mailbox.deliveries[seen:]:
                seen += 1
                if str(delivery.message["Subject"]).startswith(ASKED):
                    with self.record.lock:
                        self.unanswered += 1
                    self._reading.submit(self._read, delivery, seen)
            time.sleep(0.05)

    def _read(self, delivery: Delivery, number: int) -> None:
        try:
            self._answer(delivery, number)
        finally:
            with self.record.lock:
                self.unanswered -= 1

    def _answer(self, delivery: Delivery, number: int) -> None:
        chance = random.Random(f"{self.seed} manager {number}")
        browser = Browser(self.base, self.record, address=f"172.16.{number // 256 % 256}.{number % 256}")
        found = LINK.search(delivery.text)
        if found is None:
            self.record.note(READS_THE_MAIL, 0, 0.0, f"no link in “{delivery.message['Subject']}”")
            return
        for _ in range(chance.randint(1, 3)):
            browser.get(found[1], "scan the link of a mail")
        page = browser.get(found[1], READS_THE_MAIL)
        if page is None or page.status_code != 200 or "Send my answer" not in page.text:
            self.record.count("too late to answer")
            return
        agrees = chance.random() < SAYS_YES
        answers = {"answer": "agrees"} if agrees else {"answer": "declines", "reason": "Too many are away that day"}
        [answer] = browser.send(page, answers, "answer a mail")
        if answer is not None and answer.status_code == 302:
            self.record.count("agreed" if agrees else "declined")
        else:
            self.record.count("too late to answer")
