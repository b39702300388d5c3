"""Whom a viewer may book: the desk everybody, a lead the people of their agencies, a manager those they manage."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import aliased, joinedload

from training.bookings.models import LIVE, Booking, BookingState
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import SETTLED, EmailAddress, Employment, Person
from training.people.queries import lead_agencies, matching
from training.schedule.models import CourseSession


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be booked, with the jobs in which this viewer may book them."""

    person_id: int
    ref: str
    name: str
    address: str
    """Empty where they have none."""
    jobs: tuple[Employment, ...]
    present: str = ""
    """The reference of their live booking on the session, if they have one."""

    @property
    def only_job(self) -> Employment | None:
        """The job in which they come where there is nothing to choose."""
        return self.jobs[0] if len(self.jobs) == 1 else None


@dataclass(frozen=True)
class Range:
    """How far somebody books for others, read once for many people: the same as `bookings.reach` says of one."""

    viewer: Viewer
    led: frozenset[int]
    addresses: frozenset[str]
    """The viewer's own confirmed addresses: whose manager has one of them is managed by them."""

    def covers(self, job: Employment) -> bool:
        """Whether the viewer may book the person of this job in it."""
        if self.viewer.works_at_desk or job.person_id == self.viewer.person_id:
            return True
        return self.leads(job) or self.manages(job)

    def leads(self, job: Employment) -> bool:
        """Whether the viewer is a lead where this is a known job."""
        return job.standing in SETTLED and job.agency_id in self.led and job.person_id != self.viewer.person_id

    def manages(self, job: Employment) -> bool:
        """Whether the viewer is the confirmed manager of this job."""
        known = job.manager_confirmed_at is not None and job.person_id != self.viewer.person_id
        return known and job.manager_address in self.addresses


def range_of(viewer: Viewer) -> Range:
    """How far `viewer` books for others today."""
    led = lead_agencies(viewer) if viewer.has(Role.AGENCY_LEAD) else set[int]()
    return Range(viewer, frozenset(led), frozenset(own_addresses(viewer)))


def own_addresses(viewer: Viewer) -> list[str]:
    """The confirmed addresses of whoever is signed in."""
    if not viewer.is_signed_in:
        return []
    confirmed = select(EmailAddress.address).where(
        EmailAddress.person_id == viewer.person_id, EmailAddress.confirmed_at.is_not(None)
    )
    return list(db.session.scalars(confirmed))


def people_to_book(
    viewer: Viewer, words: str = "", *, agencies: set[int] | None = None
) -> Select[int, str, str, str, str]:
    """Columns of the people `viewer` may book, by name: id, ref, both names, address or None; for `paged`.

    With `agencies` only those who are known to work at one of them today.
    """
    works = true() if agencies is None else _works_for(agencies)
    return (
        select(Person.id, Person.ref, Person.given_name, Person.family_name, EmailAddress.address)
        .outerjoin(EmailAddress, (EmailAddress.person_id == Person.id) & EmailAddress.is_primary)
        .where(_in_reach(viewer), works, matching(words))
        .order_by(Person.sort_key, Person.id)
    )


def candidates(viewer: Viewer, refs: Collection[str], course_session: CourseSession) -> dict[str, Candidate]:
    """Those of the people with these references whom `viewer` may book on the session, by reference, in their order.

    A constant number of queries; nobody out of reach is in it.
    """
    found = {
        row.ref: row
        for row in db.session.execute(people_to_book(viewer).where(Person.ref.in_([ref.upper() for ref in refs])))
    }
    rows = [found[ref] for ref in dict.fromkeys(ref.upper() for ref in refs) if ref in found]
    keys = [row.id for row in rows]
    jobs = _jobs(range_of(viewer), keys, clock.local(course_session.starts_at).date())
    present = _present(course_session.id, keys)
    return {
        row.ref: Candidate(
            row.id,
            row.ref,
            f"{row.given_name} {row.family_name}",
            row.address or "",
            jobs.get(row.id, ()),
            present.get(row.id, ""),
        )
        for row in rows
    }


def refs_by_address(viewer: Viewer, addresses: Iterable[str]) -> dict[str, str]:
    """The reference of whoever has each of these addresses, among those `viewer` may book."""
    rows = db.session.execute(
        select(EmailAddress.address, Person.ref)
        .join(Person, Person.id == EmailAddress.person_id)
        .where(EmailAddress.address.in_(sorted(set(addresses))), Person.anonymised_at.is_(None), _in_reach(viewer))
    )
    return {row.address: row.ref for row in rows}


def refs_by_name(viewer: Viewer, names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The references of those called so among those `viewer` may book, by `name_key`, in a fixed order.

    Names are given as first and last; they are found the other way round as well.
    """
    keys: dict[str, set[str]] = {}
    for given, family in names:
        for sort_key in (folded(family, given), folded(given, family)):
            keys.setdefault(sort_key, set()).add(name_key(given, family))
    rows = db.session.execute(
        select(Person.ref, Person.sort_key)
        .where(Person.sort_key.in_(sorted(keys)), Person.anonymised_at.is_(None), _in_reach(viewer))
        .order_by(Person.id)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        for key in keys[row.sort_key]:
            found.setdefault(key, []).append(row.ref)
    return found


def name_key(given: str, family: str) -> str:
    """How a name is looked up."""
    return folded(given, family)


def _jobs(reach: Range, person_ids: Collection[int], on: date) -> Mapping[int, tuple[Employment, ...]]:
    """The jobs in which each may be booked: those they have today or on the day, as whoever books one sees them."""
    today = clock.today()
    rows = db.session.scalars(
        select(Employment)
        .where(Employment.person_id.in_(person_ids))
        .options(joinedload(Employment.agency), joinedload(Employment.workforce_group))
        .order_by(Employment.from_on, Employment.id)
    )
    found: dict[int, tuple[Employment, ...]] = {}
    for job in rows:
        if (job.is_current(on) or job.is_current(today)) and reach.covers(job):
            found[job.person_id] = (*found.get(job.person_id, ()), job)
    return found


def _present(session_id: int, person_ids: Collection[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(Booking.person_id, Booking.ref).where(
            Booking.session_id == session_id,
            Booking.person_id.in_(person_ids),
            Booking.state.in_(LIVE),
            Booking.state != BookingState.HELD,
        )
    )
    return {row.person_id: row.ref for row in rows}


def _in_reach(viewer: Viewer) -> ColumnElement[bool]:
    kept = Person.merged_into_id.is_(None)
    if viewer.works_at_desk:
        return and_(kept, true())
    led = lead_agencies(viewer) if viewer.has(Role.AGENCY_LEAD) else set[int]()
    return and_(kept, or_(_works_for(led), _is_managed(viewer)))


def _works_for(agency_ids: set[int]) -> ColumnElement[bool]:
    if not agency_ids:
        return false()
    job = aliased(Employment)
    settled = job.standing.in_(SETTLED)
    return exists().where(job.person_id == Person.id, job.agency_id.in_(agency_ids), settled, *_today(job))


def _is_managed(viewer: Viewer) -> ColumnElement[bool]:
    addresses = own_addresses(viewer)
    if not addresses:
        return false()
    job = aliased(Employment)
    return exists().where(
        job.person_id == Person.id,
        job.person_id != viewer.person_id,
        job.manager_address.in_(addresses),
        job.manager_confirmed_at.is_not(None),
        *_today(job),
    )


def _today(job: type[Employment]) -> tuple[ColumnElement[bool], ...]:
    today = clock.today()
    return job.from_on <= today, or_(job.to_on.is_(None), job.to_on >= today)
