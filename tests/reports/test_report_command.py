"""`muster report`: the figures of the pages, for people and for programs."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.conftest import WallClock
from tests.reports.world import AFTER, small_world
from training.cli import main
from training.config import Config

Command = Callable[..., Result]


@pytest.fixture
def muster(app: Flask, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command against the small world, in the application under test."""
    wall_clock.set(AFTER)
    small_world()

    def made(_config: Config) -> Flask:
        return app

    monkeypatch.setattr("training.command_line.create_app", made)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["report", *arguments], catch_exceptions=False)

    return run


def test_delivery_as_csv_has_exactly_the_columns_promised(muster: Command) -> None:
    printed = muster("delivery", "--year", "2023-24", "--format", "csv")
    assert printed.stdout == "course,mode,sessions,attendances\nAlpha,face-to-face,1,4\nbeta,virtual,1,1\n"
    assert printed.exit_code == 0


def test_agencies_as_csv_begin_with_the_columns_promised(muster: Command) -> None:
    header, *rows = muster("agencies", "--year", "2023-24", "--format", "csv").stdout.splitlines()
    assert header.startswith("agency,sector,target,expected,attendances,walk_ins,absences,take_up,")
    assert [",".join(row.split(",")[:8]) for row in rows] == [
        "Northside Trust,Health,10,5,3,0,1,60",
        "Eastside Academy,Education & schools,8,,0,0,0,",
        "Southside School,Education & schools,4,2,1,1,0,50",
        "Agency to be confirmed,,,,1,1,0,",
    ]


def test_a_table_is_the_default_and_ends_with_the_sum(muster: Command) -> None:
    lines = muster("delivery", "--year", "2023-24").stdout.splitlines()
    assert [line.split() for line in (lines[0], lines[-1])] == [
        ["course", "mode", "sessions", "attendances"],
        ["All", "2", "5"],
    ]
    lines = muster("agencies", "--year", "2023-24", "--level", "sector", "--sector", "Health").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["agency", lines[1].split()[0], "Health", "All"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("delivery", "--year", "1999-00"), "There is no year “1999-00”. Known are: 2023-24, 2024-25.\n"),
        (("delivery", "--course", "Nothing"), "There is no course “Nothing”. Known are: alpha, beta, gamma.\n"),
        (("agencies", "--sector", "x"), "There is no sector “x”. Known are: health, education-schools.\n"),
        (("agencies", "--mode", "x"), "There is no mode “x”. Known are: face-to-face, virtual, hybrid.\n"),
        (("agencies", "--level", "x"), "There is no level “x”. Known are: agency, parent, sector, reporting-group.\n"),
    ],
)
def test_what_is_not_known_ends_with_two_and_names_what_is(
    muster: Command, arguments: tuple[str, ...], message: str
) -> None:
    printed = muster(*arguments, "--format", "csv")
    assert (printed.exit_code, printed.stdout, printed.stderr) == (2, "", message)
