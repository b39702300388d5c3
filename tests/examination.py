"""What is looked at on every page that a test fetches, so that no page is ever unexamined."""

import re
from collections import Counter
from collections.abc import Callable, Generator
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

ERROR_PREFIX = "Error: "
# What people typed stands in these; the project's own sentences do not.
TYPED_BY_PEOPLE = ("script", "style", "td", "dd", "pre", "code", "kbd", "samp", "textarea", "option")
STRAIGHT_APOSTROPHE = re.compile(r"\w+'\w+|\w*\"\w+")
UNLABELLED_TYPES = ("hidden", "submit", "button", "image", "reset")

Findings = Generator[str]


def findings(soup: BeautifulSoup, status: int, app: Flask) -> list[str]:
    """What is wrong with the page, as sentences; empty for a good one."""
    looks: tuple[Callable[[BeautifulSoup], Findings], ...] = (
        language, heading, identities, references, labels, content_security, apostrophes, pictures, empty_links,
        forms,
    )  # fmt: skip
    found = [finding for look in looks for finding in look(soup)]
    return [*found, *error_state(soup, status), *dead_links(soup, app)]


def words(tag: Tag | None) -> str:
    """The text of `tag` with single spaces."""
    return "" if tag is None else " ".join(tag.get_text(" ").split())


def attribute(tag: Tag, name: str) -> str:
    """One attribute as text; empty when it is missing."""
    value = tag.get(name)
    if value is None:
        return ""
    return value if isinstance(value, str) else " ".join(value)


def language(soup: BeautifulSoup) -> Findings:
    """The page says its language."""
    if soup.html is None or not attribute(soup.html, "lang"):
        yield "the html element has no lang"


def heading(soup: BeautifulSoup) -> Findings:
    """One h1, and a title that begins with it."""
    headings = soup.select("h1")
    if len(headings) != 1:
        yield f"{len(headings)} h1 elements: {[words(h1) for h1 in headings]}"
        return
    title = words(soup.title).removeprefix(ERROR_PREFIX)
    if not words(headings[0]) or not _bare(title).startswith(_bare(words(headings[0]))):
        yield f"the title “{title}” does not begin with the h1 “{words(headings[0])}”"


def _bare(text: str) -> str:
    # Where elements meet, the text of a heading has spaces that its title has not.
    return "".join(text.split())


def error_state(soup: BeautifulSoup, status: int) -> Findings:
    """An error summary, “Error:” in the title and a status that says so come together."""
    has_summary = soup.select_one(".govuk-error-summary") is not None
    if has_summary != words(soup.title).startswith(ERROR_PREFIX.strip()):
        yield f"error summary: {has_summary}, title: “{words(soup.title)}”"
    if has_summary and status not in (400, 422):
        yield f"a page with an error summary was answered with {status}"
    if not has_summary and soup.select_one(".govuk-error-message") is not None:
        yield "an error message by a field but no error summary"


def identities(soup: BeautifulSoup) -> Findings:
    """No id stands twice, none is empty."""
    counted = Counter(attribute(tag, "id") for tag in soup.select("[id]"))
    for identity, count in counted.items():
        if count > 1 or not identity:
            yield f"the id “{identity}” stands {count} times"


def references(soup: BeautifulSoup) -> Findings:
    """Whatever names another element names one that exists."""
    known = {attribute(tag, "id") for tag in soup.select("[id]")}
    for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "headers", "list"):
        for tag in soup.select(f"[{name}]"):
            for identity in attribute(tag, name).split():
                if identity not in known:
                    yield f"<{tag.name} {name}> names the id “{identity}”, which is not on the page"
    for link in soup.select("a[href^='#']"):
        if attribute(link, "href")[1:] not in known:
            yield f"the link “{words(link)}” leads to {attribute(link, 'href')}, which is not on the page"


def labels(soup: BeautifulSoup) -> Findings:
    """Every control says what it is for, and every group of choices what the choice is."""
    labelled = {attribute(label, "for") for label in soup.select("label") if words(label)}
    for control in soup.select("input, select, textarea"):
        if attribute(control, "type") in UNLABELLED_TYPES:
            continue
        named = attribute(control, "aria-label") or attribute(control, "aria-labelledby")
        if attribute(control, "id") not in labelled and not named and control.find_parent("label") is None:
            yield f"the {control.name} “{attribute(control, 'name')}” has no label"
    for fieldset in soup.select("fieldset"):
        if not words(fieldset.find("legend")) and not attribute(fieldset, "aria-labelledby"):
            yield "a fieldset has no legend"
    for button in soup.select("button"):
        if not words(button) and not attribute(button, "aria-label"):
            yield "a button has no text"


def content_security(soup: BeautifulSoup) -> Findings:
    """Nothing that the Content-Security-Policy would stop."""
    for tag in soup.select("script:not([src]):not([type='application/json']), style"):
        if not attribute(tag, "nonce"):
            yield f"an inline {tag.name} has no nonce"
    for tag in soup.find_all(True):
        forbidden = [name for name in tag.attrs if name == "style" or name.startswith("on")]
        if forbidden:
            yield f"<{tag.name}> has the attribute {forbidden[0]}"


def apostrophes(soup: BeautifulSoup) -> Findings:
    """Our own sentences use ’ and “ ”."""
    for text in soup.find_all(string=STRAIGHT_APOSTROPHE):
        if text.find_parent(TYPED_BY_PEOPLE) is None and type(text).__name__ == "NavigableString":
            yield f"straight quotation marks in “{' '.join(text.split())}”"


def pictures(soup: BeautifulSoup) -> Findings:
    """Every image has an alternative text, empty where it only decorates; every drawing has a name or is hidden."""
    for image in soup.select("img:not([alt])"):
        yield f"the image {attribute(image, 'src')} has no alt"
    for drawing in soup.select("svg"):
        named = drawing.find("title") or attribute(drawing, "aria-label") or attribute(drawing, "aria-labelledby")
        if attribute(drawing, "aria-hidden") != "true" and not named:
            yield "an svg is neither named nor hidden"


def empty_links(soup: BeautifulSoup) -> Findings:
    """Every link has words and leads somewhere."""
    for link in soup.select("a"):
        pictured = any(attribute(image, "alt") for image in link.select("img"))
        if not words(link) and not attribute(link, "aria-label") and not pictured:
            yield f"the link to {attribute(link, 'href')} has no words"
        if not attribute(link, "href") or attribute(link, "href") == "#":
            yield f"the link “{words(link)}” leads nowhere"


def forms(soup: BeautifulSoup) -> Findings:
    """A form that acts carries the token against foreign sites, and can be sent."""
    for form in soup.select("form"):
        acts = attribute(form, "method").lower() == "post"
        if acts and form.select_one("input[name=csrf_token]") is None:
            yield f"the form to “{attribute(form, 'action')}” has no csrf_token"
        if form.select_one("button, input[type=submit]") is None:
            yield f"the form to “{attribute(form, 'action')}” has no button"


def dead_links(soup: BeautifulSoup, app: Flask) -> Findings:
    """Every address of our own on the page is one that the application answers."""
    wanted = [("GET", attribute(link, "href")) for link in soup.select("a[href]")]
    wanted.extend(
        (attribute(form, "method").upper() or "GET", attribute(form, "action")) for form in soup.select("form[action]")
    )
    for method, address in dict.fromkeys(wanted):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        try:
            app.url_map.bind("localhost").match(parts.path, method)
        except (NotFound, MethodNotAllowed):
            yield f"nothing answers {method} {parts.path}"
        except RequestRedirect:
            yield f"{method} {parts.path} only redirects: link to the address itself"
