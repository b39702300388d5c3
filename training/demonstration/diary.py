"""What was done in the present year beyond the rows it left, in the order of time and by the operations that do it.

So messages, calendars and the audit log say what they would say had the partnership been running all along.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from training.attendance.ticks import tell_register_open
from training.bookings import notices
from training.bookings.models import Booking, BookingState
from training.bookings.notices_trainers import trainer_asked
from training.bookings.operations import cancel_booking
from training.bookings.places import certain_position
from training.changes.operations_call_off import call_off_session
from training.core import audit, clock
from training.core.database import Base, db
from training.core.links import SignedLink, use_link
from training.core.viewer import Grant, Role, Viewer, ViewerKind
from training.evaluations.links import EVALUATION
from training.evaluations.models import EvaluationRequest
from training.evaluations.notices import ask_by_mail
from training.people.models import Person
from training.schedule.models import CourseSession, TrainerAssignment


@dataclass
class Diary:
    """Remembers deeds with their moments, and does them once all rows are written."""

    officer: Viewer
    _deeds: list[tuple[datetime, Callable[[], object]]] = field(
        default_factory=list[tuple[datetime, Callable[[], object]]]
    )
    _bookings: list[int] = field(default_factory=list[int])

    def note(self, at: datetime, deed: Callable[[], object]) -> None:
        """Have `deed` done as of the moment `at`."""
        self._deeds.append((at, deed))

    def asked(self, at: datetime, booking_id: int) -> None:
        """Somebody booked, and was told that they have a place or wait."""
        self._bookings.append(booking_id)
        self.note(at, partial(_tell_of_booking, booking_id))

    def cancelled(self, at: datetime, booking_id: int, viewer: Viewer, reason: str) -> None:
        """`viewer` cancelled a booking, and the place went to whoever waited."""
        self.note(at, lambda: cancel_booking(viewer, booking_id, reason))

    def called_off(self, at: datetime, session_id: int, reason: str) -> None:
        """The officer called a session off."""
        self.note(at, lambda: call_off_session(self.officer, session_id, reason))

    def accepted(self, at: datetime, assignment_id: int) -> None:
        """The session went into the calendar of a trainer."""
        self.note(at, lambda: notices.trainer_invited(db.session.get_one(TrainerAssignment, assignment_id)))

    def requested(self, at: datetime, assignment_id: int) -> None:
        """A trainer was asked by message whether they can teach."""
        self.note(at, lambda: trainer_asked(db.session.get_one(TrainerAssignment, assignment_id), again=False))

    def register_opened(self, at: datetime, assignment_id: int, part_id: int) -> None:
        """A trainer was told that the register of a part is open."""
        self.note(at, partial(tell_register_open, assignment_id, part_id))

    def asked_for_evaluation(self, at: datetime, request_id: int, answered_at: datetime | None) -> None:
        """Somebody was asked for an evaluation by mail, and perhaps answered."""
        self.note(at, lambda: ask_by_mail(db.session.get_one(EvaluationRequest, request_id)))
        if answered_at is not None:
            self.note(answered_at, partial(_close_link, request_id))

    def done(
        self,
        at: datetime,
        deed: str,
        subject: tuple[type[Base], int],
        *,
        viewer: Viewer | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """The officer, or `viewer`, did something that left its row already: the audit log alone is to say so."""
        who = viewer or self.officer
        self.note(at, lambda: audit.record(who, deed, db.session.get_one(*subject), after=after))

    def replay(self) -> None:
        """Do everything, the earliest first."""
        # The session knows rows only for as long as somebody holds them; hundreds of look-ups are saved.
        _held = (self._with_all_that_is_said(), db.session.scalars(select(CourseSession)).all())
        for at, deed in sorted(self._deeds, key=lambda noted: noted[0]):
            with clock.as_of(at):
                deed()
                db.session.flush()

    def _with_all_that_is_said(self) -> list[Booking]:
        statement = select(Booking).where(Booking.id.in_(self._bookings))
        options = (
            joinedload(Booking.person).selectinload(Person.addresses),
            joinedload(Booking.employment),
            joinedload(Booking.course_session).options(
                joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts)
            ),
        )
        return list(db.session.scalars(statement.options(*options)))


def as_person(person_id: int, *roles: Role) -> Viewer:
    """The person as a viewer who holds `roles` everywhere."""
    return Viewer(ViewerKind.PERSON, person_id, tuple(Grant(role) for role in roles))


def _tell_of_booking(booking_id: int) -> None:
    booking = db.session.get_one(Booking, booking_id)
    has_place = booking.state is BookingState.CONFIRMED
    deed = "booked" if has_place else "joined the waiting list"
    audit.record(as_person(booking.person_id), deed, booking, after={"state": booking.state})
    if has_place:
        notices.booked(booking)
    else:
        notices.waiting(booking, certain_position(booking))


def _close_link(request_id: int) -> None:
    statement = select(SignedLink).where(SignedLink.purpose == EVALUATION.name, SignedLink.subject_id == request_id)
    for link in db.session.scalars(statement).all():
        use_link(link)
