"""What the tables of the programme hold: who teaches."""

from training.core.holdings import (
    EMPTY,
    Direct,
    Holding,
    Meeting,
    register_holding,
    register_link_subject,
    register_message_subject,
)
from training.schedule.links import ANSWER_FOR, TEACHING
from training.schedule.models import AssignmentState

HELD = (
    Holding(
        table="venue",
        label="Venues",
        plain=("name", "address", "access", "parking", "telephone", "signal", "contact_name", "contact_address"),
    ),
    Holding(
        table="course_session",
        label="Sessions",
        plain=("ref", "online_link", "joining_notes", "called_off_reason"),
    ),
    Holding(table="session_part", label="Parts of sessions", plain=("zone",)),
    Holding(
        table="trainer_assignment",
        label="Sessions you teach",
        about=(Direct("person_id"),),
        personal={"answer": EMPTY},
        meeting=Meeting.STAYS_BEHIND,
        released={"state": AssignmentState.WITHDRAWN.value},
        ranking=("state", (AssignmentState.ACCEPTED.value, AssignmentState.ASKED.value)),
        kept="people",
    ),
    Holding(table="trainer_search", label="Searches for a trainer", plain=("reason",)),
    Holding(
        table="trainer_course",
        label="Courses you may teach",
        about=(Direct("person_id"),),
        personal={"note": EMPTY},
        meeting=Meeting.STAYS_BEHIND,
        kept="people",
    ),
    Holding(table="school_holiday", label="School holidays", plain=("name",)),
)
for held in HELD:
    register_holding(held)

register_link_subject(TEACHING.name, "trainer_assignment")
register_link_subject(ANSWER_FOR.name, "trainer_assignment")
register_message_subject("assignment", "trainer_assignment")
