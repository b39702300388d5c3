"""What participants are told by message, written in the transaction of the deed it tells about."""

from collections.abc import Mapping, Sequence

from training.bookings import mail, mail_asked, mail_trainers
from training.bookings.invites import (
    CalendarMail,
    Participant,
    bring_into_step,
    entries_of,
    manage_address,
    what_differs,
)
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.not_me import who_booked
from training.bookings.notices_trainers import guest_told, way_in_words
from training.bookings.offers import OFFER
from training.bookings.rules import is_late_cancellation
from training.bookings.terms import cut_off_for, cut_off_of, may_pass_on
from training.bookings.wording import dates, join_line, part_name, place, sitting, soon
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.links import create_link
from training.core.messages import MessageKind
from training.core.outbox import Recipient, enqueue
from training.people.queries_contacts import ContactKind, desk_contact, manager_contact, who_receives
from training.schedule.models import TRAINER_PART_LABELS, TrainerAssignment
from training.web.formats import day, moment, ordinal

BY_WHOM = {
    CancelledBy.PERSON: "You cancelled it.",
    CancelledBy.MANAGER: "Your manager cancelled it.",
    CancelledBy.LEAD: "Your agency’s training lead cancelled it.",
    CancelledBy.OFFICER: "The training team cancelled it.",
    CancelledBy.CALLED_OFF: "The session was called off.",
    CancelledBy.MOVED: "You moved to another date.",
    CancelledBy.OTHER_DATE: "You have a place on another date.",
}
WHO_IS_ASKED = {
    ContactKind.MANAGER: "your line manager",
    ContactKind.LEAD: "your agency’s training lead",
    ContactKind.OFFICER: "the training team",
}


def booked(booking: Booking) -> None:
    """Say that the person has a place, and put it in their calendar."""
    _tell_new(mail.CONFIRMATION, booking, {}, bring_into_step(booking, comes=True))


def waiting(booking: Booking, position: int | None) -> None:
    """Say that the person is on the waiting list, at `position` in order of asking where that is certain."""
    _tell_new(mail.WAITING, booking, waiting_values(booking, position), [])


def waiting_values(booking: Booking, position: int | None) -> dict[str, str]:
    """What a message to somebody who waits says about their turn."""
    return {
        "passing_on": mail.PASSED_ON if may_pass_on(booking.course_session) else mail.TAKEN_BY_ONESELF,
        "position": f"You are {ordinal(position)} in order of asking." if position is not None else "",
    }


def awaiting(booking: Booking) -> None:
    """Say that a place is kept until whoever was asked agrees."""
    assert booking.agreement_until is not None
    contact = manager_contact(booking.employment) if booking.employment is not None else desk_contact()
    values = {"whom": WHO_IS_ASKED[contact.kind], "has": "has", "until": moment(booking.agreement_until)}
    _tell_new(mail_asked.AWAITING, booking, values, [])


def kept_until_agreed(booking: Booking) -> None:
    """Say to somebody who waited that a place became free and is kept until whoever was asked agrees."""
    awaiting(booking)


def applied(booking: Booking) -> None:
    """Say that the application has come, and when places are given out."""
    closes_at = booking.course_session.applications_close_at
    assert closes_at is not None
    _tell_new(mail.APPLIED, booking, {"closes": moment(closes_at)}, [])


def promoted(booking: Booking) -> None:
    """Say that a place became free and is theirs."""
    tell(mail.PROMOTED, booking, {}, bring_into_step(booking, comes=True))


def offered(booking: Booking) -> None:
    """Hold out a place until the offer runs out."""
    assert booking.offered_until is not None
    db.session.flush()
    link = create_link(OFFER, booking.id, expires_at=booking.offered_until)
    values = {
        "until": moment(booking.offered_until),
        "answer": link.address,
        "code": link.code,
        "code_page": f"{installation().base_url}/link",
    }
    tell(mail.OFFERED, booking, values, [], secrets=link.secrets)


def offer_lapsed(booking: Booking) -> None:
    """Say that the offer ran out."""
    tell(mail.OFFER_LAPSED, booking, {}, [])


def cancelled(booking: Booking) -> None:
    """Say that the booking is cancelled, and take it out of the calendar."""
    assert booking.cancelled_by is not None
    late = mail.LATE.format(day(cut_off_for(booking)))
    values = {
        "by_whom": BY_WHOM[booking.cancelled_by],
        "reason": f"Reason given: {booking.reason}" if booking.reason else "",
        "late": late if booking.is_late else "",
    }
    tell(mail.CANCELLED, booking, values, bring_into_step(booking, comes=False))


def trainer_invited(assignment: TrainerAssignment) -> bool:
    """Put a session into the calendar of somebody who teaches it; False where it is there already."""
    calendars = bring_into_step(assignment, comes=True)
    if calendars:
        values = {"part": TRAINER_PART_LABELS[assignment.part].lower(), "way_in": way_in_words(assignment)}
        tell(mail_trainers.TRAINER_INVITED, assignment, values, calendars)
        guest_told(assignment)
    return bool(calendars)


def trainer_cancelled(assignment: TrainerAssignment) -> bool:
    """Take a session out of the calendar of somebody who no longer teaches it; False where it is not in it."""
    calendars = bring_into_step(assignment, comes=False)
    if calendars:
        tell(mail_trainers.TRAINER_CANCELLED, assignment, {}, calendars)
    return bool(calendars)


