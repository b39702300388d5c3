"""What the tables of records hold: who has done what."""

from training.core.holdings import EMPTY, Direct, Holding, Meeting, register_holding

HELD = (
    Holding(
        table="completion",
        label="Completed training",
        about=(Direct("person_id"),),
        personal={"revoked_reason": EMPTY},
        plain=("source",),
        # Both were written from one session, where somebody was on the list twice: it was completed once.
        meeting=Meeting.STAYS_BEHIND,
        kept="people",
    ),
)
for held in HELD:
    register_holding(held)
