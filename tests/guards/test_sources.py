"""The house rules that can be read off the source files."""

import ast
import re

from tests.guards.sources import modules, name_of, our_files

LONGEST_MODULE = 320
LONGEST_TEST_MODULE = 500
NAMES_THAT_SAY_NOTHING = re.compile(r"(^|_)(utils?|helpers?|commons?|misc|managers?)(_|$)")
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:work|home|root|Users|opt|farm)/\w")


def test_every_module_opens_with_a_sentence_on_what_it_owns() -> None:
    texts = {name_of(module): module.read_text() for module in modules()}
    assert [name for name, text in texts.items() if text.strip() and not ast.get_docstring(ast.parse(text))] == []


def test_every_module_is_short_enough_to_read() -> None:
    lengths = {name_of(module): len(module.read_text().splitlines()) for module in modules()}
    most = {name: LONGEST_TEST_MODULE if name.startswith("tests/") else LONGEST_MODULE for name in lengths}
    long = {name: length for name, length in lengths.items() if length > most[name]}
    assert {name: length for name, length in long.items() if not name.startswith("migrations/versions/")} == {}


def test_imports_stand_at_the_top() -> None:
    hidden = [
        f"{name_of(module)}:{node.lineno}"
        for module in modules()
        for function in ast.walk(ast.parse(module.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_every_module_is_named_after_what_it_holds() -> None:
    names = [name_of(module).removesuffix(".py") for module in modules()]
    assert [name for name in names if any(map(NAMES_THAT_SAY_NOTHING.search, name.split("/")))] == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in our_files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if MACHINE_PATH.search(line) and name_of(path) != "assets/package-lock.json"
    ]
    assert not found, "\n".join(found)


def test_only_the_entrances_import_the_whole_application() -> None:
    entrances = {"training/command_line.py", "training/jobs.py"}
    others = [module for module in modules() if name_of(module).startswith("training/")]
    importing = [
        name_of(module)
        for module in others
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "training"
        if "create_app" in {alias.name for alias in node.names}
    ]
    assert set(importing) <= entrances
