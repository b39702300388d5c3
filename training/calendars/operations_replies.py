"""What follows from the answer of a calendar: it is noted, a “declined” is asked about, and somebody settles it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from training.bookings.invites import Participant
from training.bookings.models import Booking, BookingState, CalendarEntry
from training.bookings.notices import stream_of, values_for
from training.bookings.operations import cancel_booking
from training.bookings.places import locked_session
from training.bookings.ways_in import by_link
from training.calendars.links import DECLINED
from training.calendars.mail import DECLINED_ASKED
from training.calendars.models import CalendarReply, Participation
from training.calendars.replies import Reply
from training.calendars.settings import DECLINED_RELEASES
from training.core import audit, clock
from training.core.database import db
from training.core.links import create_link
from training.core.notes import Note
from training.core.outbox import enqueue
from training.core.settings import setting_value
from training.core.viewer import WORKER, Viewer, ViewerKind
from training.people.models import EmailAddress
from training.people.queries_contacts import who_receives
from training.schedule.models import SessionStatus

BY_CALENDAR = "You declined the invitation in your calendar."


class Taken(StrEnum):
    """What became of an answer that was read."""

    NOTED = "noted"
    NOT_OURS = "not about an invitation in force"
    NOT_THEIRS = "in the name of another address"
    NOT_ASKED = "about a version nobody was sent"
    OLDER = "overtaken"


def take_in(reply: Reply, received_at: datetime) -> Taken:
    """Note the answer beside the invitation it is about, and ask or act where it is a “declined”.

    The uid is known only to whoever got the invitation; the address must be theirs too. What is older than the
    invitation, or than the answer before it, is passed over. Begins with the lock of the session.
    """
    entry = db.session.scalar(
        select(CalendarEntry).where(CalendarEntry.uid == reply.uid, CalendarEntry.method == "REQUEST")
    )
    if entry is None:
        return Taken.NOT_OURS
    participant = _participant(entry)
    locked_session(participant.session_id)
    db.session.refresh(entry)
    db.session.refresh(participant)
    if (entry.uid, entry.method) != (reply.uid, "REQUEST"):
        return Taken.NOT_OURS
    answer = _answer_of(reply, entry, participant)
    if answer is None:
        db.session.add(Note(kind="calendar-answer-of-another", details={"about": stream_of(participant)}))
        return Taken.NOT_THEIRS
    # A program whose clock runs ahead must not have the last word for ever.
    stamped_at = min(reply.stamped_at or received_at, received_at).replace(microsecond=0)
    if reply.sequence > entry.sequence:
        return Taken.NOT_ASKED
    present = db.session.scalar(select(CalendarReply).where(CalendarReply.entry_id == entry.id))
    if reply.sequence < entry.sequence or (present is not None and not _is_newer(reply, stamped_at, present)):
        return Taken.OLDER
    _keep(present, entry, reply, answer, stamped_at, received_at)
    audit.record(WORKER, "noted the answer of the calendar", participant, after={"answer": answer})
    if answer is Participation.DECLINED and isinstance(participant, Booking):
        _follow_declined(participant, entry, stamped_at)
    return Taken.NOTED


def settle_declined(viewer: Viewer, participant: Participant, *, keeps: bool) -> None:
    """Note that somebody has said what a “declined” means; with `keeps` that they come all the same."""
    settled = unsettled_replies(participant)
    for reply in settled:
        reply.settled_at = clock.now()
    if keeps and settled:
        audit.record(viewer, "said that they come although the calendar declined", participant)


def release_place(viewer: Viewer, booking: Booking, reason: str = BY_CALENDAR) -> None:
    """Give the place up, as the person who declined meant it; Refused once the session has begun."""
    cancel_booking(viewer, booking.id, reason)
    settle_declined(viewer, booking, keeps=False)


def unsettled_replies(participant: Participant) -> list[CalendarReply]:
    """The “declined” of this participant about invitations in force that nobody has settled."""
    owner = CalendarEntry.booking_id if isinstance(participant, Booking) else CalendarEntry.assignment_id
    found = db.session.scalars(
        select(CalendarReply)
        .join(CalendarReply.entry)
        .where(owner == participant.id, *IN_FORCE, CalendarReply.answer == Participation.DECLINED)
        .where(CalendarReply.settled_at.is_(None))
        .order_by(CalendarReply.id)
    )
    return list(found)


IN_FORCE = (
    CalendarEntry.method == "REQUEST",
    CalendarReply.uid == CalendarEntry.uid,
    # A new time asks anew (RFC 5546).
    CalendarReply.sequence == CalendarEntry.sequence,
)
"""Which answers hold for the invitation as it is now."""


def _participant(entry: CalendarEntry) -> Participant:
    participant = entry.booking or entry.assignment
    assert participant is not None
    return participant


def _answer_of(reply: Reply, entry: CalendarEntry, participant: Participant) -> Participation | None:
    """What the participant answered: from the address that was invited, or from another that is proved to be theirs."""
    own = select(EmailAddress.address).where(
        EmailAddress.person_id == participant.person_id, EmailAddress.confirmed_at.is_not(None)
    )
    theirs = {entry.address.lower(), *(address.lower() for address in db.session.scalars(own))}
    return next((answer for address, answer in reply.answers if address in theirs), None)


def _is_newer(reply: Reply, stamped_at: datetime, present: CalendarReply) -> bool:
    return present.uid != reply.uid or (reply.sequence, stamped_at) > (present.sequence, present.stamped_at)


def _keep(
    present: CalendarReply | None, entry: CalendarEntry, reply: Reply, answer: Participation,
    stamped_at: datetime, received_at: datetime,
) -> None:  # fmt: skip
    row = present or CalendarReply(entry=entry)
    row.uid, row.sequence, row.answer = reply.uid, reply.sequence, answer
    row.stamped_at, row.received_at, row.settled_at = stamped_at, received_at, None
    db.session.add(row)
    db.session.flush()


def _follow_declined(booking: Booking, entry: CalendarEntry, stamped_at: datetime) -> None:
    course_session = booking.course_session
    is_coming = course_session.status is SessionStatus.PUBLISHED and clock.now() < course_session.starts_at
    if booking.state is not BookingState.CONFIRMED or not is_coming:
        return
    open_replies = unsettled_replies(booking)
    if setting_value(DECLINED_RELEASES) and len(open_replies) == len(course_session.parts):
        release_place(Viewer(ViewerKind.WORKER, person_id=booking.person_id), booking)
    elif len(open_replies) == 1:
        # Of several days declined one after another the first has asked already.
        _ask(booking, f"{entry.uid}:{stamped_at.timestamp():.0f}")


def _ask(booking: Booking, version: str) -> None:
    course_session = booking.course_session
    link = create_link(DECLINED, booking.id, expires_at=course_session.starts_at)
    way = by_link(link)
    enqueue(
        DECLINED_ASKED,
        {**values_for(booking, []), "answer": way.address, "code_line": way.code_line},
        key=f"{stream_of(booking)}:{DECLINED_ASKED.name}:{version}",
        stream=stream_of(booking),
        about=stream_of(booking),
        to=who_receives(booking.person),
        secrets=way.secrets,
        not_after=course_session.starts_at,
    )
