"""A person's own calendar: an entry for each part of what they booked or teach, as it stands now.

An entry bears the uid of its invitation. What nobody can be sure of yet (a waiting list, an offer) stands there as
tentative, without what only people with a place are told.
"""

from datetime import datetime

from training.bookings.invites import Participant, manage_address, uid_of, wanted
from training.bookings.models import Booking, BookingState, CalendarEntry
from training.calendars.queries import assignments_in_calendar, bookings_in_calendar, entries_told
from training.core.calendars import CalendarEvent
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionPart, SessionStatus, TrainerAssignment, TrainerPart

NOT_SURE = {
    BookingState.AWAITING_AGREEMENT: ("Waiting for agreement", "Your place is held until your manager has answered."),
    BookingState.OFFERED: ("Offered", "A place is held for you. Take it or leave it:"),
    BookingState.WAITING: ("Waiting list", "You are on the waiting list."),
    BookingState.APPLIED: ("Applied", "You have applied for a place."),
}
"""What stands before the title and in the text of a booking that is not confirmed."""

TEACHING = {
    TrainerPart.LEAD: "Teaching",
    TrainerPart.CO_TRAINER: "Teaching",
    TrainerPart.SHADOW: "Shadowing",
    TrainerPart.OBSERVER: "Observing",
}


def diary_of(viewer: Viewer) -> list[CalendarEvent]:
    """Everything that stands in the person's own calendar, in no particular order."""
    bookings, assignments = bookings_in_calendar(viewer), assignments_in_calendar(viewer)
    entries = entries_told(bookings, assignments)
    told = {(entry.booking_id, entry.assignment_id, entry.part_id): entry for entry in entries}
    participants: list[Participant] = [*bookings, *assignments]
    return [
        _event(participant, part, told.get((*_key(participant), part.id)))
        for participant in participants
        for part in participant.course_session.parts
    ]


def _key(participant: Participant) -> tuple[int | None, int | None]:
    return (participant.id, None) if isinstance(participant, Booking) else (None, participant.id)


def _event(participant: Participant, part: SessionPart, entry: CalendarEntry | None) -> CalendarEvent:
    said = wanted(participant, part)
    cancelled = participant.course_session.status is SessionStatus.CALLED_OFF
    before, description, tentative = "", said.description, False
    if isinstance(participant, TrainerAssignment):
        before = TEACHING[participant.part]
    elif participant.state in NOT_SURE:
        tentative = True
        before, sentence = NOT_SURE[participant.state]
        description = f"{sentence}\n\n{manage_address(participant)}"
    if cancelled:
        description = f"This session is called off.\n\n{manage_address(participant)}"
    return CalendarEvent(
        uid=uid_of(participant, part, entry, cancelled=cancelled),
        sequence=_sequence(entry, (said.starts_at, said.ends_at), cancelled=cancelled),
        stamped_at=_changed_at(participant, entry),
        starts_at=datetime.combine(part.on, part.starts),
        ends_at=datetime.combine(part.on, part.ends),
        summary=f"{before}: {said.summary}" if before else said.summary,
        location=said.location,
        description=description,
        url=manage_address(participant),
        cancelled=cancelled,
        tentative=tentative,
    )


def _sequence(entry: CalendarEntry | None, times: tuple[datetime, datetime], *, cancelled: bool) -> int:
    """That of the invitation, or what it will be once it has been told of another time or of the end."""
    if entry is None:
        return 1 if cancelled else 0
    untold = (entry.starts_at, entry.ends_at) != times or (cancelled and entry.method != "CANCEL")
    return entry.sequence + (1 if untold else 0)


def _changed_at(participant: Participant, entry: CalendarEntry | None) -> datetime:
    moments = [participant.created_at, _session_changed_at(participant.course_session)]
    if isinstance(participant, Booking):
        moments += [
            moment
            for moment in (
                participant.confirmed_at, participant.waiting_since, participant.promoted_at, participant.cancelled_at,
            )
            if moment is not None
        ]  # fmt: skip
    if entry is not None:
        moments.append(entry.stamped_at)
    return max(moments)


def _session_changed_at(course_session: CourseSession) -> datetime:
    changed = [course_session.changed_at, course_session.course.changed_at]
    if course_session.venue is not None:
        changed.append(course_session.venue.changed_at)
    return max(changed)
