"""How a booking turns from one state into another: the row and the audit log, nothing else.

Whoever calls holds the lock of the session, tells people, and passes places on.
"""

from datetime import datetime
from typing import Any

from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy, DeclinedBy
from training.bookings.offers import OFFER
from training.core import audit, clock
from training.core.links import revoke_links
from training.core.viewer import Viewer


def confirm(viewer: Viewer, booking: Booking, deed: str) -> None:
    """Give the booking its place for good."""
    booking.confirmed_at = clock.now()
    _turn(viewer, booking, BookingState.CONFIRMED, deed)


def await_agreement(viewer: Viewer, booking: Booking, deed: str) -> None:
    """Keep a place until whoever was asked agrees; it was set before until when."""
    _turn(viewer, booking, BookingState.AWAITING_AGREEMENT, deed, agreement_until=booking.agreement_until)


def offer(viewer: Viewer, booking: Booking, until: datetime) -> None:
    """Hold a place out until a moment."""
    _turn(viewer, booking, BookingState.OFFERED, "offered a free place", offered_until=until)


def put_on_list(viewer: Viewer, booking: Booking, deed: str, *, goes_first: bool, reason: str = "") -> None:
    """Let the booking wait from now on.

    A wait for several dates that its place had ended stays so: it waits for this date alone.
    """
    if booking.course_wait is not None and booking.course_wait.ended_at is not None:
        booking.course_wait = booking.preference = None
    booking.waiting_since = clock.now()
    booking.goes_first = goes_first
    booking.confirmed_at = None
    _turn(viewer, booking, BookingState.WAITING, deed, reason=reason)


def end_booking(viewer: Viewer, booking: Booking, by: CancelledBy, reason: str, *, late: bool = False) -> None:
    """Cancel a live booking; telling, and passing the place on, are for the caller."""
    booking.cancelled_at = clock.now()
    booking.cancelled_by = by
    booking.is_late = late
    booking.reason = reason
    _turn(viewer, booking, BookingState.CANCELLED, "cancelled", reason=reason, is_late=late)


def decline(viewer: Viewer, booking: Booking, by: DeclinedBy, reason: str) -> None:
    """Say no to a booking that is asked about."""
    booking.declined_by = by
    booking.reason = reason
    _turn(viewer, booking, BookingState.DECLINED, "declined", reason=reason)


def lapse(viewer: Viewer, booking: Booking, deed: str) -> None:
    """End a booking because what was asked was not answered in time."""
    _turn(viewer, booking, BookingState.LAPSED, deed)


def replace(viewer: Viewer, booking: Booking, colleague: Booking) -> None:
    """End a booking whose place a colleague has; the colleague's row has its key already."""
    booking.replaced_by_id = colleague.id
    _turn(viewer, booking, BookingState.REPLACED, "gave the place to a colleague", replaced_by=colleague.ref)


def _turn(
    viewer: Viewer,
    booking: Booking,
    state: BookingState,
    deed: str,
    *,
    reason: str = "",
    offered_until: datetime | None = None,
    **noted: Any,
) -> None:
    before, booking.state = booking.state, state
    booking.held_until, booking.offered_until = None, offered_until
    if before is BookingState.OFFERED:
        revoke_links(OFFER, booking.id)
    if offered_until is not None:
        noted["offered_until"] = offered_until
    audit.record(
        viewer, deed, booking, before={"state": before}, after={"state": state, **noted}, reason=reason or None
    )
