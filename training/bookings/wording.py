"""How a session reads in messages, calendars and pages: its dates, its place, and how near it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from training.catalogue.models import Mode
from training.core import clock
from training.schedule.models import CourseSession, SessionPart
from training.schedule.rules import PartTimes, is_link
from training.web.formats import day, time_range

ABOUT_TO_START = timedelta(hours=24)
"""How near a session is when there is no time left to wait with a message."""
Sitting = SessionPart | PartTimes
"""A part as it is kept, or as it is meant to be."""


def sitting(part: Sitting) -> str:
    """When a part is: “Thursday 3 December 2026, 9:30am to 4pm”."""
    return f"{day(part.on)}, {time_range(part.starts, part.ends)}"


def dates(parts: Sequence[Sitting]) -> str:
    """When a session is: one line, or a list of its days."""
    lines = [sitting(part) for part in parts]
    return lines[0] if len(lines) == 1 else "\n".join(f"* {line}" for line in lines)


def place(course_session: CourseSession) -> str:
    """Where a session is, without the link to join it."""
    venue = course_session.venue.in_one_line if course_session.venue else "Place to be confirmed"
    if course_session.mode is Mode.VIRTUAL:
        return "Online"
    return f"{venue}, or online" if course_session.mode is Mode.HYBRID else venue


def join_line(course_session: CourseSession) -> str:
    """How to join online, for people with a place; empty where nobody joins online."""
    if is_link(course_session.online_link):
        return f"Join online: {course_session.online_link}"
    return "The link to join online will follow." if course_session.online_link else ""


def part_name(course_session: CourseSession, number: int) -> str:
    """Which of several parts it is: “day 2 of 3”; empty where there is only one, and for a day that fell away."""
    count = len(course_session.parts)
    if count == 1 or number not in range(1, count + 1):
        return ""
    noun = "day" if len({part.on for part in course_session.parts}) == count else "part"
    return f"{noun} {number} of {count}"


def soon(course_session: CourseSession) -> str:
    """What a subject begins with in the last 24 hours: “Today: ”, “Tomorrow: ”, else nothing."""
    return soon_at(course_session.starts_at)


def soon_at(starts_at: datetime) -> str:
    """The same for a session known to start at `starts_at`, which may since have been moved."""
    if not timedelta() <= starts_at - clock.now() <= ABOUT_TO_START:
        return ""
    return "Today: " if clock.local(starts_at).date() == clock.today() else "Tomorrow: "
