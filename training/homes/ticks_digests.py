"""What the worker does on Monday mornings: a digest to each lead, trainer and officer who has something to read."""

from training.core.database import reading
from training.core.transaction import for_each, unit_of_work
from training.homes.digests import due_digests, write_digest


def send_digests() -> int:
    """Write this week's digests that are still to be written; returns how many there was something to say in."""
    with reading(), unit_of_work():
        due = due_digests()
    return for_each(due, lambda one: write_digest(*one))
