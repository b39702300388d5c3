"""What the tables of the front pages hold about people."""

from training.core.holdings import Direct, Fate, Holding, Meeting, register_holding
from training.homes.models import DigestOff

HELD = (
    Holding(
        table=DigestOff.__tablename__,
        label="Weekly digests you turned off",
        about=(Direct("person_id"),),
        fate=Fate.DELETED,
        meeting=Meeting.STAYS_BEHIND,
    ),
)
for held in HELD:
    register_holding(held)
