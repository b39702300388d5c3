"""Every kind of message can be shown and tried out, leads on where it should, and breaks lines where it means to."""

import re

import pytest
from flask import Flask

from tests.factories import make_booking, make_person, make_session, viewer_of
from training.core.database import db, reading
from training.core.message_checks import faults
from training.core.message_samples import made_up, sample_values
from training.core.message_texts import in_words
from training.core.messages import MessageKind, message_kinds
from training.core.viewer import Role, Viewer

WRAPPED = 85
"""A line of a delivered text that is longer than this was meant to go on."""


@pytest.fixture(params=[False, True], ids=["nothing booked", "somebody booked"])
def officer(app: Flask, request: pytest.FixtureRequest) -> Viewer:
    viewer = viewer_of(make_person("Olu", role=Role.OFFICER), Role.OFFICER)
    if request.param:
        make_booking(make_session(days=2), make_person("Secretname"))
    db.session.commit()
    return viewer


def kinds() -> list[MessageKind]:
    return [kind for kind in message_kinds() if not kind.name.startswith("test.")]


def test_every_kind_shows_something_for_each_placeholder_and_writes_nothing(officer: Viewer) -> None:
    with reading():
        for kind in kinds():
            written = in_words(kind, kind.words, sample_values(officer, kind))
            assert "((" not in written.subject + written.text, kind.name
            assert "Secretname" not in written.subject + written.text, kind.name
            assert set(re.findall(r"/link/(\w+)", written.text)) <= {"example"}, kind.name
            assert "/link/" not in written.subject, kind.name


def test_no_preview_is_made_of_the_names_of_placeholders(officer: Viewer) -> None:
    unnamed = {kind.name: sorted(names) for kind in kinds() if (names := made_up(officer, kind))}
    assert unnamed == {}, (
        "give these placeholders a value: in a `register_sample` (see training/bookings/message_scopes.py), or among "
        "the EXAMPLES in training/core/message_examples.py"
    )


def test_the_delivered_words_would_be_let_through_themselves() -> None:
    wrong = {kind.name: [fault.in_full for fault in faults(kind, kind.words)] for kind in kinds()}
    assert {name: said for name, said in wrong.items() if said} == {}


def test_no_delivered_paragraph_breaks_where_its_source_did() -> None:
    broken = [
        (kind.name, line)
        for kind in kinds()
        for paragraph in kind.body.split("\n\n")
        for line, following in zip(paragraph.split("\n"), paragraph.split("\n")[1:], strict=False)
        if len(line) > WRAPPED and following and not following.startswith(("* ", "(("))
    ]
    assert broken == [], "end the line in the source with a backslash"
