"""Who is meant by a row of a file of people: by address, else by staff number at the agency, never by name alone."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from training.agencies.models import Agency, AgencyAlias
from training.core import clock
from training.core.columns import folded, new_reference
from training.core.database import db
from training.people.models import EmailAddress, Employment, Person
from training.people.models_workforce import WorkforceGroup
from training.people.reading import PersonRow

KEYS_A_QUERY = 500
Key = TypeVar("Key")


class Agencies:
    """Agencies by what people call them: code, name or another name."""

    def __init__(self) -> None:
        found = list(db.session.scalars(select(Agency)))
        by_id = {agency.id: agency for agency in found}
        others = db.session.execute(select(AgencyAlias.folded, AgencyAlias.agency_id))
        self._by_name = {name: by_id[key] for name, key in others}
        self._by_name |= {folded(agency.name): agency for agency in found}
        self._by_code = {agency.code.lower(): agency for agency in found}

    def called(self, text: str) -> Agency | None:
        """The agency with this code or name; None where there is none."""
        return self._by_code.get(text.strip().lower()) or self._by_name.get(folded(text))


class Groups:
    """Workforce groups by number or name."""

    def __init__(self) -> None:
        groups = list(db.session.scalars(select(WorkforceGroup)))
        self.names = {group.id: group.name for group in groups}
        self._found = {
            name: group
            for group in groups
            for name in (str(group.number), folded(f"group {group.number}"), folded(group.name))
        }

    def called(self, text: str) -> WorkforceGroup | None:
        """The group with this number or name; None where there is none."""
        return self._found.get(folded(text))


class Acquaintances:
    """Everybody who may be meant by a row of the file, with their addresses and jobs; read once."""

    def __init__(self, rows: Sequence[PersonRow], agency_ids: Iterable[int]) -> None:
        ids = self._meant(rows, set(agency_ids))
        people: list[Person] = []
        for chunk in _chunks(sorted(ids)):
            people += db.session.scalars(
                select(Person)
                .where(Person.id.in_(chunk), Person.anonymised_at.is_(None))
                .options(selectinload(Person.addresses), selectinload(Person.employments))
            )
        self.by_address = {row.address: person for person in people for row in person.addresses}
        self.by_reference = {person.ref: person for person in people}
        self._by_number: dict[tuple[int, str], list[Person]] = {}
        self._by_name: dict[tuple[int, str], list[Person]] = {}
        for person in people:
            for job in person.employments:
                if job.agency_id is None:
                    continue
                if job.staff_number:
                    _put(self._by_number, (job.agency_id, job.staff_number.lower()), person)
                if person.merged_into_id is None and not is_over(job):
                    _put(self._by_name, (job.agency_id, folded(person.name)), person)

    def numbered(self, agency_id: int, staff_number: str) -> list[Person]:
        """The people who have or had this staff number at the agency."""
        return self._by_number.get((agency_id, staff_number.lower()), [])

    def named(self, agency_id: int, name: str) -> list[Person]:
        """The people of this name who work at the agency."""
        return self._by_name.get((agency_id, folded(name)), [])

    def _meant(self, rows: Sequence[PersonRow], agency_ids: set[int]) -> set[int]:
        addresses = {row.address for row in rows if row.address}
        references = {row.reference.upper() for row in rows if row.reference and not row.is_new}
        by_address = select(EmailAddress.person_id)
        found: set[int] = set()
        for chunk in _chunks(sorted(addresses)):
            found |= _ids(by_address.where(EmailAddress.address.in_(chunk)))
        for chunk in _chunks(sorted(references)):
            found |= _ids(select(Person.id).where(Person.ref.in_(chunk)))
        for chunk in _chunks(sorted(agency_ids)):
            found |= _ids(select(Employment.person_id).where(Employment.agency_id.in_(chunk)))
        return found


def is_over(job: Employment, on: date | None = None) -> bool:
    """Whether the job ended before the day `on`, today where none is given; one still to come is not over."""
    return job.to_on is not None and job.to_on < (on or clock.today())


def job_meant(jobs: Sequence[Employment], row: PersonRow) -> Employment | None:
    """Which of somebody's jobs at one agency a row is about: the same role, else the same number, else the latest."""
    for fits in (
        [job for job in jobs if row.job_role and folded(job.job_role) == folded(row.job_role)],
        [job for job in jobs if row.staff_number and job.staff_number.lower() == row.staff_number.lower()],
        list(jobs),
    ):
        if fits:
            return max(fits, key=lambda job: (job.from_on, job.id))
    return None


def fresh_references(count: int) -> list[str]:
    """As many references for people as asked for, that nobody has."""
    found: set[str] = set()
    while len(found) < count:
        wanted = {new_reference("P") for _ in range(count - len(found))} - found
        for chunk in _chunks(sorted(wanted)):
            wanted -= set(db.session.scalars(select(Person.ref).where(Person.ref.in_(chunk))))
        found |= wanted
    return sorted(found)


def jobs_with_people(keys: Sequence[int]) -> Iterable[Employment]:
    """The jobs with these keys, in this order, with the people who have them and their addresses."""
    whom = selectinload(Employment.person).selectinload(Person.addresses)
    for chunk in _chunks(keys):
        found = select(Employment).where(Employment.id.in_(chunk)).options(whom, joinedload(Employment.agency))
        by_key = {job.id: job for job in db.session.scalars(found)}
        yield from (by_key[key] for key in chunk)


def _put(found: dict[tuple[int, str], list[Person]], key: tuple[int, str], person: Person) -> None:
    people = found.setdefault(key, [])
    if person not in people:
        people.append(person)


def _ids(statement: Select[int]) -> set[int]:
    return set(db.session.scalars(statement))


def _chunks(keys: Sequence[Key]) -> Iterable[Sequence[Key]]:
    return (keys[start : start + KEYS_A_QUERY] for start in range(0, len(keys), KEYS_A_QUERY))
