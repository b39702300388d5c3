"""Whose register it is: the trainers of a session and the desk."""

from sqlalchemy import ColumnElement, true

from training.core.viewer import Viewer
from training.schedule.reach import teaches


def registers_within_reach(viewer: Viewer) -> ColumnElement[bool]:
    """Which CourseSession rows' registers `viewer` may see and take."""
    return true() if viewer.works_at_desk else teaches(viewer)
