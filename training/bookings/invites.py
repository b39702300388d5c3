"""What participants' calendars were told, and what they must be told next.

A participant is a booking or a trainer's assignment. For each part of the session the last thing said is kept; it is
compared with what should be said. A change of time raises the sequence, a change of text alone keeps it and comes
with a later stamp, an end is a CANCEL to the address that got the invitation.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select

from training.bookings.models import Booking, CalendarEntry
from training.bookings.wording import join_line, part_name, place
from training.config import installation
from training.core import clock
from training.core.calendars import CalendarEvent, cancellation, invite, later_stamp, new_uid
from training.core.database import db
from training.core.mailboxes import bare_address
from training.core.outbox import CalendarPart, OutboxMessage
from training.schedule.models import CourseSession, SessionPart, TrainerAssignment
from training.schedule.rules import is_link

Participant = Booking | TrainerAssignment


@dataclass(frozen=True)
class CalendarMail:
    """A calendar part to send, the address it must go to, and what tells it from others under its uid."""

    part: SessionPart
    address: str
    calendar: CalendarPart
    version: str


@dataclass(frozen=True)
class Said:
    """What an entry says about one part."""

    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str


def manage_address(participant: Participant) -> str:
    """The page on which the participant sees what they signed up for."""
    base = installation().base_url
    return f"{base}/my/bookings/{participant.ref}" if isinstance(participant, Booking) else f"{base}/teaching"


def invitable(address: str | None) -> str | None:
    """`address` where an invitation can go to it; not the organiser's own mailbox, nor what is no plain address."""
    if address is None or address.lower() == installation().mail_address.lower():
        return None
    try:
        return bare_address(address)
    except ValueError:
        return None


def wanted(participant: Participant, part: SessionPart) -> Said:
    """What the participant's calendar should say about `part`."""
    course_session = participant.course_session
    name = part_name(course_session, part.number)
    return Said(
        starts_at=part.starts_at,
        ends_at=part.ends_at,
        summary=course_session.course.title + (f" ({name})" if name else ""),
        location=place(course_session),
        description=_description(participant, course_session),
    )


def entries_of(participant: Participant) -> list[CalendarEntry]:
    """What was last said to the participant, in the order of the parts, then of days that fell away."""
    owner = CalendarEntry.booking_id if isinstance(participant, Booking) else CalendarEntry.assignment_id
    return list(
        db.session.scalars(
            select(CalendarEntry)
            .outerjoin(SessionPart, SessionPart.id == CalendarEntry.part_id)
            .where(owner == participant.id)
            .order_by(SessionPart.number.nulls_last(), CalendarEntry.starts_at, CalendarEntry.id)
        )
    )


def what_differs(participant: Participant, entry: CalendarEntry) -> list[str]:
    """What the entry says otherwise than it should, a sentence each; empty where calendar and session agree.

    The wording around what an officer enters is not compared, so that a new release does not write to everybody.
    """
    if entry.part is None:
        return ["This day falls away."]
    course_session, said = participant.course_session, wanted(participant, entry.part)
    join, notes = _join_and_notes(participant, entry.description)
    link = course_session.online_link if is_link(course_session.online_link) else ""
    found: list[str] = []
    if (entry.starts_at, entry.ends_at) != (said.starts_at, said.ends_at):
        found.append("The time is new.")
    if entry.location != said.location:
        found.append("The place is new.")
    if bool(join) != bool(course_session.online_link) or link not in join or ("://" in join and not link):
        found.append("How to join online is new.")
    if notes != course_session.joining_notes:
        found.append("What to know before you come is new.")
    return found


def _join_and_notes(participant: Participant, description: str) -> tuple[str, str]:
    """The paragraphs of a description before and after the one that leads to the participant's own page."""
    own_page = urlsplit(manage_address(participant)).path
    paragraphs = description.split("\n\n")
    own = next((index for index, text in enumerate(paragraphs) if own_page in text), 0)
    return "\n\n".join(paragraphs[:own]), "\n\n".join(paragraphs[own + 1 :])


def bring_into_step(participant: Participant, *, comes: bool) -> list[CalendarMail]:
    """Note what the calendar is told now and return it, one mail a part; nothing where it knows already.

    `comes` is whether they should be in the room. Somebody without an address is told nothing.
    """
    db.session.flush()
    found = entries_of(participant)
    entries = {entry.part_id: entry for entry in found if entry.part_id is not None}
    address = invitable(participant.person.address) if comes else None
    mails = [cancel_entry(participant, entry) for entry in found if entry.part is None and entry.method == "REQUEST"]
    for part in participant.course_session.parts:
        entry = entries.get(part.id)
        if entry is not None and entry.method == "REQUEST" and entry.address != address:
            mails.append(cancel_entry(participant, entry))
        if address is None:
            continue
        said = wanted(participant, part)
        if entry is None or entry.method == "CANCEL":
            mails.append(_invite(participant, part, said, address, entry))
        elif said != _said(entry):
            mails.append(_say_again(participant, entry, said))
    return mails


