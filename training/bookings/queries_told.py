"""What is news of a booking for whoever answers for the person’s work: what they know, beside what stands now."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from training.bookings.agreements import last_day_to_object
from training.bookings.invites import invitable
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy, DeclinedBy
from training.bookings.models_told import ManagerTold, ToldStanding
from training.bookings.queries_session import is_untold
from training.bookings.settings_told import ManagerCopies, manager_copies
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db
from training.people.models import Employment
from training.people.queries_contacts import Contact, ContactKind, manager_contact
from training.schedule.models import CourseSession, SessionStatus

KEPT = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT, BookingState.OFFERED, BookingState.HELD)
"""States in which a booking that a manager knows of has not ended."""
OWN_DEEDS = (CancelledBy.MANAGER, CancelledBy.LEAD, DeclinedBy.MANAGER, DeclinedBy.LEAD)


class NewsKind(StrEnum):
    """What there is to say of a booking."""

    BOOKED = "booked"
    DATE = "date"
    ENDED = "ended"


@dataclass(frozen=True)
class News:
    """Something about one booking that its manager does not know."""

    booking: Booking
    kind: NewsKind
    told: ManagerTold | None

    @property
    def may_object(self) -> bool:
        """Whether an objection would cancel the booking today."""
        is_open = self.kind is not NewsKind.ENDED and self.booking.agreement is Agreement.DECLARED
        return is_open and clock.today() <= last_day_to_object(self.booking)

    @property
    def is_urgent(self) -> bool:
        """Whether tomorrow is too late to object."""
        return self.may_object and clock.today() >= last_day_to_object(self.booking)

    @property
    def is_said(self) -> bool:
        """Whether it is said by a message, as the partnership has set it; else they are only noted to know it.

        Not what they did themselves, and not that somebody they agreed to has a place.
        """
        booking, copies = self.booking, manager_copies()
        if copies is ManagerCopies.NOTHING:
            return False
        if self.kind is NewsKind.ENDED:
            by_themselves = booking.cancelled_by in OWN_DEEDS or booking.declined_by in OWN_DEEDS
            return copies is ManagerCopies.EVERYTHING and not by_themselves
        if self.kind is NewsKind.BOOKED and booking.agreement is Agreement.ASKED and self.told is None:
            return False
        return copies is ManagerCopies.EVERYTHING or self.may_object


def dates_now(course_session: CourseSession) -> list[str]:
    """When the session is, as `ManagerTold.dates` keeps it."""
    return [f"{part.on:%Y-%m-%d} {part.starts:%H:%M} {part.ends:%H:%M}" for part in course_session.parts]


def find_news(booking_ids: Collection[int] | None = None) -> list[News]:
    """All news of sessions to come, or of these bookings alone, in the order of the sessions; read afresh."""
    wanted = () if booking_ids is None else (Booking.id.in_(booking_ids),)
    fresh = _bookings().where(
        Booking.state == BookingState.CONFIRMED,
        CourseSession.status == SessionStatus.PUBLISHED,
        or_(ManagerTold.id.is_(None), ManagerTold.standing == ToldStanding.ENDED),
        ~is_untold(CourseSession.id),
        *wanted,
    )
    known = _bookings().where(ManagerTold.standing == ToldStanding.COMING, *wanted)
    told = _told_of(booking_ids)
    news = [News(booking, NewsKind.BOOKED, told.get(booking.id)) for booking in db.session.scalars(fresh)]
    untold = set(db.session.scalars(select(CourseSession.id).where(is_untold(CourseSession.id))))
    for booking in db.session.scalars(known):
        if booking.state not in KEPT:
            news.append(News(booking, NewsKind.ENDED, told[booking.id]))
        elif booking.session_id not in untold and dates_now(booking.course_session) != told[booking.id].dates:
            news.append(News(booking, NewsKind.DATE, told[booking.id]))
    return sorted(news, key=lambda one: (one.booking.course_session.starts_at, one.booking.id))


def contact_for(booking: Booking) -> Contact | None:
    """Who is told of the booking: the manager, or the lead in their place; None where nobody can be written to."""
    if booking.employment is None:
        return None
    contact = manager_contact(booking.employment)
    address = invitable(contact.address)
    if contact.kind is ContactKind.OFFICER or address is None:
        return None
    return Contact(contact.kind, contact.name, address.lower(), contact.person_id)


def manager_told(booking: Booking) -> str:
    """The address at which the line manager was told of the booking; empty where nobody was."""
    told = select(ManagerTold.address).where(ManagerTold.booking_id == booking.id, ManagerTold.is_manager)
    return db.session.scalar(told) or ""


def manager_to_be_told(booking: Booking) -> str:
    """The address of the line manager who reads of the booking in the next message; empty where nobody does."""
    job = booking.employment
    hears = (
        booking.agreement is Agreement.DECLARED
        and booking.state is BookingState.CONFIRMED
        and manager_copies() is not ManagerCopies.NOTHING
        and clock.now() < booking.course_session.starts_at
    )
    if not hears or job is None or job.manager_confirmed_at is None or manager_told(booking):
        return ""
    return job.manager_address


def what_manager_hears(booking: Booking) -> str:
    """What the line manager knows of a place, as a sentence for whoever has it; empty where they hear nothing."""
    if address := manager_told(booking):
        return f"We told your line manager at {address} that you are coming."
    if address := manager_to_be_told(booking):
        return f"Your line manager at {address} reads of it in the next message we send them."
    return ""


def _bookings() -> Select[Booking]:
    """Bookings whose person works for somebody, on sessions to come, with all that is said of them."""
    return (
        select(Booking)
        .join(Booking.course_session)
        .join(Employment, Employment.id == Booking.employment_id)
        .outerjoin(ManagerTold, ManagerTold.booking_id == Booking.id)
        .where(CourseSession.starts_at > clock.now(), Booking.agreement != Agreement.NONE)
        .options(
            contains_eager(Booking.course_session).options(
                joinedload(CourseSession.course), joinedload(CourseSession.venue), selectinload(CourseSession.parts)
            ),
            joinedload(Booking.person),
            joinedload(Booking.employment),
            joinedload(Booking.terms),
        )
        .order_by(CourseSession.starts_at, Booking.id)
        .execution_options(populate_existing=True)
    )


def _told_of(booking_ids: Collection[int] | None) -> dict[int, ManagerTold]:
    rows = select(ManagerTold).join(Booking).join(CourseSession).where(CourseSession.starts_at > clock.now())
    if booking_ids is not None:
        rows = rows.where(ManagerTold.booking_id.in_(booking_ids))
    found = db.session.scalars(rows.execution_options(populate_existing=True))
    return {told.booking_id: told for told in found}
