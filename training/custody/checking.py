"""Everything that can be looked for: the checks of every stage, imported so that they are registered."""

from training.bookings import checks as bookings

STAGES = (bookings,)
