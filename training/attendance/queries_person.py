"""How the bookings of one person ended by the registers, for their page at the desk."""

from collections import defaultdict
from typing import cast

from sqlalchemy import select

from training.attendance.models import Mark, Presence
from training.attendance.rules import Outcome, outcome_of
from training.bookings.models import BOOKING_STATE_LABELS, Booking, BookingState
from training.bookings.queries_person import BookingOfPerson
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.schedule.models import SessionPart

_OUTCOME_WORDS = {
    Outcome.ATTENDED: "Attended",
    Outcome.ABSENT: "Marked as not attended",
    Outcome.EXCUSED: "Excused",
    Outcome.NOT_MARKED: "Booked, not marked",
}


def outcomes_of(viewer: Viewer, person_id: int) -> dict[str, Outcome]:
    """How every confirmed booking of a person ends by its marks so far, by reference; nothing but for the desk."""
    if not viewer.works_at_desk:
        return {}
    rows = db.session.execute(
        select(Booking.ref, SessionPart.id, Mark.presence)
        .join(SessionPart, SessionPart.session_id == Booking.session_id)
        .outerjoin(Mark, (Mark.booking_id == Booking.id) & (Mark.part_id == SessionPart.id))
        .where(Booking.person_id == person_id, Booking.state == BookingState.CONFIRMED)
    )
    parts: dict[str, list[int]] = defaultdict(list)
    marks: dict[str, dict[int, Presence]] = defaultdict(dict)
    for ref, part, presence in rows:
        parts[ref].append(part)
        if cast("Presence | None", presence):
            marks[ref][part] = presence
    return {ref: outcome_of(marks[ref], ids) for ref, ids in parts.items()}


def ending_of(booking: BookingOfPerson, outcome: Outcome | None) -> str:
    """What became of a booking in words: its state, and once the session has begun, what the register says."""
    if outcome is None or booking.starts_at > clock.now():
        return BOOKING_STATE_LABELS[booking.state]
    return _OUTCOME_WORDS[outcome]
