"""What the tables of evaluations hold: who was asked, and what they answered."""

from training.core.holdings import (
    Direct,
    Holding,
    Through,
    register_holding,
    register_link_subject,
    register_message_subject,
    replaced,
)
from training.evaluations.links import EVALUATION

OWN_WORDS = "question_id IN (SELECT id FROM question WHERE kind IN ('text', 'intention'))"
"""Answers in somebody's own words; a choice from a list is counted and says nothing about who made it."""

HELD = (
    Holding(table="evaluation_form", label="Evaluation forms"),
    Holding(table="question", label="Questions", plain=("text", "hint", "choices")),
    Holding(
        table="evaluation_request",
        label="Evaluations asked of you",
        about=(Direct("person_id"), Through("booking_id", "booking"), Through("walk_in_id", "walk_in")),
        shown_without=("walk_in_id",),
        kept="evaluation-words",
    ),
    Holding(
        table="answer",
        label="Your answers",
        about=(Through("request_id", "evaluation_request"),),
        personal={"text": replaced("", only_where=OWN_WORDS)},
        own_eyes_only=(
            "Evaluation answers: {} given. They are left out here, because people were promised that nobody reads them "
            "with their name. The person can download them from their own account."
        ),
        kept="evaluation-words",
    ),
)
for held in HELD:
    register_holding(held)

register_link_subject(EVALUATION.name, "evaluation_request")
register_message_subject("evaluation-request", "evaluation_request")
