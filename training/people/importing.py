"""Brings a file of people into the partnership: who they are and where they work, never what they may do."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from training.agencies.models import Agency
from training.core.batch_commands import import_file
from training.core.batch_journal import Journal
from training.core.batch_kinds import BatchKind, Plan, Planned, register_batch_kind
from training.core.batches import Verdict
from training.core.refusal import Refused
from training.core.spreadsheets import Column, SheetRow
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
from training.people.file_matching import Acquaintances, Agencies, Groups, is_over, job_meant
from training.people.models import Employment, Person, Standing
from training.people.operations_addresses import require_address_in_reach
from training.people.reading import PersonRow, understood
from training.people.rules import same_mailbox

AGENCY = Column("agency", ("agency",), required=True, example="Sandby Council")
COLUMNS = (
    reading.GIVEN, reading.FAMILY, reading.ADDRESS, AGENCY, reading.JOB_ROLE, reading.GROUP, reading.STAFF_NUMBER,
    reading.MANAGER_NAME, reading.MANAGER_ADDRESS, reading.FROM, reading.TO, reading.TELEPHONE, reading.REFERENCE,
)  # fmt: skip
WORDS = {
    "person": "the person",
    "employment": "a job",
    "email_address": "an address",
    "account": "a sign-in",
    "role_grant": "a role",
    "address_claim": "another address on its way",
}
"""What may come to stand on a person whom a file added; other tables are called as they are."""


def import_people(viewer: Viewer, content: bytes, file_name: str = "", *, check: bool = False) -> list[str]:
    """Add and change people and their jobs as the file says, and return sentences on what was done.

    Raises TaskRefused with all problems by row, before anything is changed.
    """
    return import_file(viewer, IMPORT, content, {}, file_name, check=check)


class PeoplePlanner:
    """Compares the file with the people who are here."""

    def __init__(self, viewer: Viewer, _given: Mapping[str, Any], rows: Sequence[SheetRow]) -> None:
        self._viewer = viewer
        self._rows, self._problems = understood(rows)
        self._agencies, self._groups = Agencies(), Groups()
        named = {row.number: self._agencies.called(row.agency) for row in self._rows}
        self._agency: dict[int, Agency] = {number: agency for number, agency in named.items() if agency}
        self._known = Acquaintances(self._rows, {agency.id for agency in self._agency.values()})
        self._new: dict[str, PersonRow] = {}
        self._seen: dict[tuple[str, int], int] = {}

    def plan(self) -> list[Plan]:
        """A plan for each row."""
        return [self._planned(row) for row in self._rows]

    def lacking(self) -> list[Planned]:
        """Nobody: whom the file does not name stays as they are."""
        return []

    def carry_out(self, planned: Sequence[Planned], journal: Journal) -> None:
        """Add and change people and jobs."""
        carry_out(self._viewer, [cast("Deed", plan.deed) for _row, plan in planned], journal)

    def _planned(self, row: PersonRow) -> Plan:
        problems = self._problems[row.number]
        agency = self._agency.get(row.number)
        if agency is None:
            problems.append(f"No agency is called “{row.agency}”." if row.agency else "“agency” is empty.")
        elif is_ended(agency):
            problems.append(f"{agency.name} is no longer an agency of its own.")
        if row.group and self._groups.called(row.group) is None:
            problems.append(f"There is no workforce group “{row.group}”. Give its number or its name.")
        if problems or agency is None:
            return Plan(Verdict.PROBLEM, tuple(problems))
        try:
            person = self._meant(row, agency)
            key = person.ref if person else row.address or f"{agency.id}:{row.staff_number.lower()}"
            self._require_once(row, key, agency)
            return self._known_plan(row, person, agency, key) if person else self._new_plan(row, agency, key)
        except Refused as refusal:
            return Plan(Verdict.PROBLEM, (f"{refusal.sentence}.",))

    def _require_once(self, row: PersonRow, key: str, agency: Agency) -> None:
        first = self._seen.setdefault((key, agency.id), row.number)
        if first != row.number:
            raise Refused(f"It is about the same person and agency as row {first}")

    def _meant(self, row: PersonRow, agency: Agency) -> Person | None:
        by_address = self._known.by_address.get(row.address) if row.address else None
        if row.reference and not row.is_new:
            person = self._known.by_reference.get(row.reference.upper())
            if person is None or person.merged_into_id is not None:
                raise Refused(f"Nobody has the reference {row.reference[:40]}")
            if by_address is not None and by_address is not person:
                raise Refused(f"{row.address} belongs to {by_address.name} ({by_address.ref}), not to {person.ref}")
            return person
        if by_address is not None:
            return by_address
        numbered = self._known.numbered(agency.id, row.staff_number) if row.staff_number else []
        if not numbered:
            return None
        person = numbered[0]
        if len(numbered) > 1 or (row.name and row.family_name.casefold() != person.family_name.casefold()):
            shown = " and ".join(f"{each.name} ({each.ref})" for each in numbered)
            raise Refused(
                f"The staff number {row.staff_number} is that of {shown}. Put the right reference in the file"
            )
        return person

    def _new_plan(self, row: PersonRow, agency: Agency, key: str) -> Plan:
        missing = [
            word for word, text in (("a given name", row.given_name), ("a family name", row.family_name),
                                    ("a job role", row.job_role)) if not text
        ]  # fmt: skip
        if missing:
            raise Refused(f"Nobody here is meant, and somebody new needs {' and '.join(missing)}")
        alike = [] if row.is_new else self._known.named(agency.id, row.name)
        if alike:
            raise Refused(
                f"This may be the same person as {alike[0].name} ({alike[0].ref}), who works there already. "
                f"Put {alike[0].ref} in the column “reference”, or “new” if this is somebody else"
            )
        require_other_manager(row, [row.address])
        begins = self._begun(row, agency)
        first = self._new.setdefault(key, row)
        said = f"{day_in_words(begins['from_on'])} as {row.job_role}"
        if first is not row:
            if first.name != row.name:
                raise Refused(f"Row {first.number} gives the same address to {first.name}")
            return Plan(
                Verdict.ADD,
                (f"Another job of {row.name} (row {first.number}) at {agency.name} from {said}.",),
                Deed(row.number, key, begins=begins),
            )
        return Plan(
            Verdict.ADD,
            (f"{row.name} is added, at {agency.name} from {said}.",),
            Deed(row.number, key, added=row, begins=begins),
        )

    def _known_plan(self, row: PersonRow, person: Person, agency: Agency, key: str) -> Plan:
        require_other_manager(row, [address.address for address in person.addresses])
        deed = Deed(row.number, key, person=person)
        said: list[str] = []
        names = {"given_name": row.given_name, "family_name": row.family_name, "telephone": row.telephone}
        deed.person_values = differing(person, {name: text for name, text in names.items() if text})
        said += changes_in_words(person, deed.person_values, {})
        if row.address and row.address not in {address.address for address in person.addresses}:
            if person.addresses:
                raise Refused(
                    f"{person.name} ({person.ref}) has another address. Change it on the person’s page, not by file"
                )
            require_address_in_reach(self._viewer, person)
            deed.address = row.address
            said.append(f"Address: none → {row.address}.")
        jobs = [job for job in person.employments if job.agency_id == agency.id and not is_over(job)]
        job = job_meant([job for job in jobs if job.standing is not Standing.REFUSED], row)
        said += self._job_plan(row, deed, job, agency)
        if deed.is_nothing:
            return Plan(Verdict.SAME, (), deed)
        return Plan(Verdict.CHANGE, (f"{person.name} ({person.ref}).", *said), deed)

    def _job_plan(self, row: PersonRow, deed: Deed, job: Employment | None, agency: Agency) -> list[str]:
        if job is None:
            if not row.job_role:
                raise Refused("A new job needs a job role")
            deed.begins = self._begun(row, agency, deed.person)
            return [
                f"Begins at {agency.name} as {row.job_role} on {day_in_words(deed.begins['from_on'])}; "
                "other jobs go on."
            ]
        ends_on = moved_on(job, row)
        if ends_on is not None:
            deed.job, deed.ends_on, deed.begins = job, ends_on, self._begun(row, agency, deed.person)
            return [f"Ends as {job.job_role} on {day_in_words(ends_on)} and begins as {row.job_role} the day after."]
        deed.job = job
        deed.job_values = differing(job, job_values(row, agency, self._groups.called(row.group)))
        if row.to_on and row.to_on < job.from_on:
            raise Refused(f"The last day is before {day_in_words(job.from_on)}, when the job began")
        said = changes_in_words(job, deed.job_values, self._groups.names)
        if job.standing in (Standing.ASKED, Standing.LISTED) and not self._is_oneself(deed.person):
            deed.job_values["standing"] = Standing.VOUCHED
            said.append(f"It is confirmed that they work at {agency.name}.")
        return said

    def _is_oneself(self, person: Person | None) -> bool:
        """Nobody's file says where they work themselves."""
        return person is not None and person.id == self._viewer.person_id

    def _begun(self, row: PersonRow, agency: Agency, person: Person | None = None) -> dict[str, Any]:
        values = job_values(row, agency, self._groups.called(row.group))
        standing = Standing.ASKED if self._is_oneself(person) else Standing.VOUCHED
        begins = beginning(values, row, standing, self._viewer)
        if row.to_on and row.to_on < begins["from_on"]:
            raise Refused("The last day is before the first. Give the first day too")
        return begins


def is_ended(agency: Agency) -> bool:
    """Whether the agency is no longer one of its own."""
    return agency.ended_on is not None


def require_other_manager(row: PersonRow, own: Sequence[str]) -> None:
    """Refused where the manager's address is one of the person's own."""
    if row.manager_address and any(address and same_mailbox(address, row.manager_address) for address in own):
        raise Refused("The manager’s address is the person’s own")


def _may(viewer: Viewer, _given: Mapping[str, Any]) -> bool:
    return viewer.is_machine or viewer.has(Role.OFFICER)


IMPORT = register_batch_kind(
    BatchKind(name="people", label="People", columns=COLUMNS, may=_may, planner=PeoplePlanner, words=WORDS)
)
