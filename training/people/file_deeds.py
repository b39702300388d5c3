"""What a row of a file of people does: adding somebody, beginning, changing or ending a job; in words, and done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from training.agencies.models import Agency
from training.core import clock
from training.core.batch_journal import Journal
from training.core.bulk import add_rows, filled
from training.core.database import db
from training.core.viewer import Viewer
from training.people.file_matching import fresh_references
from training.people.models import SETTLED, EmailAddress, Employment, Person, Standing
from training.people.models_workforce import WorkforceGroup
from training.people.operations_addresses import fold, sorted_and_found_by
from training.people.operations_standing import manager_goes
from training.people.reading import PersonRow

LABELS = {
    "given_name": "First name",
    "family_name": "Last name",
    "telephone": "Telephone",
    "job_role": "Role",
    "staff_number": "Staff number",
    "manager_name": "Manager",
    "manager_address": "Manager’s address",
    "to_on": "Last day",
}


@dataclass
class Deed:
    """What is to be done for one row; `key` says which of the file's new people it is about."""

    number: int
    key: str
    person: Person | None = None
    added: PersonRow | None = None
    person_values: dict[str, Any] = field(default_factory=dict[str, Any])
    address: str = ""
    job: Employment | None = None
    job_values: dict[str, Any] = field(default_factory=dict[str, Any])
    begins: dict[str, Any] | None = None
    ends_on: date | None = None
    begun_id: int | None = None
    """The key of the job that was begun, once it is done."""

    @property
    def is_nothing(self) -> bool:
        return not (self.added or self.person_values or self.address or self.job_values or self.begins or self.ends_on)


def job_values(row: PersonRow, agency: Agency, group: WorkforceGroup | None) -> dict[str, Any]:
    """What the row says of the job, by column; what it leaves open is not there."""
    said: dict[str, Any] = {
        "job_role": row.job_role,
        "staff_number": row.staff_number,
        "manager_name": row.manager_name,
        "manager_address": row.manager_address,
        "to_on": row.to_on,
        "workforce_group_id": group.id if group else None,
    }
    return {"agency_id": agency.id} | {name: value for name, value in said.items() if value not in ("", None)}


def beginning(values: dict[str, Any], row: PersonRow, standing: Standing, viewer: Viewer) -> dict[str, Any]:
    """The columns of a new job that the row begins."""
    settled = standing in SETTLED
    return {
        "job_role": "",
        **values,
        "from_on": row.from_on or clock.today(),
        "standing": standing,
        "settled_at": clock.now() if settled else None,
        "settled_by_id": viewer.person_id if settled else None,
        "manager_confirmed_at": clock.now() if settled and values.get("manager_address") else None,
    }


def differing(row: Person | Employment, values: dict[str, Any]) -> dict[str, Any]:
    """Those of `values` that the row does not have yet."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def changes_in_words(row: Person | Employment, values: dict[str, Any], groups: dict[int, str]) -> list[str]:
    """What setting `values` would change, a sentence for each column."""
    said = [
        f"{LABELS[name]}: {_shown(getattr(row, name))} → {_shown(value)}."
        for name, value in values.items()
        if name in LABELS
    ]
    if "workforce_group_id" in values and isinstance(row, Employment):
        before = groups.get(row.workforce_group_id or 0, "none")
        said.append(f"Workforce group: {before} → {groups[values['workforce_group_id']]}.")
    return said


def day_in_words(day: date) -> str:
    """A day as pages write it."""
    return f"{day.day} {day:%B %Y}"


def carry_out(viewer: Viewer, deeds: Sequence[Deed], journal: Journal) -> None:
    """Do them all, a statement for each table, telling the journal which row of the file each change belongs to."""
    new = _add_people([deed for deed in deeds if deed.added is not None], journal)
    with db.session.no_autoflush:
        for deed in deeds:
            if deed.person is not None:
                _change_person(deed, deed.person, journal)
            if deed.job is not None:
                _change(viewer, deed, deed.job, journal)
    db.session.flush()
    _begin_jobs(deeds, new, journal)


def _add_people(deeds: Sequence[Deed], journal: Journal) -> dict[str, int]:
    """Add those who are new, with their addresses; their keys by what the deeds call them."""
    rows = [(deed, deed.added) for deed in deeds if deed.added is not None]
    people = filled(
        Person, [_columns(row, ref) for (_deed, row), ref in zip(rows, fresh_references(len(rows)), strict=True)]
    )
    keys = [person["id"] for person in people]
    addressed = [(deed, row, key) for (deed, row), key in zip(rows, keys, strict=True) if row.address]
    addresses = filled(
        EmailAddress,
        [{"person_id": key, "address": row.address, "is_primary": True} for _deed, row, key in addressed],
    )
    add_rows(Person, people)
    add_rows(EmailAddress, addresses)
    for (deed, _row), person in zip(rows, people, strict=True):
        journal.added(deed.number, Person, person)
    for (deed, _row, _key), address in zip(addressed, addresses, strict=True):
        journal.added(deed.number, EmailAddress, address)
    return {deed.key: key for (deed, _row), key in zip(rows, keys, strict=True)}


def _columns(row: PersonRow, ref: str) -> dict[str, Any]:
    own = [row.address] if row.address else []
    sort_key, search_text = sorted_and_found_by(row.given_name, row.family_name, ref, own)
    return {
        "ref": ref,
        "given_name": row.given_name,
        "family_name": row.family_name,
        "telephone": row.telephone,
        "sort_key": sort_key,
        "search_text": search_text,
    }


def _begin_jobs(deeds: Sequence[Deed], new: Mapping[str, int], journal: Journal) -> None:
    began = [(deed, deed.begins) for deed in deeds if deed.begins is not None]
    jobs = filled(
        Employment,
        [{"person_id": deed.person.id if deed.person else new[deed.key], **begins} for deed, begins in began],
    )
    add_rows(Employment, jobs)
    for (deed, _begins), job in zip(began, jobs, strict=True):
        deed.begun_id = job["id"]
        journal.added(deed.number, Employment, job)
        if deed.person is not None:
            db.session.expire(deed.person, ["employments"])


def _change_person(deed: Deed, person: Person, journal: Journal) -> None:
    if not deed.person_values and not deed.address:
        return
    for name, value in deed.person_values.items():
        setattr(person, name, value)
    if deed.address:
        address = EmailAddress(address=deed.address, is_primary=True)
        person.addresses.append(address)
        journal.owns(deed.number, address)
    fold(person)
    journal.owns(deed.number, person)


def _change(viewer: Viewer, deed: Deed, job: Employment, journal: Journal) -> None:
    for name, value in deed.job_values.items():
        setattr(job, name, value)
    if deed.job_values.get("manager_address"):
        job.manager_confirmed_at = clock.now() if job.standing in SETTLED else None
        job.has_no_manager = False
        manager_goes(job)
    if deed.job_values.get("standing") is Standing.VOUCHED:
        job.settled_at, job.settled_by_id = clock.now(), viewer.person_id
    if deed.ends_on is not None:
        job.to_on = deed.ends_on
    journal.owns(deed.number, job)


def moved_on(job: Employment, row: PersonRow) -> date | None:
    """The last day of the present job where the row begins another role later; None where it puts this one right."""
    if row.from_on is None or row.from_on <= job.from_on or not row.job_role:
        return None
    return row.from_on - timedelta(days=1) if row.job_role.casefold() != job.job_role.casefold() else None


def _shown(value: object) -> str:
    if isinstance(value, date):
        return day_in_words(value)
    return f"“{str(value)[:60]}”" if value else "none"
