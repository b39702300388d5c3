"""When people are asked whether they still come, and reminded; and the purpose of the links by which they answer."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from training.bookings.rules import cut_off, working_days_before
from training.bookings.terms import bank_holidays
from training.bookings.terms_figures import cut_off_days
from training.core import clock
from training.core.links import register_purpose
from training.core.settings import register_setting, setting_value

STILL_COMING = register_purpose("bookings.still-coming", timedelta(days=14), is_unasked=True)
"""About a Booking: told to its person, or to whoever receives their messages."""
JOINING_DAYS = register_setting(
    "bookings.joining-days",
    "Working days before the cut-off when people are asked whether they still come",
    2,
    hint="With the joining instructions, while a place can still be given up in time. Whoever is booked later gets the "
    "instructions with the confirmation.",
    most=20,
)
REMINDER_DAYS = register_setting(
    "bookings.reminder-days",
    "Working days before the start when people are reminded",
    1,
    least=1,
    most=10,
)
MAIL_HOUR = register_setting(
    "bookings.mail-hour",
    "Hour of the day from which joining instructions and reminders are sent",
    8,
    hint="From 0 to 23, by the clocks of the partnership.",
    most=23,
)
FARTHEST = timedelta(days=90)
"""No session farther away is near its cut-off, however long that is set."""


def last_day_to_cancel(starts_at: datetime, figures: Mapping[str, int] | None) -> date:
    """The last day to cancel in time a place on a session with this start, by terms with `figures`."""
    return cut_off(clock.local(starts_at).date(), cut_off_days(figures), bank_holidays())


def asked_at(starts_at: datetime, figures: Mapping[str, int] | None) -> datetime:
    """The moment from which somebody is asked whether they still come."""
    last = last_day_to_cancel(starts_at, figures)
    return _from_hour(working_days_before(last, setting_value(JOINING_DAYS), bank_holidays()))


def asked_until(starts_at: datetime, figures: Mapping[str, int] | None) -> datetime:
    """The moment from which it is too late to ask: the cut-off has passed, or the session begins."""
    last = last_day_to_cancel(starts_at, figures)
    return min(clock.start_of_day(last + timedelta(days=1)), starts_at)


def reminded_at(starts_at: datetime) -> datetime:
    """The moment from which somebody is reminded."""
    starts_on = clock.local(starts_at).date()
    return _from_hour(working_days_before(starts_on, setting_value(REMINDER_DAYS), bank_holidays()))


def is_due_to_be_asked(
    starts_at: datetime, figures: Mapping[str, int] | None, confirmed_at: datetime, asked_before: datetime | None
) -> bool:
    """Whether somebody booked at `confirmed_at` is to be asked now.

    Not where they were booked or asked when it was time already: what they were sent then says it all.
    """
    since = asked_at(starts_at, figures)
    if not since <= clock.now() < asked_until(starts_at, figures):
        return False
    return confirmed_at < since and (asked_before is None or asked_before < since)


def _from_hour(on: date) -> datetime:
    return clock.instant(on, time(setting_value(MAIL_HOUR)))
