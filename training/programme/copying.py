"""Copies a session to other dates: what it is, never who is on it.

What is copied and what is left behind is written out for every column and every table, so that nothing new is copied
unseen: a test fails until it stands in one of the lists.
"""

from datetime import datetime, time, timedelta

from training.catalogue.models import Course, CourseStatus
from training.core import clock
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.programme.names import Pool
from training.programme.queries import live_assignments
from training.programme.reading import days_later
from training.schedule.models import CourseSession, TrainerAssignment
from training.schedule.operations import SessionDetails, draft_session, times_of
from training.schedule.operations_trainers import assign_trainer
from training.schedule.reach import TAKES_REGISTER
from training.schedule.rules import LINK_TO_FOLLOW, needs_link

COPIED = frozenset(
    {"course_id", "mode", "capacity", "online_capacity", "venue_id", "joining_notes", "list_order"}
)  # fmt: skip
MOVED_ALONG = frozenset({"starts_at", "ends_at", "booking_opens_at", "booking_closes_at", "applications_close_at"})
"""As many days later as the first day; a moment that would have passed by now is left out."""
LEFT_BEHIND = {
    "id": "a row of its own",
    "ref": "a reference of its own",
    "edition_id": "the present edition of the course",
    "status": "a draft",
    "online_link": "a link belongs to one meeting: “to follow” stands in its place",
    "publish_at": "somebody decides anew",
    "published_at": "it is a draft",
    "called_off_at": "it is a draft",
    "called_off_reason": "it may name somebody",
    "allotted_at": "nobody has applied",
    "limits_until": "the limits of agencies are set anew",
    "created_at": "it is made now",
    "changed_at": "it is made now",
    "row_version": "it is made now",
}
TABLES_COPIED = frozenset({"session_part"})
TABLES_LEFT_BEHIND = {
    "trainer_assignment": "who taught; the same are asked only where the officer ticks it",
    "trainer_search": "who was looked for",
    "booking": "who came",
    "reservation": "what was reserved, and for whom",
    "agency_limit": "limits of agencies are set anew",
    "first_request": "who asked for the first time",
    "group_booking": "who was booked together",
    "allotment": "who was given a place",
    "session_change": "what was moved, and whom it concerned",
    "calendar_entry": "in whose calendar it stands",
    "register": "who was there",
    "walk_in": "who came unbooked",
    "mark": "who was there",
    "mark_change": "who was there",
    "evaluation_request": "who was asked what they think",
}


def copied_details(session: CourseSession, days: int) -> SessionDetails:
    """What a copy of the session so many days later is like; of the people on it, nothing."""
    return SessionDetails(
        parts=days_later(times_of(session), days),
        mode=session.mode,
        capacity=session.capacity,
        online_capacity=session.online_capacity,
        venue_id=session.venue_id,
        online_link=LINK_TO_FOLLOW if needs_link(session.mode) else "",
        joining_notes=session.joining_notes,
        booking_opens_at=_along(session.booking_opens_at, days),
        booking_closes_at=_along(session.booking_closes_at, days),
        list_order=session.list_order,
        applications_close_at=_along(session.applications_close_at, days),
    )


def teachers_to_ask(session: CourseSession, pool: Pool) -> tuple[list[TrainerAssignment], list[TrainerAssignment]]:
    """The lead and co-trainers of a session: those who can be asked again, and those no longer in the pool."""
    members = {member.id for member in pool.all}
    teaching = [each for each in live_assignments(session) if each.part in TAKES_REGISTER]
    return (
        [each for each in teaching if each.person_id in members],
        [each for each in teaching if each.person_id not in members],
    )


def copy_session(viewer: Viewer, session: CourseSession, days: int, *, ask_trainers: bool = False) -> CourseSession:
    """A draft of the same so many days later; its lead and co-trainers are put down as asked where that is wanted.

    They hear of it once the draft is published. Refused for a retired course and where the dates do not fit.
    """
    if not viewer.works_at_desk and not viewer.is_machine:
        raise Refused("Only the desk copies sessions")
    course = lock_row(Course, session.course_id)
    if course.status is CourseStatus.RETIRED:
        raise Refused("This course is retired. Make it live before you copy a session of it")
    copy = draft_session(viewer, course.id, copied_details(session, days))
    if ask_trainers:
        asked, _gone = teachers_to_ask(session, Pool())
        for each in asked:
            assign_trainer(viewer, copy.id, each.person_id, each.part)
    return copy


def _along(moment: datetime | None, days: int) -> datetime | None:
    """The same time of the clock so many days later; None where that has passed."""
    if moment is None:
        return None
    here = clock.local(moment)
    moved = clock.instant(here.date() + timedelta(days=days), time(here.hour, here.minute))
    return moved if moved > clock.now() else None
