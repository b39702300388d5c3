"""What people and venues are told of a change, in the transaction that tells."""

from dataclasses import dataclass

from training.bookings import mail as bookings_mail
from training.bookings import mail_trainers
from training.bookings.invites import Participant, bring_into_step, invitable
from training.bookings.models import Booking, BookingState
from training.bookings.notices import tell
from training.bookings.notices_trainers import guest_told
from training.bookings.ways_in import WayIn, by_link
from training.bookings.wording import dates, place, soon_at
from training.changes import mail
from training.changes.knowledge import Known, differences, known_now, moves_day
from training.changes.links import COMING
from training.core import clock
from training.core.database import db
from training.core.links import create_link
from training.core.messages import MessageKind
from training.core.outbox import Recipient, enqueue
from training.schedule.models import CourseSession, Venue
from training.web.formats import day, moment

ASKED_WHETHER_THEY_COME = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)
INSTEAD = {
    BookingState.CONFIRMED: "We have kept a place for you on {day}. A message about it follows.",
    BookingState.AWAITING_AGREEMENT: "We have kept a place for you on {day}, and ask for the agreement to it.",
    BookingState.APPLIED: "We have applied for you for {day}. Its places are given out later.",
}
ON_ITS_LIST = "You are on the waiting list for {day}, and go before everybody who asked to be on it."
NO_LONGER_THERE = "It is held elsewhere."


LETTERS = (
    mail.DATE_MOVED.name,
    mail.MOVED_TO_OTHER.name,
    mail.LEFT_OVER.name,
    mail.VENUE_CHANGED.name,
    mail.VENUE_RELEASED.name,
    mail_trainers.TRAINER_CHANGED.name,
    bookings_mail.CHANGED.name,
    bookings_mail.CALLED_OFF.name,
)
"""The kinds by which people hear of a deed on their session; entries for single days go with them."""


@dataclass(frozen=True)
class Hears:
    """Somebody who is told of a change: what they know, and what is otherwise now."""

    participant: Participant
    was: Known
    differences: list[str]

    @property
    def is_asked(self) -> bool:
        """Whether they are asked if they can come: they have a place, and another day to keep free."""
        one = self.participant
        return (
            isinstance(one, Booking)
            and one.state in ASKED_WHETHER_THEY_COME
            and moves_day(self.was, known_now(one.course_session))
        )


def differences_to_now(known: Known, session: CourseSession) -> list[str]:
    """What somebody with a place who knows the session so would be told."""
    return differences(known, known_now(session), comes=True)


def comes(participant: Participant) -> bool:
    """Whether they should be in the room, so that how to join and what to read is for them."""
    return not isinstance(participant, Booking) or participant.state is BookingState.CONFIRMED


def changed(one: Hears) -> None:
    """Say what was and what is now, bring the calendar into step, and ask whether they come where the day moved."""
    participant, session = one.participant, one.participant.course_session
    values = {
        "differences": "\n".join(f"* {difference}" for difference in one.differences),
        "soon": soon_at(min(one.was.starts_at, session.starts_at)),
    }
    if not isinstance(participant, Booking):
        tell(mail_trainers.TRAINER_CHANGED, participant, values, bring_into_step(participant, comes=True))
        guest_told(participant)
        return
    values["standing"] = standing(participant)
    if not one.is_asked:
        calendars = bring_into_step(participant, comes=comes(participant))
        tell(bookings_mail.CHANGED, participant, values, calendars)
        return
    ask_whether_they_come(participant)
    way = coming_way(participant)
    values |= {"answer": way.address, "code_line": way.code_line}
    calendars = bring_into_step(participant, comes=comes(participant))
    tell(mail.DATE_MOVED, participant, values, calendars, secrets=way.secrets)


def ask_whether_they_come(booking: Booking) -> None:
    """Note that the person was told of another day than the one they asked for, and asked whether they come then."""
    booking.moved_at = booking.coming_asked_at = clock.now()
    booking.coming_said_at = None


def coming_way(booking: Booking) -> WayIn:
    """A fresh link by which the person, or whoever receives their messages, says whether they come."""
    db.session.flush()
    return by_link(create_link(COMING, booking.id, expires_at=booking.course_session.starts_at))