def details(participant: Participant) -> None:
    """Bring the calendar into step where only the details of the session were put right, and say which."""
    entries = [entry for entry in entries_of(participant) if entry.method == "REQUEST"]
    found = dict.fromkeys(sentence for entry in entries for sentence in what_differs(participant, entry))
    send_days(
        participant,
        bring_into_step(participant, comes=True),
        " ".join(["The details of this session were put right.", *found]),
    )


def one_of_two(booking: Booking) -> None:
    """Take a booking out of the calendar whose person is on the session under another record of theirs as well."""
    send_days(booking, bring_into_step(booking, comes=False), "You were on this session twice. Your place stays.")


def one_of_two_no_more(booking: Booking) -> None:
    """Put a booking back into the calendar after two records turned out to be about two people."""
    send_days(booking, bring_into_step(booking, comes=True), "Your booking was mixed up with somebody else’s.")


def _tell_new(kind: MessageKind, booking: Booking, own: Mapping[str, str], calendars: Sequence[CalendarMail]) -> None:
    """Tell somebody of a booking, and where another made it, who did and how to say that it is not for them."""
    said, secrets = who_booked(booking)
    tell(kind, booking, {**own, "booked_by": said}, calendars, secrets=secrets)


def tell(
    kind: MessageKind,
    participant: Participant,
    own: Mapping[str, str],
    calendars: Sequence[CalendarMail],
    *,
    secrets: tuple[str, ...] = (),
) -> None:
    """One message to the participant; a single calendar part goes with it, several follow in mails of their own."""
    db.session.flush()
    person, course_session = participant.person, participant.course_session
    only = calendars[0] if len(calendars) == 1 and len(course_session.parts) == 1 else None
    if only is not None and only.address != person.address:
        only = None
    enqueue(
        kind,
        {**values_for(participant, calendars), **own},
        key=f"{stream_of(participant)}:{kind.name}:{participant.row_version}.{course_session.row_version}",
        stream=stream_of(participant),
        about=stream_of(participant),
        to=who_receives(person),
        calendar=only.calendar if only else None,
        secrets=secrets,
        not_after=course_session.starts_at,
    )
    if only is None:
        send_days(participant, calendars)


def send_days(participant: Participant, calendars: Sequence[CalendarMail], opening: str = "") -> None:
    """A short mail for each calendar part, to the address the part is for."""
    for sent in calendars:
        is_cancel = sent.calendar.method == "CANCEL"
        name = part_name(participant.course_session, sent.part.number).capitalize()
        sentence = "This takes it out of your calendar." if is_cancel else "This puts it in your calendar."
        values = values_for(participant, calendars) | {
            "day": ("Removed from your calendar" if is_cancel else name or "In your calendar"),
            "sentence": " ".join(part for part in (opening, f"{name}." if name else "", sentence) if part),
            "dates": sitting(sent.part),
            "first_day": day(sent.part.on),
        }
        enqueue(
            mail.DAY,
            values,
            key=f"calendar:{sent.calendar.uid}:{sent.version}",
            stream=stream_of(participant),
            about=stream_of(participant),
            to=Recipient(participant.person.name, sent.address, participant.person_id),
            calendar=sent.calendar,
            not_after=participant.course_session.starts_at,
        )


def stream_of(participant: Participant) -> str:
    """The stream of a participant's messages, which is also what they are about, such as `booking:12`."""
    return f"{'booking' if isinstance(participant, Booking) else 'assignment'}:{participant.id}"


def values_for(participant: Participant, calendars: Sequence[CalendarMail]) -> dict[str, str]:
    """What every message about a session may say."""
    course_session = participant.course_session
    is_booking = isinstance(participant, Booking)
    comes = not is_booking or participant.state is BookingState.CONFIRMED
    invited = [sent for sent in calendars if sent.calendar.method == "REQUEST"]
    note = mail.CALENDAR_NOTE if len(course_session.parts) == 1 else mail.SEVERAL_DAYS_NOTE
    base = installation().base_url
    return {
        "name": participant.person.given_name,
        "title": course_session.course.title,
        "first_day": day(course_session.parts[0].on),
        "dates": dates(course_session.parts),
        "place": place(course_session),
        "join": join_line(course_session) if comes else "",
        "notes": course_session.joining_notes if comes else "",
        "reference": participant.ref if is_booking else course_session.ref,
        "manage": manage_address(participant),
        "manage_note": "Declining the invitation does not cancel your place. To see, change or cancel it:"
        if is_booking
        else "If you can no longer come, please reply to this message. The session and who is coming:",
        "session": f"{base}/sessions/{course_session.ref}",
        "course": f"{base}/courses/{course_session.course.slug}",
        "cancelling": _cancelling(participant),
        "calendar_note": (f"{note} {mail.DECLINING_NOTE}" if is_booking else note) if invited else "",
        "booked_by": "",
        "soon": soon(course_session),
    }


def _cancelling(participant: Participant) -> str:
    is_booking = isinstance(participant, Booking)
    last = cut_off_for(participant) if is_booking else cut_off_of(participant.course_session)
    if is_late_cancellation(clock.today(), last):
        return "If you cannot come, cancel all the same: somebody else may need the place."
    return (
        f"You can cancel in time until the end of {day(last)}. After that a cancellation counts as late, "
        "for the place can hardly be filled again."
    )
