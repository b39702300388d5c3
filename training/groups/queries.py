"""What those see who book for others: the bookings of their people, one group with an answer for each, who was told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from training.bookings import mail, mail_asked
from training.bookings.models import LIVE, Booking, BookingState
from training.bookings.models_agencies import GroupBooking
from training.bookings.models_groups import GroupRefusal
from training.catalogue.models import Course
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import Role, Viewer
from training.groups.queries_people import own_addresses, people_to_book
from training.people.models import Employment, Person
from training.people.queries import lead_agencies
from training.schedule.models import CourseSession

FIRST_WORDS = (mail.CONFIRMATION, mail.WAITING, mail.APPLIED, mail_asked.AWAITING)
"""The kinds of messages that say what became of a booking when it was made."""


def in_charge_of(viewer: Viewer) -> ColumnElement[bool]:
    """Which rows of Booking `viewer` may act on for somebody else: the same as `bookings.reach.acts_as` says of one."""
    if viewer.works_at_desk:
        return true()
    reach: list[ColumnElement[bool]] = []
    if viewer.has(Role.AGENCY_LEAD):
        reach.append(Booking.agency_id.in_(lead_agencies(viewer)))
    addresses = own_addresses(viewer)
    if addresses:
        job = aliased(Employment)
        reach.append(
            exists().where(
                job.id == Booking.employment_id,
                job.person_id != viewer.person_id,
                job.manager_address.in_(addresses),
                job.manager_confirmed_at.is_not(None),
            )
        )
    return or_(*reach) if reach else false()


@dataclass(frozen=True)
class GroupFilters:
    """Which bookings of their people somebody wants to see."""

    words: str = ""
    states: Collection[BookingState] = LIVE


def bookings_of_people(viewer: Viewer, filters: GroupFilters) -> Select[Booking]:
    """The bookings `viewer` looks after for others on sessions to come, the soonest first; for `paged`."""
    return (
        select(Booking)
        .join(Booking.course_session)
        .join(CourseSession.course)
        .join(Person, Person.id == Booking.person_id)
        .where(
            in_charge_of(viewer),
            Booking.state.in_(filters.states),
            CourseSession.starts_at > clock.now(),
            *(_says(word) for word in folded(filters.words).split()[:8]),
        )
        .options(
            contains_eager(Booking.course_session).contains_eager(CourseSession.course),
            joinedload(Booking.person),
            joinedload(Booking.agency),
            joinedload(Booking.employment),
            joinedload(Booking.group),
        )
        .order_by(CourseSession.starts_at, CourseSession.id, Person.sort_key, Booking.id)
    )


def _says(word: str) -> ColumnElement[bool]:
    return or_(
        Person.search_text.contains(word, autoescape=True),
        Course.search_text.contains(word, autoescape=True),
        func.lower(CourseSession.ref).contains(word, autoescape=True),
        func.lower(Booking.ref).contains(word, autoescape=True),
    )


def booking_looked_after(viewer: Viewer, ref: str) -> Booking | None:
    """The booking with this reference that `viewer` looks after for somebody else."""
    return db.session.scalar(
        select(Booking)
        .where(Booking.ref == ref.strip().upper(), in_charge_of(viewer))
        .options(joinedload(Booking.person), joinedload(Booking.course_session).joinedload(CourseSession.course))
    )


@dataclass(frozen=True)
class GroupSeen:
    """A group as far as the viewer sees it: its bookings and those who could not be booked, by name."""

    group: GroupBooking
    bookings: list[Booking] = field(default_factory=list[Booking])
    refused: list[GroupRefusal] = field(default_factory=list[GroupRefusal])

    @property
    def people(self) -> int:
        return len(self.bookings) + len(self.refused)


def group_by_ref(viewer: Viewer, ref: str) -> GroupBooking | None:  # noqa: ARG001 - `group_seen` says who sees it
    """The group with this reference, of which `group_seen` says whether anybody in it is for the viewer."""
    return db.session.scalar(
        select(GroupBooking)
        .where(GroupBooking.ref == ref.strip().upper())
        .options(joinedload(GroupBooking.course_session).joinedload(CourseSession.course))
    )


def group_seen(viewer: Viewer, group: GroupBooking) -> GroupSeen | None:
    """The group with those of it whom `viewer` looks after today; None where there is nobody."""
    bookings = db.session.scalars(
        select(Booking)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.group_id == group.id, in_charge_of(viewer))
        .options(joinedload(Booking.person), joinedload(Booking.agency))
        .order_by(Person.sort_key, Booking.id)
    )
    own = people_to_book(viewer).with_only_columns(Person.id).order_by(None)
    refused = db.session.scalars(
        select(GroupRefusal)
        .join(Person, Person.id == GroupRefusal.person_id)
        .where(GroupRefusal.group_id == group.id, GroupRefusal.person_id.in_(own))
        .options(joinedload(GroupRefusal.person))
        .order_by(Person.sort_key, GroupRefusal.id)
    )
    seen = GroupSeen(group, list(bookings), list(refused))
    return seen if seen.people else None


@dataclass(frozen=True)
class Told:
    """Who was written to about a booking first, and what became of that message."""

    to: str
    in_words: str


def who_was_told(bookings: Sequence[Booking]) -> dict[int, Told]:
    """The first message about each booking, by the key of the booking; one query. The caller answers for the reach."""
    about = {f"booking:{booking.id}": booking.id for booking in bookings}
    first = (
        select(func.min(OutboxMessage.id))
        .where(OutboxMessage.about.in_(sorted(about)), OutboxMessage.kind.in_([kind.name for kind in FIRST_WORDS]))
        .group_by(OutboxMessage.about)
    )
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(first)))
    return {about[row.about]: Told(row.recipient_address, row.state_in_words) for row in rows}
