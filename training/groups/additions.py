"""What groups and reserved places add to the desk’s pages of a session."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from training.bookings.additions import register_remarks, register_session_part
from training.bookings.models import Booking, BookingState, Reservation
from training.bookings.models_agencies import GroupBooking
from training.core.database import db
from training.core.viewer import Viewer
from training.groups.forms_reservations import day_of
from training.groups.queries_reservations import reservations_on
from training.groups.wording import WAITS_TOGETHER


def who_belongs_together(booking_ids: Sequence[int]) -> Mapping[int, str]:
    """Of which group a booking is, with how many others, and why it waits; of which reservation; two queries."""
    member = aliased(Booking)
    people = select(func.count()).where(member.group_id == GroupBooking.id).scalar_subquery()
    groups = db.session.execute(
        select(Booking.id, Booking.state, GroupBooking.ref, GroupBooking.together, GroupBooking.skips, people)
        .join(GroupBooking, GroupBooking.id == Booking.group_id)
        .where(Booking.id.in_(booking_ids))
    )
    said = {
        key: _of_group(ref, count, waits=together and state is BookingState.WAITING, skips=skips)
        for key, state, ref, together, skips, count in groups
    }
    reserved = db.session.execute(
        select(Booking.id, Reservation.ref)
        .join(Reservation, Reservation.id == Booking.reservation_id)
        .where(Booking.id.in_(booking_ids))
    )
    return said | {key: f"On a reserved place, {ref}" for key, ref in reserved}


def _of_group(ref: str, people: int, *, waits: bool, skips: int) -> str:
    if not waits:
        return f"Group {ref}, booked with {people - 1} more" if people > 1 else f"Group {ref}"
    passed = f", passed over {skips} times" if skips > 1 else ", passed over once" if skips else ""
    return f"{WAITS_TOGETHER}: group {ref} of {people}{passed}"


def reservations_part(viewer: Viewer, session_id: int) -> Mapping[str, object] | None:
    """What is reserved on a session, for the desk; nothing where nothing ever was."""
    rows = reservations_on(viewer, session_id)
    return {"rows": rows, "day_of": day_of} if rows else None


register_remarks(who_belongs_together)
register_session_part("groups/reservations_part.html", reservations_part)
