"""Texts with placeholders: filled, never interpreted, and the same words as HTML."""

import pytest

from training.core.message_writing import write
from training.core.messages import MessageKind, register_kind

KIND = MessageKind(
    "test",
    "Test",
    "Your place on ((course))",
    "# ((course))\n\nHello ((name)),\n\n((note))\n\n* Bring ((thing))\n* Be early\n\nSee ((link))\n",
)
VALUES = {"course": "Neglect", "name": "Priya", "note": "", "thing": "lunch", "link": "https://a.example/x?b=1&c=2."}


def test_placeholders_are_filled_and_empty_paragraphs_left_out() -> None:
    written = write(KIND.words, VALUES)
    assert written.subject == "Your place on Neglect"
    assert written.text == (
        "Neglect\n\nHello Priya,\n\n* Bring lunch\n* Be early\n\nSee https://a.example/x?b=1&c=2.\n"
    )


def test_the_html_says_the_same() -> None:
    html = write(KIND.words, VALUES).html
    assert "<h2" in html
    assert "<li>Bring lunch</li><li>Be early</li>" in html
    assert '<a href="https://a.example/x?b=1&amp;c=2"' in html
    assert "<p></p>" not in html


def test_what_people_typed_is_never_markup_nor_a_placeholder() -> None:
    written = write(KIND.words, {**VALUES, "name": "<b>((course))</b>\nBcc: x", "course": "A\nB"})
    assert written.subject == "Your place on A B"
    assert "&lt;b&gt;((course))&lt;/b&gt;" in written.html
    assert "<b>" not in written.html


def test_a_missing_value_is_named() -> None:
    with pytest.raises(KeyError, match="link"):
        write(KIND.words, {name: value for name, value in VALUES.items() if name != "link"})


def test_a_kind_knows_its_placeholders_and_is_registered_once() -> None:
    assert KIND.placeholders == {"course", "name", "note", "thing", "link"}
    register_kind("test.registered-once", "Test", "Subject", "Body")
    with pytest.raises(ValueError, match="already known"):
        register_kind("test.registered-once", "Test", "Subject", "Body")
