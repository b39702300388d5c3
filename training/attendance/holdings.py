"""What the tables of the register hold: who was there."""

from training.core.holdings import EMPTY, KEEP, Direct, Holding, Meeting, Through, register_holding, replaced

ABOUT_AN_ATTENDEE = (Through("booking_id", "booking"), Through("walk_in_id", "walk_in"))

HELD = (
    Holding(table="register", label="Registers", done_by=("closed_by_id",)),
    Holding(
        table="walk_in",
        label="Sessions you came to without a booking",
        about=(Direct("person_id"),),
        done_by=("added_by_id",),
        personal={"name": replaced("Anonymised"), "address": EMPTY, "job_role": KEEP},
        plain=("ref",),
        meeting=Meeting.STAYS_BEHIND,
        kept="walk-ins",
    ),
    Holding(
        table="mark",
        label="Attendance",
        about=ABOUT_AN_ATTENDEE,
        done_by=("marked_by_id",),
        kept="people",
    ),
    Holding(
        table="mark_change",
        label="Changes of your attendance",
        about=ABOUT_AN_ATTENDEE,
        done_by=("changed_by_id",),
        kept="people",
    ),
)
for held in HELD:
    register_holding(held)
