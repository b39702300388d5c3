"""Whose rows links and messages about a changed session are about."""

from training.changes.links import COMING
from training.core.holdings import Holding, register_link_subject, register_message_subject

HELD: tuple[Holding, ...] = ()
"""The tables of changes are those of bookings."""

register_link_subject(COMING.name, "booking")
register_message_subject("session", "course_session", is_nobody=True)
