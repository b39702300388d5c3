"""What may be read of access needs: one's own, those of a session one answers for, and how many are not met."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, contains_eager

from training.bookings.models import HOLDING, LIVE, Booking
from training.bookings.models_needs import BookingNeed, PersonNeed
from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import Person
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.reach import teaches_at
from training.web.formats import count


@dataclass(frozen=True)
class NeedsStanding:
    """How many people of a session told what they need, how many of these are not met, and how many were removed."""

    told: int
    not_met: int
    removed: int

    @property
    def in_words(self) -> str:
        """Without a word of it: “2 people told us what they need: 1 not yet met.”; empty for nobody."""
        sentences: list[str] = []
        if self.told:
            met = f"{self.not_met} not yet met" if self.not_met else "all met" if self.told > 1 else "met"
            sentences.append(f"{count(self.told, 'person', 'people')} told us what they need: {met}.")
        if self.removed:
            sentences.append(f"What {count(self.removed, 'person', 'people')} told us was removed, as promised.")
        return " ".join(sentences)


@dataclass(frozen=True, repr=False)
class NeedShown:
    """What one person of a session needs, for those who see to it; no repr, so that no log shows it."""

    need_id: int
    version: int
    booking_ref: str
    name: str
    support: str
    diet: str
    told_at: datetime
    met_at: datetime | None
    met_how: str
    met_by: str

    @property
    def is_met(self) -> bool:
        return self.met_at is not None


def may_see_needs(viewer: Viewer, session_id: int) -> bool:
    """Whether `viewer` answers for the needs of this session: the officer, and its lead and co-trainers."""
    return (viewer.is_signed_in and viewer.has(Role.OFFICER)) or teaches_at(viewer, session_id)


def needs_standing(viewer: Viewer, session_id: int) -> NeedsStanding | None:
    """How the needs of a session stand, in numbers; None for whoever does not answer for them."""
    if not may_see_needs(viewer, session_id):
        return None
    kept = BookingNeed.removed_at.is_(None)
    row = db.session.execute(
        select(
            func.count().filter(kept),
            func.count().filter(kept, BookingNeed.met_at.is_(None)),
            func.count().filter(~kept),
        )
        .select_from(BookingNeed)
        .join(Booking, Booking.id == BookingNeed.booking_id)
        .where(Booking.session_id == session_id, Booking.state.in_(HOLDING))
    ).one()
    return NeedsStanding(*row)


def needs_of_session(viewer: Viewer, session_id: int) -> list[tuple[Booking, NeedShown]]:
    """The needs of everybody with a place, in words, unmet ones first; none for who does not answer for them.

    Whoever shows them notes the look: `operations_needs.look_at_needs` does both.
    """
    if not may_see_needs(viewer, session_id):
        return []
    marker = aliased(Person)
    rows = db.session.execute(
        select(BookingNeed, Booking, Person, marker)
        .join(Booking, Booking.id == BookingNeed.booking_id)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(marker, marker.id == BookingNeed.met_by_id)
        .where(Booking.session_id == session_id, Booking.state.in_(HOLDING), BookingNeed.removed_at.is_(None))
        .order_by(BookingNeed.met_at.is_not(None), Person.sort_key, Booking.id)
    )
    return [
        (
            booking,
            NeedShown(
                need_id=need.id,
                version=need.row_version,
                booking_ref=booking.ref,
                name=person.name,
                support=need.support,
                diet=need.diet,
                told_at=need.created_at,
                met_at=need.met_at,
                met_how=need.met_how,
                met_by=met_by.name if need.met_by_id is not None else "",
            ),
        )
        for need, booking, person, met_by in rows
    ]


def need_to_settle(viewer: Viewer, need_id: int) -> tuple[BookingNeed, Booking] | None:
    """The need that the officer says is met, with its booking; None for others, and once it was changed or removed."""
    if not (viewer.is_signed_in and viewer.has(Role.OFFICER)):
        return None
    row = db.session.execute(
        select(BookingNeed, Booking)
        .join(Booking, Booking.id == BookingNeed.booking_id)
        .where(BookingNeed.id == need_id, BookingNeed.removed_at.is_(None), Booking.state.in_(HOLDING))
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def own_need(viewer: Viewer, booking: Booking) -> BookingNeed | None:
    """What the asker told for their own booking; None where nothing is kept of it, and for everybody else."""
    if not viewer.is_signed_in or viewer.person_id != booking.person_id:
        return None
    return db.session.scalar(
        select(BookingNeed).where(BookingNeed.booking_id == booking.id, BookingNeed.removed_at.is_(None))
    )


def has_told(viewer: Viewer, booking: Booking) -> bool:
    """Whether the officer already has something to see to on this booking, without a word of it."""
    if not (viewer.is_signed_in and viewer.has(Role.OFFICER)):
        return False
    told = select(BookingNeed.id).where(BookingNeed.booking_id == booking.id, BookingNeed.removed_at.is_(None))
    return db.session.scalar(told) is not None


def own_kept(viewer: Viewer) -> PersonNeed | None:
    """What the asker asked us to keep for their next bookings."""
    if not viewer.is_signed_in:
        return None
    return db.session.scalar(select(PersonNeed).where(PersonNeed.person_id == viewer.person_id))


def coming_with_needs(viewer: Viewer) -> Sequence[Booking]:
    """The asker's own bookings to come for which they told what they need, soonest first."""
    return db.session.scalars(
        select(Booking)
        .join(BookingNeed, BookingNeed.booking_id == Booking.id)
        .join(Booking.course_session)
        .where(Booking.person_id == viewer.person_id, Booking.state.in_(LIVE), BookingNeed.removed_at.is_(None))
        .where(CourseSession.ends_at > clock.now(), CourseSession.status == SessionStatus.PUBLISHED)
        .options(contains_eager(Booking.course_session).joinedload(CourseSession.course))
        .order_by(CourseSession.starts_at, Booking.id)
    ).all()
