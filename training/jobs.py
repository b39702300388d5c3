"""The worker's schedule: which stage's tick to call, and how often; nothing else."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from training.accounts import ticks as accounts
from training.accounts.configuring import viewer_for
from training.allotment import ticks as allotment
from training.attendance import ticks as attendance
from training.bookings import ticks as bookings
from training.bookings import (
    ticks_agreements,
    ticks_first,
    ticks_invites,
    ticks_jobs,
    ticks_needs,
    ticks_reminders,
    ticks_told,
    ticks_trainers,
    ticks_waits,
)
from training.calendars.imap import ImapServer
from training.calendars.ticks import read_mailbox
from training.changes import ticks as changes
from training.config import Config
from training.core import batch_applying, clock, heartbeat, limits, periods, sending, tasks, tokens
from training.core.transaction import unit_of_work
from training.core.transports import Both, FolderTransport, SmtpTransport, Transport
from training.custody.operations_retention import remove_every_night
from training.custody.ticks import follow_merges
from training.evaluations import ticks as evaluations
from training.groups import ticks as groups
from training.homes import ticks_digests
from training.people import ticks as people
from training.pool import ticks as pool
from training.programme import ticks as programme


@dataclass(frozen=True)
class Job:
    """A tick and the seconds between two runs of it."""

    name: str
    seconds: int
    tick: Callable[[], object]


def transport(config: Config) -> Transport:
    """How mail leaves: over SMTP, and in development into a folder as well, or only there."""
    folder = FolderTransport(Path(config.mail_folder)) if config.mail_folder else None
    smtp = SmtpTransport.from_url(config.smtp_url) if config.smtp_url else None
    if smtp and folder:
        return Both(folder, smtp)
    sender = smtp or folder
    if sender is None:
        raise ValueError("there is neither a mail server nor a folder to put messages in")
    return sender


def jobs(config: Config) -> tuple[Job, ...]:
    """Everything the worker does, in the order of the stages."""
    way_out = transport(config)
    mailbox = ImapServer.from_url(config.imap_url) if config.imap_url else None
    name = f"{socket.gethostname()}:{os.getpid()}"

    def show_life() -> None:
        with unit_of_work():
            heartbeat.show_life(name)

    def forget_form_tokens() -> None:
        with unit_of_work():
            tokens.forget_old()

    def forget_tries() -> None:
        with unit_of_work():
            limits.forget_old()
            periods.forget_old()

    def give_up_files() -> None:
        with unit_of_work():
            batch_applying.give_up_old_batches()

    def read_answers() -> None:
        if mailbox is not None:
            read_mailbox(mailbox)

    return (
        Job("heartbeat", 60, show_life),
        Job("old form tokens", 3600, forget_form_tokens),
        Job("old counts of tries", 3600, forget_tries),
        Job("files nobody decided about", 3600, give_up_files),
        Job("tasks", 2, lambda: tasks.run_next(viewer_for)),
        Job("standings that changed", 300, people.judge_standings),
        Job("leads whose time ends", 3600, people.warn_of_ending_leads),
        Job("accounts nobody uses", 3600, accounts.close_dormant),
        Job("messages to managers", 60, ticks_told.tell_managers),
        Job("joining instructions", 300, ticks_reminders.ask_who_comes),
        Job("reminders", 300, ticks_reminders.remind_people),
        Job("drafts to publish", 60, programme.publish_due),
        Job("applications to allot", 60, allotment.allot_what_is_due),
        Job("offers that run out", 60, bookings.lapse_offers),
        Job("places nobody confirmed", 60, ticks_first.let_go_of_places),
        Job("agreements nobody gave", 60, ticks_agreements.lapse_agreements),
        Job("agreements to remind of", 300, ticks_agreements.follow_agreements),
        Job("bookings that follow a job", 60, ticks_jobs.follow_jobs),
        Job("dates to tell people who wait of", 300, ticks_waits.tell_new_dates),
        Job("waits that end", 300, ticks_waits.end_waits),
        Job("trainers to ask", 60, ticks_trainers.ask_trainers),
        Job("trainers’ calendars", 60, ticks_trainers.invite_trainers),
        Job("requests that end", 60, pool.end_requests),
        Job("requests not answered", 300, pool.remind_of_requests),
        Job("trainers’ packs", 300, pool.send_packs),
        Job("trainers’ reminders", 300, pool.remind_the_day_before),
        Job("access needs to remove", 3600, ticks_needs.remove_old_needs),
        Job("changes to tell of", 60, changes.tell_changes),
        Job("calendars out of step", 300, ticks_invites.refresh_invites),
        Job("answers of calendars", 120, read_answers),
        Job("names to remind of", 300, groups.remind_of_names),
        Job("reserved places that go back", 60, groups.lapse_reservations),
        Job("places that were missed", 300, bookings.sweep),
        Job("registers that open", 60, attendance.send_registers),
        Job("evaluations to open and ask", 60, evaluations.open_and_ask),
        Job("bookings of merged records", 300, follow_merges),
        Job("what is past its time", 1800, remove_every_night),
        Job("weekly digests", 300, ticks_digests.send_digests),
        # Last, so that one round also sends what it has written.
        Job("outbox", 2, lambda: sending.send_all(way_out)),
    )


def run_worker(app: Flask, config: Config) -> None:
    """Run the schedule until the process is told to end."""
    scheduler = BlockingScheduler(timezone="UTC")
    for job in jobs(config):
        scheduler.add_job(
            _inside(app, job.tick),
            "interval",
            seconds=job.seconds,
            id=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=clock.now(),
        )
    scheduler.start()


def run_once(app: Flask, config: Config) -> None:
    """Run every job one time, in order: what an hour of the worker would have done by now."""
    for job in jobs(config):
        _inside(app, job.tick)()


def _inside(app: Flask, tick: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with app.app_context():
            tick()

    return run
