"""What cannot be saved as the text of a message, and the line on which it stands."""

import pytest

from training.core.message_checks import LONGEST_BODY, faults, may_use
from training.core.messages import MessageKind, Words, leads_on, register_kind

KIND = MessageKind(
    "test.checked",
    "Test",
    "A place on ((title))",
    "Hello ((name)),\n\n((first_day))\n\nAnswer here:\n((answer))\n\n((code_line))\n",
    requires=frozenset({"first_day"}),
)
GOOD = (
    "Dear ((name)),\n\nYou have a place on ((first_day)).\n\n((answer))\n((code_line))\n\n((partnership)), ((contact))"
)


def said(body: str = GOOD, subject: str = "A place for you") -> list[str]:
    return [fault.in_full for fault in faults(KIND, Words(subject, body))]


def test_a_text_of_ones_own_may_use_every_placeholder_and_must_keep_what_leads_on() -> None:
    assert said() == []
    assert may_use(KIND) == ["title", "name", "first_day", "answer", "code_line", "contact", "partnership"]
    assert KIND.required == {"first_day", "answer", "code_line"}


def test_a_text_without_its_link_code_or_reason_to_be_is_refused() -> None:
    dead_end = "without it nobody who gets the message can go on from it"
    assert said("Hello ((name)), ((code_line)) ((first_day))") == [f"Keep ((answer)) in the text: {dead_end}"]
    assert said("((answer)) ((first_day))") == [f"Keep ((code_line)) in the text: {dead_end}"]
    assert said("((answer)) ((code_line))") == ["Keep ((first_day)) in the text: it is what the message is for"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Hello ((nmae)),", "there is no ((nmae)) in this message; perhaps ((name)) is meant"),
        ("Hello (( name )),", "there is no (( name )) in this message; perhaps ((name)) is meant"),
        ("Hello ((Name)),", "there is no ((Name)) in this message; perhaps ((name)) is meant"),
        ("((first day)) it is", "there is no ((first day)) in this message; perhaps ((first_day)) is meant"),
        ("Bring ((zzz))", "there is no ((zzz)) in this message"),
        ("Bring (())", "there is no (()) in this message"),
        ("Hello ((name", "two brackets open a placeholder that is not closed by two"),
        ("Hello ((name) and", "two brackets open a placeholder that is not closed by two"),
        ("Hello (name)), there", "((name)) begins with two brackets"),
        ("Hello name)), there", "((name)) begins with two brackets"),
        ("Hello {{ name }}", "a text has no commands, so {{ cannot stand in it"),
        ("{% if name %}", "a text has no commands, so {% cannot stand in it"),
        ("{# secret #}", "a text has no commands, so {# cannot stand in it"),
        ("Costs ${price}", "a text has no commands, so ${ cannot stand in it"),
        ("<%= name %>", "a text has no commands, so <% cannot stand in it"),
        ("Be <b>early</b>", "a text has no tags, so <b> would be read as it stands"),
        ("<!-- note", "a text has no tags, so <!-- would be read as it stands"),
    ],
)
def test_a_fault_is_said_with_its_line(line: str, sentence: str) -> None:
    assert said(f"{GOOD}\n\n{line}") == [f"Line 10: {sentence}. It says “{line}”"]


def test_every_fault_is_said_in_the_order_of_the_lines() -> None:
    lines = [fault.line for fault in faults(KIND, Words("Good", f"((one))\n{GOOD}\n((two)) {{{{"))]
    assert lines == [1, 10, 10]


@pytest.mark.parametrize("line", ["(see the note (on page 2))", "2 < 3 and 5 > 4", "50% {of} us", "f(x))", "a (b) c"])
def test_what_only_looks_alike_is_let_through(line: str) -> None:
    assert said(f"{GOOD}\n{line}") == []


def test_a_subject_stands_on_one_line_and_shows_no_link() -> None:
    assert said(subject="One\nTwo") == ["The subject must stand on one line"]
    assert said(subject="Answer: ((answer))") == [
        "((answer)) belongs in the text: a subject is seen by whoever passes by"
    ]
    assert said(subject="For ((nobody))") == ["There is no ((nobody)) in this message. It says “For ((nobody))”"]


def test_a_text_has_an_end() -> None:
    assert said(GOOD + "x" * LONGEST_BODY) == ["The text must be 8,000 characters or fewer"]


def test_links_codes_and_pages_are_known_by_their_names() -> None:
    assert all(
        leads_on(name) for name in ("answer", "link", "code", "code_line", "code page", "sign in page", "manage")
    )
    assert not any(leads_on(name) for name in ("name", "place", "manage_note", "reason"))


def test_a_kind_cannot_require_what_its_own_words_lack() -> None:
    with pytest.raises(ValueError, match="until"):
        register_kind("test.requires-too-much", "Test", "Subject", "Body", requires=("until",))
