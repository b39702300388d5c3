"""Finds the course, the venue and the trainers that a file means, among those that can be planned today."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from training.agencies.models import Agency
from training.catalogue.models import Course, CourseStatus, Mode
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.people.models import EmailAddress, Employment, Person, RoleGrant
from training.programme.rules import Teacher
from training.schedule.queries import venues


@dataclass(frozen=True)
class PlannedCourse:
    """What a new session takes over from its course."""

    id: int
    code: str
    title: str
    status: CourseStatus
    mode: Mode
    capacity: int


class Courses:
    """All courses, by code and by title."""

    def __init__(self) -> None:
        found = db.session.execute(
            select(Course.id, Course.code, Course.title, Course.status, Course.mode, Course.capacity).order_by(
                Course.sort_key, Course.id
            )
        )
        self.all = [PlannedCourse(*row) for row in found]
        self._known: dict[str, list[PlannedCourse]] = defaultdict(list)
        for course in self.all:
            self._known[folded(course.title)].append(course)
        self._codes = {course.code.casefold(): course for course in self.all}

    def called(self, text: str) -> PlannedCourse:
        """The course with this code or title; Refused where there is none, several, or it is retired."""
        course = self._codes.get(text.strip().casefold())
        titled = self._known.get(folded(text), [])
        if course is None and len(titled) > 1:
            codes = " and ".join(each.code for each in titled)
            raise Refused(f"Several courses are called “{text[:60]}”: {codes}. Give the code")
        course = course or next(iter(titled), None)
        if course is None:
            raise Refused(f"No course has the code or title “{text[:60]}”")
        if course.status is CourseStatus.RETIRED:
            raise Refused(f"{course.title} is retired. Make it live before you plan it")
        return course


class Venues:
    """All places, by name."""

    def __init__(self, viewer: Viewer) -> None:
        self.all = venues(viewer)
        self._known = {folded(venue.name): venue.id for venue in self.all}

    def called(self, text: str) -> int | None:
        """The key of the place with this name, None for no name; Refused where there is none."""
        if not text:
            return None
        if folded(text) not in self._known:
            raise Refused(f"No venue is called “{text[:60]}”")
        return self._known[folded(text)]


@dataclass(frozen=True)
class PoolMember:
    """Somebody who holds the role of trainer today."""

    id: int
    ref: str
    name: str


class Pool:
    """The training pool of today, by name, reference and address."""

    def __init__(self) -> None:
        today = clock.today()
        found = db.session.execute(
            select(Person.id, Person.ref, Person.given_name, Person.family_name, Person.sort_key)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(RoleGrant.role == Role.TRAINER, RoleGrant.from_on <= today, Person.merged_into_id.is_(None))
            .where(or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today))
            .order_by(Person.sort_key, Person.id)
            .distinct()
        )
        self.all = [PoolMember(key, ref, f"{given} {family}") for key, ref, given, family, _sort_key in found]
        self._named: dict[str, list[PoolMember]] = defaultdict(list)
        for member in self.all:
            self._named[folded(member.name)].append(member)
        by_id = {member.id: member for member in self.all}
        self._known = {member.ref.casefold(): member for member in self.all}
        addresses = db.session.execute(
            select(EmailAddress.address, EmailAddress.person_id).where(EmailAddress.person_id.in_(by_id))
        )
        self._known |= {address.casefold(): by_id[person_id] for address, person_id in addresses}

    def called(self, text: str) -> PoolMember | None:
        """Who is meant by a name, an address or a reference, None for nothing; Refused where it is not one trainer."""
        if not text:
            return None
        # A name may be followed by the reference that tells it from another: “Sam Lee (P7K3M)”.
        _, _, behind = text.rstrip(") ").rpartition("(")
        known = self._known.get(text.strip().casefold()) or self._known.get(behind.strip().casefold())
        named = self._named.get(folded(text), [])
        if known is None and len(named) > 1:
            refs = " and ".join(member.ref for member in named)
            raise Refused(f"Several trainers are called {text[:60]}. Give the reference: {refs}")
        known = known or next(iter(named), None)
        if known is None:
            raise Refused(f"No trainer is called “{text[:60]}”. Only people with the role of trainer can be named")
        return known

    def written(self, person_id: int, name: str, ref: str) -> str:
        """How a file names somebody so that they are found again."""
        alike = [member for member in self._named.get(folded(name), []) if member.id != person_id]
        return f"{name} ({ref})" if alike else name


class Agencies:
    """For whom people work, on any day."""

    def __init__(self, person_ids: Collection[int]) -> None:
        self._periods: dict[int, list[tuple[date, date | None, str]]] = defaultdict(list)
        found = db.session.execute(
            select(Employment.person_id, Employment.from_on, Employment.to_on, Agency.name)
            .join(Agency, Agency.id == Employment.agency_id)
            .where(Employment.person_id.in_(person_ids))
            .order_by(Employment.id)
        )
        for person_id, from_on, to_on, name in found:
            self._periods[person_id].append((from_on, to_on, name))

    def of(self, person_id: int, on: date) -> frozenset[str]:
        """The agencies a person works for on the day `on`."""
        return frozenset(
            name for from_on, to_on, name in self._periods.get(person_id, []) if from_on <= on <= (to_on or on)
        )

    def teacher(self, person_id: int, name: str, on: date, *, teaches: bool = True) -> Teacher:
        """The person on a session that begins on the day `on`."""
        return Teacher(person_id, name, self.of(person_id, on), teaches)
