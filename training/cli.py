"""The command `muster`: each command is safe to run twice."""

import sys
from collections.abc import Callable, Mapping, Sequence

import click
from flask import Flask
from flask_migrate import upgrade as upgrade_database

from training import create_app
from training.config import ROOT, Config, ConfigError
from training.core.database import db, reading
from training.core.refusal import Refused
from training.core.transaction import unit_of_work
from training.core.viewer import COMMAND, Viewer
from training.demonstration.accounts import SignIn
from training.demonstration.agencies import PARTNERSHIP
from training.demonstration.filling import fill
from training.jobs import run_once, run_worker
from training.reports.filters import UnknownChoice
from training.reports.printing import FORMATS, agencies_text, delivery_text
from training.web.health import newest_migration, present_migration


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Muster: multi-agency training and events."""
    try:
        context.obj = Config.from_environment()
    except ConfigError as error:
        click.echo(f"Muster cannot start. {error}", err=True)
        sys.exit(1)


@main.command()
@click.pass_obj
def upgrade(config: Config) -> None:
    """Bring the database to the newest migration."""
    _upgrade(create_app(config), config)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@click.pass_obj
def worker(config: Config, once: bool) -> None:
    """Send messages and do what is due, until stopped."""
    app = create_app(config)
    require_newest_migration(app)
    (run_once if once else run_worker)(app, config)


@main.command()
@click.pass_obj
def demo(config: Config) -> None:
    """Fill an empty database with an invented partnership; the second time nothing changes."""
    app = create_app(config)
    require_newest_migration(app)
    fill_with_demonstration(app, config)


def fill_with_demonstration(app: Flask, config: Config) -> None:
    """Write the demonstration and say what was done; end with a sentence where it must not be."""
    if config.is_production:
        click.echo(
            "The demonstration has sign-ins that everybody can read, so it is not put into production.", err=True
        )
        sys.exit(1)
    try:
        with app.app_context(), unit_of_work():
            filled = fill()
    except Refused as refusal:
        click.echo(f"{refusal.sentence}.", err=True)
        sys.exit(1)
    if filled.rows:
        click.echo(f"The demonstration is ready: {filled.rows:,} rows about {PARTNERSHIP}.")
    else:
        click.echo("The demonstration is already there. Nothing was changed.")
    show_sign_ins(filled.sign_ins)


def show_sign_ins(sign_ins: Sequence[SignIn]) -> None:
    """Print how to sign in as each person of the demonstration."""
    for each in sign_ins:
        click.echo(f"  {each.role:<34} {each.address:<46} {each.password}")


@main.group()
def report() -> None:
    """Print the figures of a report, the same as on its page."""


YEAR = click.option("--year", default="", metavar="2023-24", help="From 1 April; without it, this year.")
COURSE = click.option("--course", default="", help="Only this course: its title, code or address.")
MODE = click.option("--mode", default="", help="Only face-to-face, virtual or hybrid.")
FORMAT = click.option("--format", "style", type=click.Choice(FORMATS), default=FORMATS[0], help="How to print it.")


@report.command("delivery")
@YEAR
@COURSE
@MODE
@FORMAT
@click.pass_obj
def report_delivery(config: Config, style: str, **asked_for: str) -> None:
    """Sessions delivered and attendances, by course and mode."""
    _print_report(config, delivery_text, asked_for, style)


@report.command("agencies")
@YEAR
@click.option("--sector", default="", help="Only agencies of this sector.")
@COURSE
@MODE
@click.option("--level", default="", help="A row for each agency, parent, sector or reporting-group.")
@FORMAT
@click.pass_obj
def report_agencies(config: Config, style: str, **asked_for: str) -> None:
    """Attendance by agency against the training plan."""
    _print_report(config, agencies_text, asked_for, style)


def _print_report(
    config: Config, text: Callable[[Viewer, Mapping[str, str], str], str], asked_for: dict[str, str], style: str
) -> None:
    """Print what `text` makes; end with what is known where something else was asked for."""
    app = create_app(config)
    require_newest_migration(app)
    try:
        with app.app_context(), reading():
            printed = text(COMMAND, asked_for, style)
    except UnknownChoice as unknown:
        click.echo(str(unknown), err=True)
        sys.exit(2)
    click.echo(printed, nl=False)


def _upgrade(app: Flask, config: Config) -> None:
    if config.database_url.startswith("sqlite:///"):
        (ROOT / "instance").mkdir(exist_ok=True)
    with app.app_context():
        upgrade_database()


def require_newest_migration(app: Flask) -> None:
    """End with the command to run where the database is not at the newest migration."""
    with app.app_context():
        present = present_migration()
        db.session.remove()
    if present != newest_migration():
        click.echo("The database is not at the newest migration. Run: muster upgrade", err=True)
        sys.exit(1)
