"""The command `muster`: each command is safe to run twice."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade as upgrade_database

from training import serving
from training.accounts import operations, operations_factors
from training.agencies.importing import import_agencies
from training.cli_custody import COMMANDS
from training.command_line import application, require_newest_migration
from training.config import ROOT, Config, ConfigError
from training.core.database import db, reading
from training.core.links import create_link
from training.core.refusal import Refused
from training.core.tasks import TaskRefused
from training.core.transaction import unit_of_work
from training.core.viewer import COMMAND, Viewer
from training.demonstration.accounts import SignIn
from training.demonstration.agencies import PARTNERSHIP
from training.demonstration.filling import fill
from training.jobs import run_once, run_worker
from training.people.importing import import_people
from training.people.mail import CHOOSE_PASSWORD
from training.reports.filters import UnknownChoice
from training.reports.printing import FORMATS, agencies_text, delivery_text


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Muster: multi-agency training and events."""
    try:
        context.obj = Config.from_environment()
    except ConfigError as error:
        click.echo(f"Muster cannot start. {error}", err=True)
        sys.exit(1)


for command in COMMANDS:
    main.add_command(command)


@main.command()
@click.pass_obj
def upgrade(config: Config) -> None:
    """Bring the database to the newest migration."""
    _upgrade(application(config), config)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@click.pass_obj
def worker(config: Config, once: bool) -> None:
    """Send messages and do what is due, until stopped."""
    app = application(config)
    require_newest_migration(app)
    (run_once if once else run_worker)(app, config)


@main.command("add-officer")
@click.argument("address")
@click.option("--given", required=True, help="First name of somebody who is new.")
@click.option("--family", required=True, help="Last name of somebody who is new.")
@click.pass_obj
def add_officer(config: Config, address: str, given: str, family: str) -> None:
    """Make somebody officer and system administrator, and print where they choose their password."""
    app = application(config)
    require_newest_migration(app)
    with app.app_context():
        try:
            with unit_of_work():
                person = operations.add_officer(COMMAND, address, given, family)
                ready = person.account is not None and person.account.password is not None
                link = None if ready else create_link(CHOOSE_PASSWORD, person.id).address
                name = person.name
        except Refused as refusal:
            click.echo(f"{refusal.sentence}.", err=True)
            sys.exit(1)
    click.echo(f"{name} is officer and system administrator.")
    click.echo(f"They choose a password here, within two days: {link}" if link else "They have a password already.")


@main.command("reset-second-factor")
@click.argument("address")
@click.option("--reason", required=True, help="Why; it stands in the audit log and in the message to the owner.")
@click.pass_obj
def reset_second_factor(config: Config, address: str, reason: str) -> None:
    """Take away somebody's authenticator app, passkeys and recovery codes, when nobody at the desk can."""
    app = application(config)
    require_newest_migration(app)
    with app.app_context():
        try:
            with unit_of_work():
                person = operations.owner_of(address.strip().lower())
                if person is None:
                    raise Refused("Nobody with this address is known")
                operations_factors.reset_factors(COMMAND, person, reason)
                name = person.name
        except Refused as refusal:
            click.echo(f"{refusal.sentence}.", err=True)
            sys.exit(1)
    click.echo(f"{name} sets up a second factor at the next sign-in. They were told by mail.")


@main.group("import")
def import_group() -> None:
    """Read files into the database: all of a file, or nothing."""


FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
CHECK = click.option("--check", is_flag=True, help="Only say what would happen.")


@import_group.command("agencies")
@FILE
@CHECK
@click.pass_obj
def import_agencies_file(config: Config, file: Path, check: bool) -> None:
    """Add and change agencies by their code, as the CSV or Excel FILE says."""
    _import(config, import_agencies, file, check=check)


@import_group.command("people")
@FILE
@CHECK
@click.pass_obj
def import_people_file(config: Config, file: Path, check: bool) -> None:
    """Add and change people and their jobs, as the CSV or Excel FILE says."""
    _import(config, import_people, file, check=check)


def _import(config: Config, read: Callable[..., list[str]], file: Path, *, check: bool) -> None:
    """Apply the file at once, or end with everything that is wrong with it."""
    app = application(config)
    require_newest_migration(app)
    with app.app_context():
        try:
            with unit_of_work():
                done = read(COMMAND, file.read_bytes(), file.name, check=check)
        except TaskRefused as refusal:
            click.echo("Nothing was changed:", err=True)
            for problem in refusal.problems:
                click.echo(f"  {problem}", err=True)
            sys.exit(1)
    for sentence in done:
        click.echo(sentence)


@main.command()
@click.pass_obj
def demo(config: Config) -> None:
    """Fill an empty database with an invented partnership; the second time nothing changes."""
    if config.is_production:
        click.echo("The demonstration has sign-ins that everybody can read, so it is not for production.", err=True)
        sys.exit(1)
    app = application(config)
    require_newest_migration(app)
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


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=5000, help="Where to listen.")
@click.option("--host", envvar="HOST", default="127.0.0.1", help="On which address; this machine only by default.")
@click.pass_obj
def serve(config: Config, port: int, host: str) -> None:
    """Run the web server and the worker together; in development with the demonstration the first time."""
    if not serving.is_free(host, port):
        click.echo(f"Port {port} is in use. Choose another, such as: muster serve --port {port + 1}", err=True)
        sys.exit(1)
    app = application(config)
    _upgrade(app, config)
    sign_ins = _demonstration_sign_ins(app) if config.environment == "development" else ()
    with app.app_context():
        db.engine.dispose()
    click.echo(f"Muster answers at http://{host}:{port} until you press Ctrl-C.")
    if sign_ins:
        click.echo("The people and figures are invented. Sign in as one of them:")
        show_sign_ins(sign_ins)
    commands = (serving.web_command(host, port), serving.worker_command())
    sys.exit(serving.run_together(commands, {**os.environ, "PORT": str(port)}, str(ROOT)))


def _demonstration_sign_ins(app: Flask) -> Sequence[SignIn]:
    """Fill an empty database; none where somebody’s own data are in it."""
    try:
        with app.app_context(), unit_of_work():
            return fill().sign_ins
    except Refused:
        return ()


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
@click.option("--agencies", default="", help="As they were then, or as they are now.", metavar="then|now")
@FORMAT
@click.pass_obj
def report_agencies(config: Config, style: str, **asked_for: str) -> None:
    """Attendance by agency against the training plan."""
    _print_report(config, agencies_text, asked_for, style)


def _print_report(
    config: Config, text: Callable[[Viewer, Mapping[str, str], str], str], asked_for: dict[str, str], style: str
) -> None:
    """Print what `text` makes; end with what is known where something else was asked for."""
    app = application(config)
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
