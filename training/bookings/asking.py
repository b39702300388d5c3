"""Asking whoever says whether a person may go: who that is, until when they have, when they are reminded.

The manager is asked first; the agency's lead where no manager is confirmed, and as well once the manager has been
silent for some days; the desk where there is no lead either, which sees on its pages what waits.
"""

from datetime import datetime, time

from training.bookings import notices_asked
from training.bookings.agreements import DEPUTY, is_asked_about
from training.bookings.models import Booking
from training.bookings.terms import agreement_until, bank_holidays
from training.core import clock
from training.core.links import revoke_links
from training.core.settings import register_setting, setting_value
from training.core.working_days import working_days_after
from training.people.models import SETTLED
from training.people.queries_contacts import Contact, ContactKind, desk_contact, lead_of, manager_contact

REMIND_DAYS = register_setting(
    "bookings.agreement-remind-days",
    "Working days after which a manager who has not answered is reminded",
    2,
    hint="Of bookings that they are asked about; never on the day of asking, and not once the time is over.",
    least=1,
    most=30,
)
PASS_ON_DAYS = register_setting(
    "bookings.agreement-pass-on-days",
    "Working days after which the agency’s lead is asked as well",
    3,
    hint="Where the manager has not answered. The first answer counts.",
    least=1,
    most=30,
)
MORNING = time(9)
"""When on their day reminders go out."""


def ask(booking: Booking) -> None:
    """Ask the line manager, or whoever stands in for one, about a booking that needs their agreement."""
    set_time(booking)
    tell(booking)


def set_time(booking: Booking) -> None:
    """Let the time in which to answer begin; `tell` follows once the booking stands as it will be read about."""
    booking.agreement_asked_at = clock.now()
    booking.agreement_until = agreement_until(booking.course_session)


def tell(booking: Booking) -> None:
    """Write to whoever is asked in the first place."""
    notices_asked.ask(booking, who_is_asked(booking))


def who_is_asked(booking: Booking) -> Contact:
    """Whom the booking is asked of in the first place, as things are now."""
    return manager_contact(booking.employment) if booking.employment is not None else desk_contact()


def who_stands_in(booking: Booking) -> Contact:
    """Who is asked as well where the manager does not answer: the agency's lead, else the desk."""
    job = booking.employment
    if job is None or job.agency_id is None or job.standing not in SETTLED:
        return desk_contact()
    return lead_of(job.agency_id, but=job.person_id) or desk_contact()


def ask_again_if_new(booking: Booking) -> bool:
    """Ask whoever is to be asked now, where that is not who was asked; False where they were.

    Such as a manager whose address was confirmed, or who took another's place, after the booking was made.
    """
    if not is_asked_about(booking):
        return False
    contact = who_is_asked(booking)
    if contact.kind is ContactKind.OFFICER or notices_asked.was_asked(booking, contact):
        return False
    return notices_asked.ask(booking, contact)


def remind_if_due(booking: Booking) -> bool:
    """Remind whoever was asked first, once; False where that is not due."""
    if booking.agreement_reminded_at is not None or not _is_due(booking, reminder_due_at(booking)):
        return False
    booking.agreement_reminded_at = clock.now()
    notices_asked.remind(booking, who_is_asked(booking))
    return True


def pass_on_if_due(booking: Booking) -> bool:
    """Ask the lead as well where the manager has not answered for some days; False where that is not due."""
    if not _is_due(booking, passing_on_due_at(booking)):
        return False
    return pass_on(booking)


def pass_on(booking: Booking) -> bool:
    """Ask the lead as well, or leave it to the desk, from now on; False where that was done before."""
    if booking.agreement_passed_on_at is not None or who_is_asked(booking).kind is not ContactKind.MANAGER:
        return False
    booking.agreement_passed_on_at = clock.now()
    notices_asked.ask(booking, who_stands_in(booking), instead=True)
    return True


def ask_instead(booking: Booking) -> None:
    """Ask whoever is to be asked now that the manager turned out to be none."""
    booking.agreement_passed_on_at = clock.now()
    notices_asked.ask(booking, who_is_asked(booking))


def reminder_due_at(booking: Booking) -> datetime | None:
    """When a manager who has not answered is reminded."""
    return _morning_after(booking, setting_value(REMIND_DAYS))


def passing_on_due_at(booking: Booking) -> datetime | None:
    """When the lead is asked as well."""
    return _morning_after(booking, setting_value(PASS_ON_DAYS))


def forget_deputy(booking: Booking) -> None:
    """Let nobody answer in the manager's place any more."""
    booking.deputy_name = booking.deputy_address = ""
    booking.deputy_confirmed_at = None
    revoke_links(DEPUTY, booking.id)


def _morning_after(booking: Booking, days: int) -> datetime | None:
    if booking.agreement_asked_at is None:
        return None
    asked_on = clock.local(booking.agreement_asked_at).date()
    return clock.instant(working_days_after(asked_on, days, bank_holidays()), MORNING)


def _is_due(booking: Booking, due_at: datetime | None) -> bool:
    if due_at is None or booking.agreement_until is None or not is_asked_about(booking):
        return False
    return due_at <= clock.now() < booking.agreement_until