def cancel_entry(participant: Participant, entry: CalendarEntry) -> CalendarMail:
    """Take an entry out of the calendar it went to, also where the desk led the invitation to another address."""
    entry.address = _address_told(entry)
    entry.sequence += 1
    entry.method = "CANCEL"
    entry.stamped_at = later_stamp(clock.now(), entry.stamped_at)
    return _mail(participant, entry)


def uid_of(participant: Participant, part: SessionPart, entry: CalendarEntry | None, *, cancelled: bool = False) -> str:
    """Under which uid feeds and downloads show the part: that of its invitation.

    One of its own where nobody was invited, or where the invitation was taken back and they come all the same; it is
    never mailed. `cancelled` says that the end of the entry is to be shown.
    """
    if entry is not None and (cancelled or entry.method == "REQUEST"):
        return entry.uid
    reference = participant.ref if isinstance(participant, Booking) else f"trainer-{participant.id}"
    return f"{reference}-{part.number}@{installation().mail_domain}"


def event_of(participant: Participant, part: SessionPart, entry: CalendarEntry | None) -> CalendarEvent:
    """The part as an event for a download, under the uid of its invitation where there is one."""
    uid = uid_of(participant, part, entry)
    if entry is not None and entry.method == "CANCEL":
        entry = None
    said = _said(entry) if entry is not None else wanted(participant, part)
    return CalendarEvent(
        uid=uid,
        sequence=entry.sequence if entry is not None else 0,
        stamped_at=entry.stamped_at if entry is not None else participant.created_at,
        starts_at=_naive(said.starts_at),
        ends_at=_naive(said.ends_at),
        summary=said.summary,
        location=said.location,
        description=said.description,
        url=manage_address(participant),
    )


def _invite(
    participant: Participant, part: SessionPart, said: Said, address: str, past: CalendarEntry | None
) -> CalendarMail:
    entry = past
    if entry is None:
        entry = CalendarEntry(part=part, stamped_at=later_stamp(clock.now(), None))
        entry.booking = participant if isinstance(participant, Booking) else None
        entry.assignment = participant if isinstance(participant, TrainerAssignment) else None
        db.session.add(entry)
    entry.uid, entry.sequence, entry.method, entry.address = new_uid(), 0, "REQUEST", address
    entry.stamped_at = later_stamp(clock.now(), None)
    _keep(entry, said)
    return _mail(participant, entry)


def _address_told(entry: CalendarEntry) -> str:
    """Where the last invitation with this uid went, or is about to go."""
    told = select(OutboxMessage.recipient_address).where(
        OutboxMessage.calendar_uid == entry.uid, OutboxMessage.calendar_method == "REQUEST"
    )
    return db.session.scalar(told.order_by(OutboxMessage.id.desc()).limit(1)) or entry.address


def _say_again(participant: Participant, entry: CalendarEntry, said: Said) -> CalendarMail:
    if (said.starts_at, said.ends_at) != (entry.starts_at, entry.ends_at):
        entry.sequence += 1
    entry.stamped_at = later_stamp(clock.now(), entry.stamped_at)
    _keep(entry, said)
    return _mail(participant, entry)


def _day_gone(entry: CalendarEntry) -> SessionPart:
    """A day that fell away, as the calendar knows it; no row of any table."""
    starts, ends = _naive(entry.starts_at), _naive(entry.ends_at)
    return SessionPart(number=0, on=starts.date(), starts=starts.time(), ends=ends.time())


def _keep(entry: CalendarEntry, said: Said) -> None:
    entry.starts_at, entry.ends_at = said.starts_at, said.ends_at
    entry.summary, entry.location, entry.description = said.summary, said.location, said.description


def _said(entry: CalendarEntry) -> Said:
    return Said(entry.starts_at, entry.ends_at, entry.summary, entry.location, entry.description)


def _mail(participant: Participant, entry: CalendarEntry) -> CalendarMail:
    part = entry.part or _day_gone(entry)
    event = CalendarEvent(
        uid=entry.uid,
        sequence=entry.sequence,
        stamped_at=entry.stamped_at,
        starts_at=_naive(entry.starts_at),
        ends_at=_naive(entry.ends_at),
        summary=entry.summary,
        location=entry.location,
        description=entry.description,
        url=manage_address(participant),
        organiser_name=installation().mail_name,
        organiser_address=installation().mail_address,
        attendee_name=participant.person.name,
        attendee_address=entry.address,
    )
    content = invite(event) if entry.method == "REQUEST" else cancellation(event)
    version = f"{entry.sequence}.{entry.stamped_at.timestamp():.0f}"
    return CalendarMail(part, entry.address, CalendarPart(content, entry.method, entry.uid), version)


def _naive(moment: datetime) -> datetime:
    return clock.local(moment).replace(tzinfo=None)


def _description(participant: Participant, course_session: CourseSession) -> str:
    if isinstance(participant, Booking):
        own = (
            f"Your booking: {participant.ref}\nSee, change or cancel it: {manage_address(participant)}\n"
            "Declining this invitation does not cancel your place."
        )
    else:
        own = f"You are teaching this session, {course_session.ref}: {manage_address(participant)}"
    texts = (join_line(course_session), own, course_session.joining_notes)
    return "\n\n".join(text for text in texts if text)
