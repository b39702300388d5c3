"""The deeds on what stood against a booking: asking the officer about it, and what the officer answers.

The booking stands meanwhile: a warning is a question, never a refusal.
"""

from collections.abc import Sequence

from sqlalchemy import select

from training.bookings import mail_warnings
from training.bookings.models import Booking, BookingWarning
from training.bookings.notices import stream_of, values_for
from training.bookings.operations import cancel_booking
from training.bookings.rules_checking import NOTE_MISSING, Warned, needs_note, questions_in
from training.core import audit, clock
from training.core.database import db
from training.core.messages import MessageKind
from training.core.outbox import enqueue
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.queries_contacts import who_receives

SETTLED_ALREADY = "This was answered already. Nothing was changed"
ENDED = "This booking has ended, so there is nothing to answer any more"


def note_warnings(viewer: Viewer, booking: Booking, warned: Sequence[Warned], note: str) -> list[BookingWarning]:
    """Keep what stood against a booking that was just made, and ask the officer where a note says why it is right.

    What is said for information is not kept. Without a note nothing is asked, and the rows are settled at once; so
    they are where the desk books, which asks nobody: its note stands as the answer. Refused where the note is missing
    and something that comes first is not done. Saying it twice keeps the first.
    """
    asks = not viewer.works_at_desk
    note = note.strip()
    if asks and needs_note(warned) and not note:
        raise Refused(NOTE_MISSING, "note")
    sentences: dict[str, list[str]] = {}
    for one in questions_in(warned):
        sentences.setdefault(one.kind.value, []).append(one.sentence)
    db.session.flush()
    present = set(db.session.scalars(select(BookingWarning.kind).where(BookingWarning.booking_id == booking.id)))
    asked = asks and bool(note)
    rows = [
        BookingWarning(
            booking_id=booking.id,
            kind=kind,
            sentence=" ".join(several),
            note=note if asks else "",
            answer="" if asks else note,
            settled_at=None if asked else clock.now(),
            settled_by_id=None if asks else viewer.person_id,
        )
        for kind, several in sentences.items()
        if kind not in present
    ]
    db.session.add_all(rows)
    if rows and asked:
        audit.record(viewer, "asked about the booking", booking, after={"about": ", ".join(row.kind for row in rows)})
    db.session.flush()
    return rows


def settle_question(viewer: Viewer, booking_id: int, words: str = "") -> Booking:
    """Say that the booking is fine, with a few words if wished; the person is told. For the desk."""
    booking, rows = _open(viewer, booking_id)
    _settle(viewer, rows, words)
    audit.record(viewer, "answered the question about the booking", booking, after={"answer": "fine"})
    _tell(mail_warnings.ANSWERED, booking, rows, " ".join(("Your place is right for you.", words.strip())).strip())
    return booking


def cancel_questioned(viewer: Viewer, booking_id: int, reason: str) -> Booking:
    """Cancel the booking that was asked about, with the reason that the person reads; for the desk."""
    if not reason.strip():
        raise Refused("Enter the reason", "words")
    if not viewer.works_at_desk:
        raise LookupError(f"booking {booking_id} is out of reach")
    # The places are locked before anything is written.
    booking = cancel_booking(viewer, booking_id, reason.strip())
    _settle(viewer, _rows(booking_id), reason)
    db.session.flush()
    return booking


def write_back(viewer: Viewer, booking_id: int, words: str) -> Booking:
    """Ask the person something in turn; the question stays open. For the desk."""
    if not words.strip():
        raise Refused("Enter what you want to ask", "words")
    booking, rows = _open(viewer, booking_id)
    for row in rows:
        row.answer = words.strip()
    db.session.flush()
    audit.record(viewer, "wrote back about the booking", booking)
    _tell(mail_warnings.WROTE_BACK, booking, rows, words.strip())
    return booking


def add_to_question(viewer: Viewer, booking_id: int, words: str) -> Booking:
    """Answer what the training team wrote back, or add to one’s question; for the person and whoever booked them.

    What was written before stays readable above it.
    """
    if not words.strip():
        raise Refused("Enter your answer", "words")
    booking, rows = _open(viewer, booking_id, own=True)
    for row in rows:
        row.note = "\n\n".join(
            part for part in (row.note, f"The training team: {row.answer}" if row.answer else "", words.strip()) if part
        )
        row.answer = ""
    db.session.flush()
    audit.record(viewer, "added to the question about the booking", booking)
    return booking


def _open(viewer: Viewer, booking_id: int, *, own: bool = False) -> tuple[Booking, list[BookingWarning]]:
    """The booking, locked, and its open questions; for the desk, with `own` for its person."""
    booking = lock_row(Booking, booking_id)
    if not (viewer.person_id == booking.person_id and viewer.is_signed_in if own else viewer.works_at_desk):
        raise LookupError(f"booking {booking_id} is out of reach")
    if not booking.is_live or booking.course_session.starts_at <= clock.now():
        raise Refused(ENDED)
    rows = _rows(booking_id)
    if not rows:
        raise Refused(SETTLED_ALREADY)
    return booking, rows


def _rows(booking_id: int) -> list[BookingWarning]:
    return list(
        db.session.scalars(
            select(BookingWarning)
            .where(BookingWarning.booking_id == booking_id, BookingWarning.settled_at.is_(None))
            .order_by(BookingWarning.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _settle(viewer: Viewer, rows: Sequence[BookingWarning], words: str) -> None:
    for row in rows:
        row.settled_at, row.settled_by_id, row.answer = clock.now(), viewer.person_id, words.strip()
    db.session.flush()


def _tell(kind: MessageKind, booking: Booking, rows: Sequence[BookingWarning], words: str) -> None:
    newest = max(rows, key=lambda row: row.row_version)
    asked = "\n\n".join([*(row.sentence for row in rows), rows[0].note])
    enqueue(
        kind,
        {**values_for(booking, []), "asked": asked, "words": words},
        key=f"{stream_of(booking)}:{kind.name}:{newest.id}.{newest.row_version}",
        stream=stream_of(booking),
        about=stream_of(booking),
        to=who_receives(booking.person),
        not_after=booking.course_session.starts_at,
    )
