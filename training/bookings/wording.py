"""How a session reads in messages, calendars and pages: its dates, its place, and how near it is."""

from collections.abc import Sequence
from datetime import timedelta

from training.catalogue.models import Mode
from training.core import clock
from training.schedule.models import CourseSession, SessionPart
from training.schedule.rules import PartTimes, is_link
from training.web.formats import day, time_range

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
    """Which of several parts it is: “day 2 of 3”; empty where there is only one."""
    count = len(course_session.parts)
    if count == 1:
        return ""
    noun = "day" if len({part.on for part in course_session.parts}) == count else "part"
    return f"{noun} {number} of {count}"


def soon(course_session: CourseSession) -> str:
    """What a subject begins with in the last 24 hours: “Today: ”, “Tomorrow: ”, else nothing."""
    if not timedelta() <= course_session.starts_at - clock.now() <= timedelta(hours=24):
        return ""
    return "Today: " if clock.local(course_session.starts_at).date() == clock.today() else "Tomorrow: "
