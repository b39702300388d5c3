"""What the documents name is there, and none is left out: files, commands, settings, purposes of links."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from tests.guards.sources import ROOT, name_of
from training import config_single_sign_on
from training.cli import main
from training.core.links import purposes

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
READ_BY = ("training/config.py", "training/config_single_sign_on.py")
FOR_TESTS_ALONE = {"MUSTER_CHROMIUM"}
"""Read by the tests of the browser, and no setting of an installation."""
CODE = re.compile(r"`([^`\n]+)`")
OURS = re.compile(r"(?:training|tests|templates|migrations|docs|assets|bench|scripts)/[\w./-]*")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r"\bMUSTER_[A-Z_]+[A-Z]\b")
OF_A_PROVIDER = re.compile(r"\bMUSTER_OIDC_(?:<KEY>|[A-Z0-9]+)_([A-Z_]*)")


def code_in(text: str) -> list[str]:
    """What stands in backticks on a line, and each line of the fenced blocks."""
    fenced = [line.strip() for block in FENCED.findall(text) for line in block.splitlines()[1:-1]]
    return CODE.findall(FENCED.sub("", text)) + fenced


def commands_in(text: str) -> Iterator[list[str]]:
    """The words after `muster` of each command that stands in code."""
    for code in code_in(text):
        found = re.match(r"(?:\.venv/bin/)?muster +(.+)", code)
        if found:
            yield found[1].split()


def is_command(words: list[str]) -> bool:
    """Whether the first words name a command, and of a group one of its commands, with options that it has."""
    command: click.Command | None = main
    while isinstance(command, click.Group):
        command = command.commands.get(words[0]) if words else None
        words = words[1:]
    if command is None:
        return False
    known = {name for parameter in command.params for name in parameter.opts}
    return {word.partition("=")[0] for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_files_that_are_named_are_there(document: Path) -> None:
    named = {code for code in code_in(document.read_text()) if OURS.fullmatch(code)}
    # What the build makes is not in the checkout.
    built = ("training/static/",)
    assert [name for name in sorted(named) if not name.startswith(built) and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_commands_that_are_named_are_there(document: Path) -> None:
    assert [" ".join(words) for words in commands_in(document.read_text()) if not is_command(words)] == []


def test_every_command_is_named_somewhere() -> None:
    named = {words[0] for document in DOCUMENTS for words in commands_in(document.read_text())}
    assert set(main.commands) - named == set()


def test_every_setting_of_the_installation_is_named_and_every_name_is_one() -> None:
    read = {name for module in READ_BY for name in VARIABLE.findall((ROOT / module).read_text())}
    read = {name for name in read if not name.startswith("MUSTER_OIDC")}
    named = {name for document in DOCUMENTS for name in VARIABLE.findall(document.read_text())}
    named = {name for name in named if not name.startswith("MUSTER_OIDC")}
    assert read
    assert named - FOR_TESTS_ALONE == read


def test_every_setting_of_a_provider_is_named_and_every_name_is_one() -> None:
    text = "\n".join(document.read_text() for document in DOCUMENTS)
    named = {name for name in OF_A_PROVIDER.findall(text) if name}
    assert named == {*config_single_sign_on.REQUIRED, *config_single_sign_on.SWITCHES}


def test_every_purpose_of_a_link_stands_in_the_security_document(application: Flask) -> None:
    section = (ROOT / "docs" / "security.md").read_text().partition("## Links in messages")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert sorted(told) == sorted(purposes())


def test_the_security_document_goes_through_every_chapter() -> None:
    text = (ROOT / "docs" / "security.md").read_text()
    assert re.findall(r"^## V(\d+) ", text, re.MULTILINE) == [str(number) for number in range(1, 18)]


def test_wrong_names_would_be_seen() -> None:
    text = "`muster fly --high`, then `muster report delivery --year 2024-25`.\n```\n.venv/bin/muster serve --moon\n```"
    assert [is_command(words) for words in commands_in(text)] == [False, True, False]
    assert OURS.fullmatch("tests/guards/test_nothing.py")
    assert not (ROOT / "tests/guards/test_nothing.py").exists()
