"""What the tables of the front pages hold about people."""

from training.core.holdings import Direct, Fate, Holding, Meeting, register_holding

HELD = (
    Holding(
        table="digest_off",
        label="Weekly digests you turned off",
        about=(Direct("person_id"),),
        fate=Fate.DELETED,
        meeting=Meeting.STAYS_BEHIND,
    ),
)
for held in HELD:
    register_holding(held)
