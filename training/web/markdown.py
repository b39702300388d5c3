"""Texts of the partnership as HTML: CommonMark without raw HTML, in the classes of our pages, cleaned once more."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

CLASSES = {
    "p": "govuk-body",
    "a": "govuk-link",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "h2": "govuk-heading-m",
    "h3": "govuk-heading-s",
    "blockquote": "govuk-inset-text",
    "hr": "govuk-section-break govuk-section-break--visible",
}
TAGS = {*CLASSES, "li", "strong", "em", "code", "br"}
_HEADINGS = {"h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
"""The page has its own first heading; finer ones than the third would say nothing."""
_READER = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def markdown(text: str) -> Markup:
    """`text` as HTML that can stand on any page: no pictures, no scripts, no addresses but of the web and of mail."""
    tokens = _READER.parse(text)
    for token in tokens:
        for part in (token, *(token.children or ())):
            part.tag = _HEADINGS.get(part.tag, part.tag)
            part.attrs.pop("title", None)
            if part.nesting >= 0 and part.tag in CLASSES:
                part.attrSet("class", CLASSES[part.tag])
    html = _READER.renderer.render(tokens, _READER.options, {})
    attributes = {tag: {"class"} for tag in CLASSES} | {"a": {"class", "href"}}
    clean = nh3.clean(html, tags=TAGS, attributes=attributes, url_schemes={"http", "https", "mailto"})
    return Markup(clean)  # noqa: S704 - cleaned in the line above


def as_plain(text: str) -> str:
    """`text` so that nothing in it means anything in Markdown."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]<>()#+-.!|~&" else letter for letter in text)
