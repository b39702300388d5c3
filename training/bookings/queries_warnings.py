"""What may be read of the questions about bookings: one’s own, and for the desk those that wait for an answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from training.bookings.models import LIVE, Booking, BookingWarning
from training.bookings.queries import within_reach
from training.bookings.rules_checking import WARNED_KIND_LABELS, WarnedKind
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Person
from training.schedule.models import CourseSession, SessionStatus


@dataclass(frozen=True)
class Question:
    """What was asked about one booking, and what the training team said."""

    sentences: list[str]
    labels: list[str]
    note: str
    asked_at: datetime
    answer: str
    settled_at: datetime | None
    settled_by: str

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    @property
    def was_written_back(self) -> bool:
        """Whether the training team asked something in turn, and waits for the answer."""
        return self.is_open and bool(self.answer)


def open_questions(viewer: Viewer) -> Select[Booking]:
    """Live bookings of sessions to come about which something is asked, the longest asked first; for `paged`."""
    oldest = (
        select(func.min(BookingWarning.created_at))
        .where(BookingWarning.booking_id == Booking.id, BookingWarning.settled_at.is_(None))
        .correlate(Booking)
        .scalar_subquery()
    )
    return (
        _bookings(viewer)
        .where(Booking.state.in_(LIVE), CourseSession.starts_at > clock.now())
        .where(CourseSession.status == SessionStatus.PUBLISHED)
        .where(exists().where(BookingWarning.booking_id == Booking.id, BookingWarning.settled_at.is_(None)))
        .order_by(oldest, Booking.id)
    )


def answered_questions(viewer: Viewer) -> Select[Booking]:
    """Bookings about which the desk has answered something, the latest answer first; for `paged`."""
    answered = (
        BookingWarning.booking_id == Booking.id,
        BookingWarning.note != "",
        BookingWarning.settled_at.is_not(None),
    )
    latest = select(func.max(BookingWarning.settled_at)).where(*answered).correlate(Booking).scalar_subquery()
    return _bookings(viewer).where(exists().where(*answered)).order_by(latest.desc(), Booking.id.desc())


def questions_about(viewer: Viewer, booking_ids: Collection[int]) -> dict[int, Question]:
    """What was asked about each of these bookings that `viewer` may see, by the key of the booking; one query.

    Warnings without a note were never questions; where the desk booked, its note is no question either.
    """
    answerer = aliased(Person)
    rows = db.session.execute(
        select(BookingWarning, answerer)
        .join(Booking, Booking.id == BookingWarning.booking_id)
        .outerjoin(answerer, answerer.id == BookingWarning.settled_by_id)
        .where(BookingWarning.booking_id.in_(booking_ids), BookingWarning.note != "", within_reach(viewer))
        .order_by(BookingWarning.id)
    )
    several: dict[int, list[tuple[BookingWarning, Person | None]]] = {}
    for warning, person in rows:
        several.setdefault(warning.booking_id, []).append((warning, person))
    return {key: _question(each) for key, each in several.items()}


def kept_warnings(viewer: Viewer, booking_id: int) -> list[BookingWarning]:
    """Everything that stood against a booking when it was made, asked about or not; for the desk and its person."""
    return list(
        db.session.scalars(
            select(BookingWarning)
            .join(Booking, Booking.id == BookingWarning.booking_id)
            .where(BookingWarning.booking_id == booking_id, within_reach(viewer))
            .order_by(BookingWarning.id)
        )
    )


def _bookings(viewer: Viewer) -> Select[Booking]:
    return (
        select(Booking)
        .join(Booking.course_session)
        .where(within_reach(viewer))
        .options(
            joinedload(Booking.person),
            joinedload(Booking.agency),
            joinedload(Booking.booked_by),
            joinedload(Booking.course_session).joinedload(CourseSession.course),
        )
    )


def _question(several: list[tuple[BookingWarning, Person | None]]) -> Question:
    (first, person), *_ = several
    return Question(
        sentences=[warning.sentence for warning, _ in several],
        labels=[WARNED_KIND_LABELS[WarnedKind(warning.kind)] for warning, _ in several],
        note=first.note,
        asked_at=first.created_at,
        answer=first.answer,
        settled_at=first.settled_at,
        settled_by=person.name if person is not None else "",
    )
