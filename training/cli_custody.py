"""Commands on everything at once: exporting and loading it, backing it up, and holding mail after a restore."""

from datetime import datetime
from pathlib import Path

import click

from training.command_line import application, refusals_in_words, require_newest_migration
from training.config import Config
from training.core import clock, sending
from training.core.checks import run_checks
from training.core.database import reading
from training.core.settings import change_setting
from training.core.transaction import unit_of_work
from training.core.viewer import COMMAND
from training.custody import checking
from training.custody.backup import back_up
from training.custody.exit_kit_export import export
from training.custody.exit_kit_load import load

CHECKED = checking.STAGES
NEW_FILE = click.Path(path_type=Path)


@click.command("export")
@click.argument("folder_or_zip", type=NEW_FILE)
@click.option("--with-secrets", is_flag=True, help="Also hashed passwords, second factors and keys of links.")
@click.pass_obj
def export_command(config: Config, folder_or_zip: Path, with_secrets: bool) -> None:
    """Write everything in open formats to a new FOLDER_OR_ZIP, with a data dictionary."""
    app = application(config)
    require_newest_migration(app)
    with refusals_in_words(), app.app_context():
        done = export(folder_or_zip, with_secrets=with_secrets)
    click.echo(f"{done.rows:,} rows of {done.tables} tables are in {folder_or_zip}. README.txt there explains them.")
    if done.with_secrets:
        click.echo("Secrets are among them: keep it as you keep the database itself.")


@click.command("load")
@click.argument("folder_or_zip", type=NEW_FILE)
@click.pass_obj
def load_command(config: Config, folder_or_zip: Path) -> None:
    """Read an export into this installation, which must be new and empty: all of it, or nothing."""
    app = application(config)
    require_newest_migration(app)
    with refusals_in_words(), app.app_context():
        rows = load(folder_or_zip)
    click.echo(f"{rows:,} rows are loaded.")


@click.command("backup")
@click.argument("file", type=NEW_FILE)
@click.pass_obj
def backup_command(config: Config, file: Path) -> None:
    """Copy the database as it is now into a new FILE, while people work."""
    with refusals_in_words():
        done = back_up(config.database_url, file)
    click.echo(f"The database is copied to {done.path}: {done.size:,} bytes.")


@click.command("hold-mail")
@click.pass_obj
def hold_mail(config: Config) -> None:
    """Send no message until mail is released: after a restore, before the worker starts."""
    app = application(config)
    require_newest_migration(app)
    with app.app_context(), unit_of_work():
        change_setting(COMMAND, sending.HELD, True)
    click.echo("No message is sent until you run: muster release-mail")


@click.command("release-mail")
@click.option(
    "--drop-before",
    type=click.DateTime(["%Y-%m-%d %H:%M"]),
    help="First give up messages written before this moment of local time: when the backup was taken.",
)
@click.pass_obj
def release_mail(config: Config, drop_before: datetime | None) -> None:
    """Send messages again."""
    app = application(config)
    require_newest_migration(app)
    dropped = 0
    with app.app_context(), unit_of_work():
        if drop_before is not None:
            moment = clock.instant(drop_before.date(), drop_before.time())
            dropped = sending.drop_written_before(COMMAND, moment)
        change_setting(COMMAND, sending.HELD, False)
    if drop_before is not None:
        click.echo(f"Messages given up: {dropped:,}. They are on the desk’s list of messages.")
    click.echo("The worker sends messages again.")


@click.command("check")
@click.pass_context
def check_command(context: click.Context) -> None:
    """List everything that does not hold of the data; ends with 1 if there is anything. Changes nothing."""
    app = application(context.obj)
    require_newest_migration(app)
    with app.test_request_context(), reading(), unit_of_work():
        found = run_checks()
    for check, findings in found:
        click.echo(f"{'holds' if not findings else 'BROKEN'}: {check.holds}")
        for finding in findings:
            click.echo(f"  {finding.sentence}")
    if any(findings for _, findings in found):
        context.exit(1)


COMMANDS = (export_command, load_command, backup_command, hold_mail, release_mail, check_command)
