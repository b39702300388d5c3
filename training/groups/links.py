"""The pages on which somebody acts on a booking for another: the desk’s, a lead’s, or a manager’s."""

from flask import url_for

from training.bookings.models import Booking
from training.bookings.operations_moving import MOVABLE
from training.bookings.operations_substitution import GIVES_PLACE
from training.core.viewer import Role
from training.people.queries import lead_agencies
from training.web.access import current_viewer


def acts_as_lead() -> frozenset[int]:
    """The agencies whose bookings the present viewer changes as their lead; read once for a list."""
    viewer = current_viewer()
    return frozenset(lead_agencies(viewer)) if viewer.has(Role.AGENCY_LEAD) else frozenset()


def cancel_page(booking: Booking) -> str:
    """The page on which the present viewer cancels the booking of somebody they look after."""
    viewer = current_viewer()
    if viewer.person_id == booking.person_id:
        return url_for("bookings.cancel", ref=booking.ref)
    if viewer.works_at_desk:
        return url_for("bookings.cancel_for", ref=booking.ref)
    return url_for("groups.cancel_for_person", ref=booking.ref)


def lead_pages(booking: Booking, led: frozenset[int]) -> dict[str, str]:
    """What else a lead may do with the booking, as words and addresses; empty for whoever is no lead of it."""
    if booking.agency_id not in led or booking.person_id == current_viewer().person_id:
        return {}
    pages: dict[str, str] = {}
    if booking.state in MOVABLE:
        pages["Move"] = url_for("bookings.agency_move_booking", ref=booking.ref)
    if booking.state in GIVES_PLACE:
        pages["Send a colleague"] = url_for("bookings.agency_colleague", ref=booking.ref)
    return pages
