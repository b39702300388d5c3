"""What the worker does for custody: it brings over what was booked at the very moment of a merge."""

from sqlalchemy import select

from training.bookings.models import LIVE, Booking
from training.core.database import reading
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER
from training.custody.operations_merge import bring_over
from training.people.models import Person


def follow_merges() -> int:
    """Bring live bookings of merged records to the kept ones; returns how many."""
    with reading(), unit_of_work() as session:
        due = session.scalars(
            select(Booking.id)
            .join(Person, Person.id == Booking.person_id)
            .where(Person.merged_into_id.is_not(None), Booking.state.in_(LIVE))
            .order_by(Booking.id)
        ).all()
    return for_each(due, lambda booking_id: bring_over(WORKER, booking_id))
