"""What the security document says of the whole source, read off the source: one way out for each kind of output."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.guards.sources import ROOT, modules, name_of, our_files

OURS = [module for module in modules() if name_of(module).startswith("training/")]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(")
FOREIGN = re.compile(
    r"(?:\b(?:src|srcset|action|formaction|data|poster)=|<link[^>]*\bhref=|@import|url\()[^>\s]*//", re.I
)
IN_SCRIPTS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|https?://"
)


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{name_of(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def modules_with(pattern: str) -> set[str]:
    return {name_of(module) for module in OURS if re.search(pattern, module.read_text())}


@cache
def imported(module: Path) -> set[str]:
    """The first parts of the names of what a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def importers(name: str) -> set[str]:
    return {name_of(module) for module in OURS if name in imported(module)}


def test_no_template_writes_what_is_not_escaped() -> None:
    assert lines_with(UNESCAPED, TEMPLATES) == []


def test_no_page_is_made_of_a_text_somebody_typed() -> None:
    assert modules_with(r"render_template_string|\.from_string\(") == set()


def test_pages_take_nothing_from_other_hosts() -> None:
    styles = [path for path in our_files(ROOT / "assets") if path.suffix in (".scss", ".css")]
    assert styles
    assert lines_with(FOREIGN, [*TEMPLATES, *styles]) == []


def test_scripts_write_no_html_and_know_no_other_host() -> None:
    scripts = sorted((ROOT / "assets" / "scripts").glob("*.js"))
    assert scripts
    assert lines_with(IN_SCRIPTS, scripts) == []


def test_chance_is_for_the_demonstration_and_secrets_for_everything_else() -> None:
    assert {name for name in importers("random") if not name.startswith("training/demonstration/")} == set()


def test_nothing_is_read_that_could_be_code() -> None:
    for library in ("pickle", "marshal", "shelve", "yaml", "dill"):
        assert importers(library) == set(), library
    assert modules_with(r"(?<![\w.])(?:eval|exec|compile|__import__)\(") == set()


def test_other_programs_are_started_in_two_places_and_never_by_a_shell() -> None:
    assert importers("subprocess") == {"training/custody/backup.py", "training/serving.py"}
    assert modules_with(r"shell=True|os\.system|os\.popen") == set()


def test_the_web_is_asked_in_one_place_that_follows_nobody() -> None:
    assert importers("requests") | importers("authlib") == {"training/accounts/oidc.py"}
    assert importers("urllib3") | importers("httpx") | modules_with(r"urllib\.request|http\.client") == set()
    source = (ROOT / "training" / "accounts" / "oidc.py").read_text()
    assert source.count("requests.get(") + source.count(".fetch_token(") == source.count("allow_redirects=False") == 2


def test_tables_for_spreadsheets_are_written_in_one_place_each() -> None:
    assert modules_with(r"csv\.(?:Dict)?[wW]riter\(") == {
        "training/web/sheets.py",
        # For programs to load again, so values stay as they are; its README says so.
        "training/custody/exit_kit_export.py",
    }
    assert importers("xlsxwriter") == {"training/web/workbooks.py"}
    assert importers("openpyxl") == {"training/core/spreadsheets.py"}


def test_no_form_is_spared_the_token() -> None:
    assert modules_with(r"\.exempt\b|WTF_CSRF_ENABLED|WTF_CSRF_CHECK_DEFAULT|csrf\s*=\s*False") == set()


def test_links_are_never_made_of_the_host_that_was_asked_for() -> None:
    assert modules_with(r"_external\s*=|\.host_url|\.url_root|request\.base_url|request\.url\b") == set()
    # Both only ask whether it names this machine.
    assert modules_with(r"request\.host\b") == {"training/web/security.py", "training/web/kept_mail.py"}
