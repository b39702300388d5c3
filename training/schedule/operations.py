"""Deeds on the programme before anybody books: drafting a session, dating it, publishing or discarding it.

Moving a published session, calling it off or changing its capacity touches bookings and lives there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from training.catalogue.models import Course, CourseStatus, Mode
from training.catalogue.operations import use_edition
from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, ListOrder, SessionPart, SessionStatus, Venue
from training.schedule.rules import (
    MOST_PARTS,
    PartTimes,
    Readiness,
    booking_times_problem,
    link_problem,
    missing_to_publish,
    needs_link,
    needs_venue,
    parts_problems,
    publish_time_problem,
)


@dataclass(frozen=True, kw_only=True)
class SessionDetails:
    """What the officer says about a session; booking opens at publication and closes at the start where None."""

    parts: Sequence[PartTimes]
    mode: Mode
    capacity: int
    venue_id: int | None = None
    online_link: str = ""
    joining_notes: str = ""
    booking_opens_at: datetime | None = None
    booking_closes_at: datetime | None = None
    online_capacity: int | None = None
    """The places online where a hybrid session keeps them apart; `capacity` is then the room."""
    list_order: ListOrder = ListOrder.ASKING
    applications_close_at: datetime | None = None
    publish_at: datetime | None = None


def draft_session(viewer: Viewer, course_id: int, details: SessionDetails) -> CourseSession:
    """Add a draft, seen by the desk only; refused for a retired course. A fault in a part names `parts-0-ends`."""
    course = lock_row(Course, course_id)
    if course.status is CourseStatus.RETIRED:
        raise Refused("This course is retired. Make it live before you add a session", "course")
    session = CourseSession(
        ref=_free_reference(course), course=course, edition=course.edition, status=SessionStatus.DRAFT
    )
    with db.session.no_autoflush:
        _apply(session, details)
    db.session.add(session)
    audit.record(viewer, "drafted the session", session, after={"ref": session.ref, "starts": session.starts_at})
    db.session.flush()
    return session


def change_draft(viewer: Viewer, session_id: int, details: SessionDetails) -> CourseSession:
    """Change anything about a draft; refused once it is published, for then others have to be told."""
    session = _locked_draft(session_id, "changed here")
    with db.session.no_autoflush:
        before, after = _apply(session, details)
    if after:
        audit.record(viewer, "changed the draft", session, before=before, after=after)
        db.session.flush()
    return session


def publish_session(viewer: Viewer, session_id: int, at: datetime | None = None) -> CourseSession:
    """Put a draft into the programme with the course’s present edition; refused while something is missing.

    `at` is the moment of publication where a programme of the past is brought in; it is now otherwise.
    """
    session = _locked_draft(session_id, "published")
    moment = at or clock.now()
    if missing := missing_to_publish(readiness(session), moment):
        raise Refused(f"This session cannot be published yet. {'. '.join(missing)}")
    session.edition = use_edition(session.course)
    session.status = SessionStatus.PUBLISHED
    session.published_at = moment
    session.publish_at = None
    audit.record(viewer, "published the session", session)
    db.session.flush()
    return session


def discard_draft(viewer: Viewer, session_id: int) -> None:
    """Take back a draft that nobody has seen; what it was stays in the audit log."""
    session = _locked_draft(session_id, "discarded")
    was = {"ref": session.ref, "course": session.course.title, "starts": session.starts_at}
    audit.record(viewer, "discarded the draft", session, before=was)
    db.session.delete(session)
    db.session.flush()


def set_parts(session: CourseSession, parts: Sequence[PartTimes]) -> None:
    """Date a session, in the order of time; parts keep their rows, so that calendars can follow them.

    The caller holds the lock and has decided that the session may be dated anew. Does not flush.
    """
    problems = parts_problems(parts)
    if problems:
        raise Refused(problems[0].sentence, f"parts-{problems[0].index}-{problems[0].field}")
    if not parts:
        raise Refused("Enter at least one date", "parts-0-on")
    if len(parts) > MOST_PARTS:
        raise Refused(f"A session has at most {MOST_PARTS} parts")
    ordered = sorted(parts)
    if times_of(session) == ordered:
        return
    del session.parts[len(ordered) :]
    for number, wanted in enumerate(ordered, 1):
        if number > len(session.parts):
            session.parts.append(SessionPart(number=number))
        part = session.parts[number - 1]
        part.on, part.starts, part.ends = wanted.on, wanted.starts, wanted.ends
        part.starts_at, part.ends_at = wanted.starts_at, wanted.ends_at
    session.starts_at, session.ends_at = ordered[0].starts_at, ordered[-1].ends_at
    session.changed_at = clock.now()


def times_of(session: CourseSession) -> list[PartTimes]:
    """The parts of a session as plain values, in order."""
    return [PartTimes(part.on, part.starts, part.ends) for part in session.parts]


def readiness(session: CourseSession) -> Readiness:
    """What the rules need to know to say whether a draft may be published."""
    return Readiness(
        course_is_live=session.course.status is CourseStatus.LIVE,
        mode=session.mode,
        has_venue=session.venue_id is not None,
        link=session.online_link,
        capacity=session.capacity,
        starts=[part.starts_at for part in session.parts],
        booking_closes_at=session.booking_closes_at,
    )


def _free_reference(course: Course) -> str:
    # The course is locked and no other has its code, so nobody takes the reference in between.
    while True:
        reference = new_reference(course.code)
        if not db.session.scalar(select(exists().where(CourseSession.ref == reference))):
            return reference


def _locked_draft(session_id: int, deed: str) -> CourseSession:
    course_id = db.session.scalar(select(CourseSession.course_id).where(CourseSession.id == session_id))
    if course_id is None:
        raise LookupError(f"no session with the key {session_id}")
    lock_row(Course, course_id)
    session = lock_row(CourseSession, session_id)
    if session.status is not SessionStatus.DRAFT:
        raise Refused(f"This session is no longer a draft, so it cannot be {deed}")
    return session


def _apply(session: CourseSession, details: SessionDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    link = details.online_link.strip() if needs_link(details.mode) else ""
    if sentence := link_problem(link):
        raise Refused(sentence, "online_link")
    venue_id = details.venue_id if needs_venue(details.mode) else None
    if venue_id is not None and db.session.get(Venue, venue_id) is None:
        raise Refused("Select a venue from the list", "venue")
    _check_places(details)
    dates_before = _dates(session)
    set_parts(session, details.parts)
    dates = _dates(session)
    _check_moments(session, details)
    before, after = audit.changes(
        session,
        {
            "mode": details.mode,
            "capacity": details.capacity,
            "venue_id": venue_id,
            "online_link": link,
            "joining_notes": details.joining_notes.strip(),
            "booking_opens_at": details.booking_opens_at,
            "booking_closes_at": details.booking_closes_at,
            "online_capacity": details.online_capacity,
            "list_order": details.list_order,
            "applications_close_at": details.applications_close_at,
            "publish_at": details.publish_at,
        },
    )
    if dates != dates_before:
        before["dates"], after["dates"] = dates_before, dates
    return before, after


def _check_places(details: SessionDetails) -> None:
    if details.capacity < 0:
        raise Refused("The number of places must be 0 or more", "capacity")
    if details.online_capacity is None:
        return
    if details.mode is not Mode.HYBRID:
        raise Refused(
            "Only a hybrid session keeps places online apart. Leave this empty, or choose hybrid", "online_capacity"
        )
    if details.online_capacity < 0:
        raise Refused("The number of places online must be 0 or more", "online_capacity")


def _check_moments(session: CourseSession, details: SessionDetails) -> None:
    """Refuse moments that do not fit the dates that the session now has."""
    field, sentence = booking_times_problem(
        details.booking_opens_at, details.booking_closes_at, session.starts_at, details.applications_close_at
    )
    if sentence:
        raise Refused(sentence, field)
    # A moment that has passed while something was missing stays: the worker publishes as soon as nothing is.
    if details.publish_at != session.publish_at and (
        sentence := publish_time_problem(details.publish_at, session.starts_at, clock.now())
    ):
        raise Refused(sentence, "publish_on")


def _dates(session: CourseSession) -> str:
    return ", ".join(f"{part.on} {part.starts:%H:%M}-{part.ends:%H:%M}" for part in session.parts)
