"""From where somebody acts on a booking: pages of their own, of their agency's lead, or of the desk."""

from dataclasses import dataclass
from enum import StrEnum

from flask import abort, url_for

from training.bookings.models import Booking
from training.bookings.queries import booking_by_ref, booking_led, own_booking_by_ref
from training.people.queries import person_by_ref
from training.web.access import current_viewer


class Side(StrEnum):
    """Whose pages they are; the value is what their addresses begin with."""

    OWN = "my"
    AGENCY = "agency"
    DESK = "desk"

    @property
    def is_own(self) -> bool:
        return self is Side.OWN


FINDS = {Side.OWN: own_booking_by_ref, Side.AGENCY: booking_led, Side.DESK: booking_by_ref}


@dataclass(frozen=True)
class WayBack:
    """Where a page about a booking leads back to, and where its deed ends."""

    href: str
    text: str


def booking_on(side: Side, ref: str) -> Booking:
    """The booking a reference names, as far as these pages reach; 404 where it is not for them."""
    return FINDS[side](current_viewer(), ref) or abort(404)


def way_back(side: Side, booking: Booking) -> WayBack:
    """The page from which somebody came to act on the booking."""
    if side is Side.OWN:
        return WayBack(url_for("bookings.show", ref=booking.ref), "Your booking")
    if side is Side.DESK:
        session_ref = booking.course_session.ref
        return WayBack(url_for("bookings.people", ref=session_ref), f"People of {session_ref}")
    if person_by_ref(current_viewer(), booking.person.ref) is None:
        return WayBack(url_for("people.agency"), "My agency")
    return WayBack(url_for("people.agency_person", ref=booking.person.ref), booking.person.name)
