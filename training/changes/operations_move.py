"""Moving a session: other dates, times, place, link or mode."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from training.bookings.models import Booking, CalendarEntry
from training.bookings.places import promote_waiting
from training.bookings.queries_session import live_bookings, open_reservations
from training.catalogue.models import Mode
from training.changes.knowledge import Known, differences, known_now
from training.changes.operations_telling import note_change
from training.changes.queries import locked_coming
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionPart, TrainerAssignment, Venue
from training.schedule.operations import set_parts, times_of
from training.schedule.rules import LINK_TO_FOLLOW, PartTimes, link_problem, needs_link, needs_venue


@dataclass(frozen=True, kw_only=True)
class Move:
    """When, where and how a session is held from now on."""

    parts: Sequence[PartTimes]
    mode: Mode
    venue_id: int | None = None
    online_link: str = ""


def move_session(
    viewer: Viewer,
    session_id: int,
    parts: Sequence[PartTimes],
    *,
    venue_id: int | None,
    online_link: str,
    mode: Mode | None = None,
    silent_reason: str = "",
) -> CourseSession:
    """Give a published session other dates, times, place or link; people are told once, after the quiet period.

    A moment at which booking closes moves along with the start. Nobody is told where there is a `silent_reason`.
    Refused where nothing differs.
    """
    session = locked_coming(session_id)
    move = Move(parts=parts, mode=mode or session.mode, venue_id=venue_id, online_link=online_link)
    was = put_into_effect(viewer, session, move)
    note_change(viewer, session, was, silent_reason)
    promote_waiting(viewer, session)
    return session


def put_into_effect(viewer: Viewer, session: CourseSession, move: Move) -> Known:
    """Change the session under its lock and return how it was; telling is for the caller."""
    if move.parts and min(move.parts).starts_at <= clock.now():
        raise Refused("Choose a date in the future", "parts-0-on")
    wanted = _place_wanted(move)
    was, was_times, was_start = known_now(session), times_of(session), session.starts_at
    _let_go_of_days(session.id, keep=len(move.parts))
    set_parts(session, move.parts)
    if move.mode is not Mode.HYBRID:
        wanted |= _one_way(session)
    before, after = audit.changes(session, wanted)
    db.session.flush()
    db.session.refresh(session, ["venue", "parts"])
    if not differences(was, known_now(session), comes=True) and not after:
        raise Refused("Nothing was changed. Enter a new date, time, place or link")
    _take_up_days_again(session)
    _move_booking_times(session, was_start)
    _keep_limits_before_start(session)
    session.changed_at = clock.now()
    audit.record(
        viewer,
        "moved the session",
        session,
        before={**before, "dates": _in_short(was_times)},
        after={**after, "dates": _in_short(times_of(session))},
    )
    db.session.flush()
    return was


def _place_wanted(move: Move) -> dict[str, Any]:
    venue_id, online_link = move.venue_id, move.online_link.strip()
    if not needs_venue(move.mode):
        venue_id = None
    elif venue_id is None or db.session.get(Venue, venue_id) is None:
        raise Refused("Select a venue", "venue")
    if not needs_link(move.mode):
        online_link = ""
    elif not online_link:
        raise Refused(f"Enter the link to join online, or the words “{LINK_TO_FOLLOW}”", "online_link")
    elif sentence := link_problem(online_link):
        raise Refused(sentence, "online_link")
    return {"mode": move.mode, "venue_id": venue_id, "online_link": online_link}


def _one_way(session: CourseSession) -> dict[str, Any]:
    """A session that was hybrid has one kind of place from now on, as many as both together; nobody loses theirs."""
    if session.mode is not Mode.HYBRID:
        return {}
    for booking in live_bookings(session.id):
        booking.way = None
    for kept in open_reservations(session.id):
        kept.way = None
    return {"capacity": session.places_in_all, "online_capacity": None}


def _let_go_of_days(session_id: int, *, keep: int) -> None:
    """Let what calendars hold of parts after number `keep` outlive them, until people are told that they fall away."""
    for entry in db.session.scalars(
        select(CalendarEntry)
        .join(SessionPart, SessionPart.id == CalendarEntry.part_id)
        .where(SessionPart.session_id == session_id, SessionPart.number > keep)
    ):
        entry.part = None
    db.session.flush()


def _take_up_days_again(session: CourseSession) -> None:
    """Let a day that is new take over an entry of a day that fell away before anybody was told of it."""
    left: dict[tuple[int | None, int | None], list[CalendarEntry]] = defaultdict(list)
    known: dict[tuple[int | None, int | None], set[int]] = defaultdict(set)
    for entry in db.session.scalars(
        select(CalendarEntry)
        .outerjoin(CalendarEntry.booking)
        .outerjoin(CalendarEntry.assignment)
        .where(or_(Booking.session_id == session.id, TrainerAssignment.session_id == session.id))
        .order_by(CalendarEntry.starts_at, CalendarEntry.id)
    ):
        owner = (entry.booking_id, entry.assignment_id)
        if entry.part_id is not None:
            known[owner].add(entry.part_id)
        elif entry.method == "REQUEST":
            left[owner].append(entry)
    for owner, entries in left.items():
        missing = [part for part in session.parts if part.id not in known[owner]]
        for entry, part in zip(entries, missing, strict=False):
            entry.part = part


def _in_short(times: Sequence[PartTimes]) -> str:
    return ", ".join(f"{part.on} {part.starts:%H:%M}-{part.ends:%H:%M}" for part in times)


def _move_booking_times(session: CourseSession, was_start: datetime) -> None:
    """What is so long before the start stays so long before it; where booking would not have opened, it is open."""
    moved_by = session.starts_at - was_start
    if session.booking_closes_at is not None:
        session.booking_closes_at += moved_by
    if session.applications_close_at is not None and session.allotted_at is None:
        session.applications_close_at += moved_by
    if session.limits_until is not None:
        session.limits_until += moved_by
    last = session.booking_closes_at or session.starts_at
    if session.booking_opens_at is not None and session.booking_opens_at >= last:
        session.booking_opens_at = None


def _keep_limits_before_start(session: CourseSession) -> None:
    """An offer, or a place kept until somebody agrees, does not outlive the start."""
    for booking in live_bookings(session.id):
        if booking.offered_until is not None:
            booking.offered_until = min(booking.offered_until, session.starts_at)
        if booking.agreement_until is not None:
            booking.agreement_until = min(booking.agreement_until, session.starts_at)
