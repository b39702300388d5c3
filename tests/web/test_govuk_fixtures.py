"""The Jinja macros draw what GOV.UK Frontend's own package says they must, at the version that is pinned."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString
from flask import Flask

from training.web.asked import draw
from training.web.templating import configure_templating

ASSETS = Path(__file__).parents[2] / "assets"
FRONTEND = ASSETS / "node_modules" / "govuk-frontend"
# At this version the package brings fixtures for so many components and cases; an upgrade changes the figures.
VERSION, COMPONENTS, CASES = "6.3.0", 37, 657

Fixture = dict[str, Any]


def fixtures_of_the_package() -> dict[str, list[Fixture]]:
    """The package's fixtures by component, empty when it is not installed."""
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))["fixtures"]
        for path in sorted(FRONTEND.glob("dist/govuk/components/*/fixtures.json"))
    }


FIXTURES = fixtures_of_the_package()


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__)
    configure_templating(app)
    return app


def shape(node: Tag) -> list[object]:
    """An element as name, attributes and content, without the white space that browsers do not show."""
    content: list[object] = []
    for child in node.children:
        if isinstance(child, Tag):
            content.append(shape(child))
        elif isinstance(child, NavigableString) and not isinstance(child, Comment):
            text = re.sub(r"\s+", " ", str(child)).strip()
            if text:
                content.append(text)
    attributes = {
        name: sorted(value) if isinstance(value, list) else re.sub(r"\s+", " ", value).strip()
        for name, value in node.attrs.items()
    }
    return [node.name, sorted(attributes.items()), content]


def test_the_package_is_installed_at_the_pinned_version() -> None:
    assert FIXTURES, "GOV.UK Frontend is not installed in assets/: run `make assets` first."
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    assert package["version"] == VERSION
    assert (len(FIXTURES), sum(map(len, FIXTURES.values()))) == (COMPONENTS, CASES)


@pytest.mark.parametrize("component", FIXTURES or ["none"])
def test_a_macro_draws_what_the_package_draws(app: Flask, component: str) -> None:
    assert FIXTURES, "GOV.UK Frontend is not installed in assets/: run `make assets` first."
    differing: list[str] = []
    with app.app_context():
        for fixture in FIXTURES[component]:
            drawn = BeautifulSoup(draw(component, fixture["options"]), "html.parser")
            expected = BeautifulSoup(fixture["html"], "html.parser")
            if shape(drawn) != shape(expected):
                differing.append(fixture["name"])
    assert differing == []
