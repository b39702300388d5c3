"""The staff list of an agency by file: who joined, who left, what changed; nobody is pulled in against their will."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from sqlalchemy import select

from training.agencies.models import Agency, AgencyDomain
from training.agencies.queries import ids_below
from training.core.batch_journal import Journal
from training.core.batch_kinds import BatchKind, Plan, Planned, register_batch_kind
from training.core.batches import Verdict
from training.core.database import db
from training.core.refusal import Refused
from training.core.spreadsheets import SheetRow
from training.core.viewer import Role, Viewer
from training.people import reading
from training.people.file_deeds import (
    Deed,
    beginning,
    carry_out,
    changes_in_words,
    day_in_words,
    differing,
    job_values,
    moved_on,
)
from training.people.file_matching import Acquaintances, Groups, is_over, job_meant, jobs_with_people
from training.people.importing import WORDS, require_other_manager
from training.people.leavers import on_list, warning_of_leavers
from training.people.mail_listed import tell_listed
from training.people.models import SETTLED, Employment, Person, Standing
from training.people.queries import lead_agencies
from training.people.reading import PersonRow, understood
from training.people.rules import on_domains

COLUMNS = (
    reading.GIVEN, reading.FAMILY, reading.ADDRESS, reading.STAFF_NUMBER, reading.JOB_ROLE, reading.GROUP,
    reading.MANAGER_NAME, reading.MANAGER_ADDRESS, reading.FROM, reading.TO, reading.REFERENCE,
)  # fmt: skip


class StaffPlanner:
    """Compares the file with the agency's list as the lead sees it; what others know of somebody plays no part."""

    def __init__(self, viewer: Viewer, given: Mapping[str, Any], rows: Sequence[SheetRow]) -> None:
        self._viewer = viewer
        self._as_lead = bool(given["as_lead"])
        self._last_on = date.fromisoformat(given["last_on"])
        self._agency = db.session.get_one(Agency, int(given["agency"]))
        self._rows, self._problems = understood(rows)
        self._groups = Groups()
        self._known = Acquaintances(self._rows, {self._agency.id})
        self._domains, self._others = domains_within_and_without(self._agency.id)
        self._listed = self._present_list()
        self._seen_ids = {job.person_id for job in self._listed}
        self._agreed_ids = {job.person_id for job in self._listed if job.standing in SETTLED}
        self._first: dict[str, int] = {}
        self._named: set[int] = set()

    def plan(self) -> list[Plan]:
        """A plan for each row."""
        return [self._planned(row) for row in self._rows]

    def lacking(self) -> list[Planned]:
        """Those on the list whom the file does not name: they leave, on the day that was given."""
        return [self._leaving(job) for job in self._listed if job.id not in self._named]

    def carry_out(self, planned: Sequence[Planned], journal: Journal) -> None:
        """Add, change and end jobs, and tell those whom a lead put on the list."""
        # Who leaves stands in no row of the file, and has got its number since.
        deeds = [replace(cast("Deed", plan.deed), number=row.number) for row, plan in planned]
        carry_out(self._viewer, deeds, journal)
        if self._as_lead:
            joined = [deed.begun_id for deed in deeds if deed.begun_id and not (deed.person and deed.ends_on)]
            for job in jobs_with_people(joined):
                tell_listed(job)

    def _present_list(self) -> list[Employment]:
        """The jobs that the list shows now, by name."""
        found = db.session.scalars(
            select(Employment)
            .join(Person, Person.id == Employment.person_id)
            .where(on_list(self._agency.id))
            .order_by(Person.sort_key, Employment.id)
        )
        return list(found)

    def _planned(self, row: PersonRow) -> Plan:
        problems = self._problems[row.number]
        if row.group and self._groups.called(row.group) is None:
            problems.append(f"There is no workforce group “{row.group}”. Give its number or its name.")
        if problems:
            return Plan(Verdict.PROBLEM, tuple(problems))
        try:
            person = self._meant(row)
            key = self._key(row, person)
            first = self._first.setdefault(key, row.number)
            if first != row.number:
                raise Refused(f"It is about the same person as row {first}")
            job = self._job(person, row) if person else None
            if person is not None and job is not None:
                return self._known_plan(row, person, job)
            return self._joining_plan(row, person, key)
        except Refused as refusal:
            return Plan(Verdict.PROBLEM, (f"{refusal.sentence}.",))

    def _key(self, row: PersonRow, person: Person | None) -> str:
        """What tells whether two rows are about one person: nothing that only the records of others could say."""
        if person is not None and self._has_agreed(person):
            return person.ref
        return row.address or row.staff_number.lower() or row.reference.upper()

    def _meant(self, row: PersonRow) -> Person | None:
        if row.reference and not row.is_new:
            person = self._known.by_reference.get(row.reference.upper())
            if person is None or not self._has_agreed(person):
                raise Refused(f"Nobody on this list has the reference {row.reference[:40]}")
            return person
        if row.address:
            return self._known.by_address.get(row.address) or self._numbered(row)
        return self._numbered(row)

    def _numbered(self, row: PersonRow) -> Person | None:
        found = self._known.numbered(self._agency.id, row.staff_number) if row.staff_number else []
        seen = [person for person in found if self._is_seen(person)]
        if len(seen) > 1:
            raise Refused(f"Several people on this list have the staff number {row.staff_number}")
        if seen and row.address and not self._owns(seen[0], row.address):
            if not self._has_agreed(seen[0]):
                raise Refused(f"The staff number {row.staff_number} is that of somebody else on this list")
            raise Refused(
                f"The staff number {row.staff_number} is that of {seen[0].name}, who has another address here. "
                "They or the training team can change it"
            )
        return seen[0] if seen else None

    def _owns(self, person: Person, address: str) -> bool:
        return any(row.address == address for row in person.addresses)

    def _is_seen(self, person: Person) -> bool:
        """Whether the list shows the person, so that it is no news to the lead that they are here."""
        return person.merged_into_id is None and person.id in self._seen_ids

    def _has_agreed(self, person: Person) -> bool:
        """Whether the list shows the person by name: until they agree the lead knows what the file said, no more."""
        return person.merged_into_id is None and person.id in self._agreed_ids

    def _job(self, person: Person, row: PersonRow) -> Employment | None:
        here = [job for job in person.employments if job.agency_id == self._agency.id]
        jobs = [job for job in here if not is_over(job) and job.standing is not Standing.REFUSED]
        if not jobs and any(job.standing is Standing.REFUSED for job in here):
            raise Refused("They said that they do not work here. Ask the training team")
        return job_meant(jobs, row)

    def _known_plan(self, row: PersonRow, person: Person, job: Employment) -> Plan:
        self._named |= {job.id for job in self._listed if job.person_id == person.id}
        own = [address.address for address in person.addresses] if self._has_agreed(person) else [row.address]
        require_other_manager(row, own)
        deed = Deed(row.number, person.ref, person=person, job=job)
        ends_on = moved_on(job, row)
        if row.to_on and row.to_on < job.from_on:
            raise Refused(f"The last day is before {day_in_words(job.from_on)}, when the job began")
        if ends_on is not None:
            standing = Standing.VOUCHED if job.standing is not Standing.LISTED else Standing.LISTED
            if self._is_oneself(person):
                standing = job.standing
            deed.ends_on, deed.begins = ends_on, self._begun(row, standing)
            return Plan(
                Verdict.CHANGE,
                (f"Ends as {job.job_role} on {day_in_words(ends_on)} and begins as {row.job_role} the day after.",),
                deed,
            )
        deed.job_values = differing(job, job_values(row, self._agency, self._groups.called(row.group)))
        said = changes_in_words(job, deed.job_values, self._groups.names)
        if job.standing is Standing.ASKED and not self._is_oneself(person):
            deed.job_values["standing"] = Standing.VOUCHED
            said.append("They asked to be on the list; you confirm that they work here.")
        if deed.is_nothing:
            return Plan(Verdict.SAME, (), deed)
        return Plan(Verdict.CHANGE, tuple(said), deed)

    def _joining_plan(self, row: PersonRow, person: Person | None, key: str) -> Plan:
        missing = [
            word for word, text in (("a given name", row.given_name), ("a family name", row.family_name),
                                    ("a job role", row.job_role)) if not text
        ]  # fmt: skip
        if missing:
            raise Refused(f"Nobody on this list is meant, and somebody who joins needs {' and '.join(missing)}")
        seen = [each for each in self._known.named(self._agency.id, row.name) if self._has_agreed(each)]
        if seen and not row.is_new:
            raise Refused(
                f"This may be the same person as {seen[0].name} ({seen[0].ref}), who is on this list. "
                f"Put {seen[0].ref} in the column “reference”, or “new” if this is somebody else"
            )
        require_other_manager(row, [row.address])
        begins = self._begun(row, self._standing(row, person))
        deed = Deed(row.number, key, person=person, added=None if person else row, begins=begins)
        said = [f"Joins as {row.job_role} on {day_in_words(begins['from_on'])}."]
        if self._as_lead and row.address:
            # The same words whether somebody has the address already or not.
            said.append("They are told by email and can say that they do not work here.")
            if not self._is_ours(row.address):
                said.append("As the address is not on a domain of the agency alone, they count once they agree.")
        return Plan(Verdict.ADD, tuple(said), deed)

    def _standing(self, row: PersonRow, person: Person | None) -> Standing:
        """How far a lead's word goes: for addresses on the agency's own domains, and for people without an address.

        Nobody's goes so far as to say where they work themselves.
        """
        if person is not None and self._is_oneself(person):
            return Standing.ASKED
        if not self._as_lead or not row.address:
            return Standing.VOUCHED
        if not self._is_ours(row.address):
            return Standing.LISTED
        if person is None:
            return Standing.VOUCHED
        confirmed = any(each.address == row.address and each.confirmed_at for each in person.addresses)
        return Standing.BY_ADDRESS if confirmed else Standing.LISTED

    def _is_oneself(self, person: Person) -> bool:
        return person.id == self._viewer.person_id

    def _is_ours(self, address: str) -> bool:
        return on_domains(address, self._domains) and not on_domains(address, self._others)

    def _begun(self, row: PersonRow, standing: Standing) -> dict[str, Any]:
        begins = beginning(job_values(row, self._agency, self._groups.called(row.group)), row, standing, self._viewer)
        if row.to_on and row.to_on < begins["from_on"]:
            raise Refused("The last day is before the first. Give the first day too")
        return begins

    def _leaving(self, job: Employment) -> Planned:
        person = db.session.get_one(Person, job.person_id)
        last_on = max(self._last_on, job.from_on)
        cells = {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "job_role": job.job_role,
            "reference": person.ref,
        }
        if job.standing is Standing.LISTED:
            # What the record says of somebody who has not agreed is not for the lead.
            cells = {"job_role": job.job_role, "staff_number": job.staff_number}
        deed = Deed(0, person.ref, person=person, job=job, ends_on=last_on)
        said = f"Not in the file: leaves, with {day_in_words(last_on)} as the last day."
        return SheetRow(0, cells, is_lacking=True), Plan(Verdict.LEAVE, (said,), deed)


def domains_within_and_without(agency_id: int) -> tuple[list[str], list[str]]:
    """The e-mail domains of the agency, and those of all agencies that are neither it nor below it.

    An address on one that is in both, or on a part of the first that is in the second, says nothing of where somebody
    works.
    """
    below = ids_below(agency_id)
    rows = db.session.execute(select(AgencyDomain.agency_id, AgencyDomain.domain).order_by(AgencyDomain.id)).all()
    return (
        [domain for key, domain in rows if key == agency_id],
        [domain for key, domain in rows if key not in below],
    )


def _may(viewer: Viewer, given: Mapping[str, Any]) -> bool:
    """Officers for every agency; a lead for theirs and those below, and never as if they were an officer."""
    if viewer.is_machine or viewer.has(Role.OFFICER):
        return True
    return bool(given["as_lead"]) and int(given["agency"]) in lead_agencies(viewer)


STAFF_LIST = register_batch_kind(
    BatchKind(
        name="staff-list",
        label="Staff list",
        columns=COLUMNS,
        may=_may,
        planner=StaffPlanner,
        most_rows=5_000,
        whole=True,
        words=WORDS,
        warning=warning_of_leavers,
    )
)
