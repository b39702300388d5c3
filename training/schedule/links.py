"""The links by which a trainer answers a request and, without an account, takes the register, and others answer."""

from datetime import datetime, timedelta

from training.core import clock
from training.core.links import FreshLink, create_link, register_purpose
from training.core.settings import register_setting, setting_value
from training.schedule.models import TrainerAssignment

TEACHING = register_purpose("schedule.teaching", timedelta(days=30), is_unasked=True)
"""About a TrainerAssignment; opens that one and nothing else."""
ANSWER_FOR = register_purpose("schedule.answer-for-trainer", timedelta(days=30), is_unasked=True)
"""About a TrainerAssignment too; answers it in place of a trainer without an address, and shows nobody who comes."""
TEACHING_LINK_DAYS = register_setting(
    "schedule.teaching-link-days",
    "Days after a session in which a guest trainer’s link works",
    7,
    hint="Counted from the end of the last part. Until then they can finish the register.",
    least=1,
    most=60,
)


def ends_for_trainer(assignment: TrainerAssignment) -> datetime:
    """Until when a link about `assignment` opens anything, as its session is planned now."""
    return assignment.course_session.ends_at + timedelta(days=setting_value(TEACHING_LINK_DAYS))


def teaching_link(assignment: TrainerAssignment) -> FreshLink:
    """A new link for the trainer of `assignment`."""
    return create_link(TEACHING, assignment.id, expires_at=ends_for_trainer(assignment))


def answering_link(assignment: TrainerAssignment) -> FreshLink:
    """A new link for whoever receives the messages of a trainer without an address; it ends when the session begins."""
    return create_link(ANSWER_FOR, assignment.id, expires_at=assignment.course_session.starts_at)


def is_over_for_trainer(assignment: TrainerAssignment) -> bool:
    """Whether the session was so long ago that its trainers’ links no longer open anything."""
    return clock.now() >= ends_for_trainer(assignment)
