"""Calling a session off: every booking ends, and people are released or brought to another date of the course."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.bookings.models import HOLDING, Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.operations import Ties, new_booking, settle_new, tell_where_it_stands
from training.bookings.places import locked_session, promote_waiting, waiting_in_order
from training.bookings.queries_session import live_bookings, open_reservations
from training.bookings.states import end_booking
from training.changes import notices
from training.changes.knowledge import Known, known_now, known_since
from training.changes.operations_telling import settle_called_off
from training.changes.queries import accepted_trainers, locked_coming
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus


@dataclass(frozen=True)
class CalledOff:
    """What came of everybody."""

    ended: int
    """How many people were told."""
    brought: dict[int, Booking]
    """The new bookings on the other date, by the key of the old one."""
    venues: int

    @property
    def placed(self) -> int:
        """How many have a place on the other date."""
        return sum(one.holds_place for one in self.brought.values())

    @property
    def listed(self) -> int:
        """How many wait there, or have applied."""
        return len(self.brought) - self.placed


def call_off_session(viewer: Viewer, session_id: int, reason: str, to_session_id: int | None = None) -> CalledOff:
    """Call a published session off: every live booking ends, and everybody hears of it once with the reason.

    With `to_session_id`, another session of the course, people are brought there in order: as many as there are places
    for, the rest go first on its waiting list. Nobody's booking counts as late.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("Enter the reason, which everybody who booked will read", "reason")
    session = locked_coming(session_id)
    other = _other_date(session, to_session_id) if to_session_id is not None else None
    bookings, trainers = in_order_of_places(session), accepted_trainers(session_id)
    steps = settle_called_off(session)
    now = known_now(session)
    session.status = SessionStatus.CALLED_OFF
    session.called_off_at = session.changed_at = clock.now()
    session.called_off_reason = reason
    after = {"bookings": len(bookings)} | ({"to": other.ref} if other is not None else {})
    audit.record(viewer, "called off", session, after=after, reason=reason)
    told = [one for one in bookings if one.state is not BookingState.HELD]
    for booking in bookings:
        end_booking(viewer, booking, CancelledBy.CALLED_OFF, reason)
    for kept in open_reservations(session_id):
        kept.released_at = clock.now()
    db.session.flush()
    brought = _bring(viewer, other, told) if other is not None else {}
    for booking in told:
        known = known_since(steps, booking.created_at) or now
        _tell(booking, known, brought.get(booking.id))
    for trainer in trainers:
        notices.called_off(trainer, known_since(steps, trainer.answered_at or trainer.created_at) or now)
    venues = notices.venue_called_off(session, steps[0].known if steps else now)
    return CalledOff(len(told), brought, venues)


def in_order_of_places(session: CourseSession) -> list[Booking]:
    """The live bookings in the order in which another date is given out: who has a place first, then the list."""
    live = live_bookings(session.id)
    waiting = waiting_in_order(session)
    held = [one for one in live if one.state in HOLDING]
    applied = [one for one in live if one.state is BookingState.APPLIED]
    return [*held, *waiting, *applied]


def may_be_brought_to(session: CourseSession, other: CourseSession) -> bool:
    """Whether people of `session` can be brought to `other`: another one of the course, published and still to come."""
    return (
        other.course_id == session.course_id
        and other.id != session.id
        and other.status is SessionStatus.PUBLISHED
        and other.starts_at > clock.now()
    )


def _other_date(session: CourseSession, other_id: int) -> CourseSession:
    try:
        other = locked_session(other_id)
    except LookupError:
        raise Refused("Select another session of this course", "to") from None
    if not may_be_brought_to(session, other):
        raise Refused("Select another session of this course that is published and still to come", "to")
    return other


def _bring(viewer: Viewer, other: CourseSession, bookings: Sequence[Booking]) -> dict[int, Booking]:
    """The new bookings on the other date, by the key of the old one; nobody who is on it already."""
    promote_waiting(viewer, other)
    brought: dict[int, Booking] = {}
    for booking in bookings:
        ties = Ties(moves_from_id=booking.moves_from_id, course_wait_id=booking.course_wait_id)
        try:
            brought[booking.id] = new_booking(
                viewer,
                other,
                booking.person_id,
                booking.employment_id,
                declared=True,
                booked_by=booking.booked_by_id,
                way=booking.way,
                ties=ties,
            )
        except Refused:
            # They are on it already, have left the job, or did not say how they come: they are released and told so.
            continue
    settle_new(viewer, other, list(brought.values()), tell=False)
    for new in brought.values():
        notices.ask_whether_they_come(new)
    db.session.flush()
    return brought


def _tell(booking: Booking, known: Known, new: Booking | None) -> None:
    if new is None:
        notices.called_off(booking, known)
        return
    notices.moved_to_other(booking, known, new)
    if new.holds_place:
        tell_where_it_stands(new)