def standing(booking: Booking) -> str:
    """Where the booking stands, as a sentence for its person."""
    if booking.state is BookingState.OFFERED and booking.offered_until is not None:
        return f"A place is held for you until {moment(booking.offered_until)}."
    return {
        BookingState.CONFIRMED: "You are booked.",
        BookingState.AWAITING_AGREEMENT: "A place is kept for you while we wait for the agreement to it.",
        BookingState.APPLIED: "You have applied for a place.",
    }.get(booking.state, "You are on the waiting list.")


def called_off(participant: Participant, known: Known) -> None:
    """Say that the session, as the person knows it, will not take place, and take it out of the calendar."""
    session = participant.course_session
    values = _as_known(known) | {"reason": session.called_off_reason or ""}
    tell(bookings_mail.CALLED_OFF, participant, values, bring_into_step(participant, comes=False))


def moved_to_other(booking: Booking, known: Known, other: Booking) -> None:
    """The same, with what became of them on another date, and whether they can come then."""
    session, other_session = booking.course_session, other.course_session
    first_day = day(other_session.parts[0].on)
    way = coming_way(other)
    values = _as_known(known) | {
        "reason": session.called_off_reason or "",
        "other_day": first_day,
        "instead": INSTEAD.get(other.state, ON_ITS_LIST).format(day=first_day),
        "other_dates": dates(other_session.parts),
        "other_place": place(other_session),
        "other_reference": other.ref,
        "answer": way.address,
        "code_line": way.code_line,
    }
    tell(mail.MOVED_TO_OTHER, booking, values, bring_into_step(booking, comes=False), secrets=way.secrets)


def left_over(booking: Booking, reason: str) -> None:
    """Say that the place fell away with others, and take it out of the calendar."""
    tell(mail.LEFT_OVER, booking, {"reason": reason}, bring_into_step(booking, comes=False))


def venue_hears(session: CourseSession, was: Known) -> bool:
    """Whether the venue that people know of has to be told of a move: other times there, or no longer there."""
    now = known_now(session)
    return bool(venue_address(was.venue_id)) and (was.venue_id != now.venue_id or was.parts != now.parts)


def venues_told(session: CourseSession, was: Known) -> int:
    """Tell the venue that people know of a move: other times there, or that it is no longer needed; how many mails."""
    if not venue_hears(session, was):
        return 0
    now = known_now(session)
    if was.venue_id != now.venue_id:
        return _venue_told(mail.VENUE_RELEASED, session, was, {"why": NO_LONGER_THERE})
    listed = "\n".join(f"* {difference}" for difference in _times_only(was, now))
    own = {"differences": listed, "first_day": day(now.parts[0].on), "dates": dates(now.parts)}
    return _venue_told(mail.VENUE_CHANGED, session, was, own)


def venue_called_off(session: CourseSession, known: Known) -> int:
    """Tell the venue that the session will not take place; nothing about anybody, and not why."""
    return _venue_told(mail.VENUE_RELEASED, session, known, {"why": "It is called off."})


def _times_only(was: Known, now: Known) -> list[str]:
    same = Known(was.parts, now.place, now.link, now.notes, now.venue_id)
    return differences(same, now, comes=False)


def venue_address(venue_id: int | None) -> str:
    """Where the venue is told; empty where nobody is named."""
    venue = db.session.get(Venue, venue_id) if venue_id is not None else None
    return (invitable(venue.contact_address) or "") if venue is not None and venue.contact_address else ""


def _venue_told(kind: MessageKind, session: CourseSession, known: Known, own: dict[str, str]) -> int:
    address = venue_address(known.venue_id)
    if not address:
        return 0
    venue = db.session.get_one(Venue, known.venue_id)
    values = {
        "name": venue.contact_name or "to whoever looks after bookings",
        "venue": venue.name,
        "title": session.course.title,
        "first_day": day(known.parts[0].on),
        "dates": dates(known.parts),
        "soon": soon_at(min(known.starts_at, session.starts_at)),
        "reference": session.ref,
    }
    db.session.flush()
    message = enqueue(
        kind,
        values | own,
        key=f"session:{session.id}:{kind.name}:{session.row_version}",
        stream=f"session:{session.id}:venue",
        about=f"session:{session.id}",
        to=Recipient(venue.contact_name or venue.name, address),
        not_after=max(known.starts_at, session.starts_at),
    )
    return 0 if message is None else 1


def _as_known(known: Known) -> dict[str, str]:
    """When and where the session was, for somebody who was not told of a change since."""
    return {
        "first_day": day(known.parts[0].on),
        "dates": dates(known.parts),
        "soon": soon_at(known.starts_at),
    }
