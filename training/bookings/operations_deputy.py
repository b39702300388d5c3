"""Somebody else decides: the manager names who answers in their place, and the lead or the desk says whether it is so.

A deputy at an address of the agency is asked at once. Any other address is asked only once the lead, or the desk,
has confirmed it: else whoever reads the manager's mail could lead the answer anywhere.
"""

from datetime import timedelta

from training.bookings import asking, notices_asked
from training.bookings.agreements import is_asked_about
from training.bookings.models import Booking
from training.bookings.models_answers import AgreedBy
from training.bookings.operations_agreements import ENDED, locked_to_answer
from training.bookings.wording_answers import what_was_said
from training.core import audit, clock
from training.core.limits import count, over
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.operations_standing import domains_of_agency
from training.people.rules import clean_address, on_domains, require_name, same_mailbox

MOST_NAMED, WITHIN = 5, timedelta(days=1)
"""For one booking: each is written to, and whoever holds the manager’s link can name anybody of the agency."""
NAMING = "name-deputy"


def name_deputy(viewer: Viewer, booking_id: int, name: str, address: str) -> Booking:
    """Let somebody else answer in the manager's place; the manager may still answer, and the first answer counts.

    Refused for a shared mailbox, the person's own address, the manager's own, where somebody has answered, and after
    several on one day.
    """
    if not name.strip():
        raise Refused("Enter the name of whoever decides", "deputy_name")
    require_name(name, "deputy_name")
    try:
        cleaned = clean_address(address)
    except Refused as refusal:
        raise Refused(refusal.sentence, "deputy_address") from refusal
    booking = locked_to_answer(viewer, booking_id, AgreedBy.MANAGER)
    _require_asked(booking)
    job = booking.employment
    if any(same_mailbox(row.address, cleaned) for row in booking.person.addresses):
        raise Refused("Enter the address of somebody other than the person who asks to go", "deputy_address")
    if job is not None and job.manager_address and same_mailbox(job.manager_address, cleaned):
        raise Refused("This is your own address. Say yes or no yourself", "deputy_address")
    if over(NAMING, booking.ref, MOST_NAMED, WITHIN):
        raise Refused("Several people were named within a day. Say yes or no yourself, or name somebody tomorrow")
    count(NAMING, booking.ref, WITHIN)
    asking.forget_deputy(booking)
    booking.deputy_name, booking.deputy_address = name.strip(), cleaned
    if on_domains(cleaned, domains_of_agency(booking.agency_id)):
        booking.deputy_confirmed_at = clock.now()
        notices_asked.ask_deputy(booking)
    else:
        notices_asked.ask_about_deputy(booking, asking.who_stands_in(booking))
    after = {"deputy_name": booking.deputy_name, "deputy_address": booking.deputy_address}
    audit.record(viewer, "named who decides about the booking", booking, after=after)
    return booking


def confirm_deputy(viewer: Viewer, booking_id: int, by: AgreedBy) -> Booking:
    """Say, as the lead or the desk, that whoever the manager named may answer; they are asked then."""
    if by not in (AgreedBy.LEAD, AgreedBy.OFFICER):
        raise ValueError(f"{by} confirms no deputy")
    booking = locked_to_answer(viewer, booking_id, by)
    _require_asked(booking)
    if not booking.deputy_address or booking.deputy_confirmed_at is not None:
        raise Refused("Somebody else has settled this meanwhile. Nothing was changed")
    booking.deputy_confirmed_at = clock.now()
    notices_asked.ask_deputy(booking)
    audit.record(
        viewer, "confirmed who decides about the booking", booking, after={"deputy_address": booking.deputy_address}
    )
    return booking


def not_for_me(viewer: Viewer, booking_id: int) -> Booking:
    """The deputy says that it is not for them to decide: the manager goes on being asked, and the lead is as well."""
    booking = locked_to_answer(viewer, booking_id, AgreedBy.DEPUTY)
    _require_asked(booking)
    audit.record(
        viewer, "said that they do not decide about the booking", booking, before={"deputy_name": booking.deputy_name}
    )
    asking.forget_deputy(booking)
    asking.pass_on(booking)
    return booking


def _require_asked(booking: Booking) -> None:
    if not is_asked_about(booking):
        raise Refused(what_was_said(booking) or ENDED)
