"""Moving a session: other dates, times, place, link or mode."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.bookings import notices
from training.bookings.invites import CalendarMail, Participant, cancel_entry
from training.bookings.models import Booking, CalendarEntry
from training.bookings.places import promote_waiting
from training.bookings.queries_session import live_bookings
from training.bookings.wording import place, sitting
from training.catalogue.models import Mode
from training.changes.queries import accepted_trainers, locked_coming
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionPart, TrainerAssignment, Venue
from training.schedule.operations import set_parts, times_of
from training.schedule.rules import LINK_TO_FOLLOW, PartTimes, link_problem, needs_link, needs_venue


def move_session(
    viewer: Viewer,
    session_id: int,
    parts: Sequence[PartTimes],
    *,
    venue_id: int | None,
    online_link: str,
    mode: Mode | None = None,
) -> CourseSession:
    """Give a published session other dates, times, place or link, and tell everybody once what was and what is.

    A moment at which booking closes moves along with the start. Refused where nothing differs.
    """
    course_session = locked_coming(session_id)
    if parts and min(parts).starts_at <= clock.now():
        raise Refused("Choose a date in the future", "parts-0-on")
    wanted = _place_wanted(mode or course_session.mode, venue_id, online_link)
    was_times, was_place, was_start = times_of(course_session), place(course_session), course_session.starts_at
    people: list[Participant] = [*live_bookings(session_id), *accepted_trainers(session_id)]
    removed = _close_entries(session_id, people, keep=len(parts))
    set_parts(course_session, parts)
    before, after = audit.changes(course_session, wanted)
    db.session.flush()
    db.session.refresh(course_session, ["venue"])
    differences = _differences(course_session, was_times, was_place, link_is_new="online_link" in after)
    if not differences:
        raise Refused("Nothing was changed. Enter a new date, time, place or link")
    _move_booking_times(course_session, was_start)
    course_session.changed_at = clock.now()
    audit.record(
        viewer,
        "moved the session",
        course_session,
        before={**before, "dates": _in_short(was_times)},
        after={**after, "dates": _in_short(times_of(course_session))},
    )
    for participant in people:
        if isinstance(participant, Booking) and participant.offered_until is not None:
            participant.offered_until = min(participant.offered_until, course_session.starts_at)
        notices.changed(participant, differences, removed[participant])
    promote_waiting(viewer, course_session)
    return course_session


def _place_wanted(mode: Mode, venue_id: int | None, online_link: str) -> dict[str, object]:
    if not needs_venue(mode):
        venue_id = None
    elif venue_id is None or db.session.get(Venue, venue_id) is None:
        raise Refused("Select a venue", "venue")
    if not needs_link(mode):
        online_link = ""
    elif not online_link:
        raise Refused(f"Enter the link to join online, or the words “{LINK_TO_FOLLOW}”", "online_link")
    elif sentence := link_problem(online_link):
        raise Refused(sentence, "online_link")
    return {"mode": mode, "venue_id": venue_id, "online_link": online_link}


def _close_entries(
    session_id: int, people: Sequence[Participant], *, keep: int
) -> dict[Participant, list[CalendarMail]]:
    """Take parts after number `keep`, which will no longer exist, out of the calendars that know them.

    Returns what `people` are to be sent. A trainer taken off a moment ago hears at once of the whole session instead.
    """
    removed: dict[Participant, list[CalendarMail]] = {participant: [] for participant in people}
    for entry in _entries_after(session_id, keep):
        participant = entry.booking or entry.assignment
        assert participant is not None
        if entry.method == "REQUEST":
            if participant in removed:
                removed[participant].append(cancel_entry(participant, entry))
            elif isinstance(participant, TrainerAssignment):
                notices.trainer_cancelled(participant)
        db.session.delete(entry)
    return removed


def _entries_after(session_id: int, number: int) -> Sequence[CalendarEntry]:
    return db.session.scalars(
        select(CalendarEntry)
        .join(SessionPart, SessionPart.id == CalendarEntry.part_id)
        .where(SessionPart.session_id == session_id, SessionPart.number > number)
        .options(
            joinedload(CalendarEntry.part), joinedload(CalendarEntry.booking), joinedload(CalendarEntry.assignment)
        )
        .order_by(CalendarEntry.id)
    ).all()


def _differences(
    course_session: CourseSession, was_times: list[PartTimes], was_place: str, *, link_is_new: bool
) -> list[str]:
    """What changed, a sentence each, from what to what."""
    now_times = times_of(course_session)
    several = len(was_times) > 1 or len(now_times) > 1
    found: list[str] = []
    for index in range(max(len(was_times), len(now_times))):
        was = sitting(was_times[index]) if index < len(was_times) else ""
        now = sitting(now_times[index]) if index < len(now_times) else ""
        if was != now:
            name = f"Day {index + 1}" if several else "When"
            found.append(_from_to(name, was, now))
    if place(course_session) != was_place:
        found.append(_from_to("Where", was_place, place(course_session)))
    if link_is_new and course_session.online_link:
        found.append("The link to join online is new.")
    return found


def _from_to(name: str, was: str, now: str) -> str:
    if not was:
        return f"{name} is new: {now}."
    return f"{name}: was {was}; is now {now}." if now else f"{name} falls away: it was {was}."


def _in_short(times: Sequence[PartTimes]) -> str:
    return ", ".join(f"{part.on} {part.starts:%H:%M}-{part.ends:%H:%M}" for part in times)


def _move_booking_times(course_session: CourseSession, was_start: datetime) -> None:
    """Booking closes as long before the start as it did; where it would not have opened by then, it is open."""
    moved_by = course_session.starts_at - was_start
    if course_session.booking_closes_at is not None:
        course_session.booking_closes_at += moved_by
    last = course_session.booking_closes_at or course_session.starts_at
    if course_session.booking_opens_at is not None and course_session.booking_opens_at >= last:
        course_session.booking_opens_at = None
