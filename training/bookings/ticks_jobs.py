"""What the worker does where somebody moved: their coming bookings follow."""

from training.bookings.operations_jobs import bookings_to_follow, follow_job
from training.core.database import reading
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER


def follow_jobs() -> int:
    """Let coming bookings say where people work now; returns how many changed."""
    with reading(), unit_of_work():
        due = bookings_to_follow()
    return for_each(due, lambda booking_id: follow_job(WORKER, booking_id))
