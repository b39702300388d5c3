"""What the table of refusals holds, and whose rows messages about reserved places are about."""

from training.core.holdings import EMPTY, Direct, Holding, register_holding, register_message_subject

HELD = (
    Holding(
        table="group_refusal",
        label="Group bookings in which you could not be booked",
        about=(Direct("person_id"),),
        personal={"sentence": EMPTY},
        kept="reasons",
    ),
)
for held in HELD:
    register_holding(held)

register_message_subject("reservation", "reservation", is_nobody=True)
