"""Deeds on jobs: beginning, putting right, moving to another agency, ending."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from training.agencies.models import Agency
from training.core import audit
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Employment, Person


@dataclass(frozen=True, kw_only=True)
class Job:
    """What an employment says; no agency yet is “agency to be confirmed”, with what the person called it."""

    job_role: str
    agency_id: int | None = None
    agency_named: str = ""
    workforce_group_id: int | None = None
    staff_number: str = ""
    manager_name: str = ""
    manager_address: str = ""


def add_employment(viewer: Viewer, person: Person, job: Job, from_on: date) -> Employment:
    """Begin a job on the day `from_on`; others go on. Refused where the manager's address is the person's own."""
    _require_real_job(person, job)
    employment = Employment(person=person, from_on=from_on, **asdict(job))
    db.session.add(employment)
    audit.record(viewer, "began", employment, after={"person_id": person.id, **asdict(job)})
    return employment


def change_employment(viewer: Viewer, employment: Employment, job: Job) -> bool:
    """Put right what the job says, and say whether anything changed; for a move to another agency see `move_agency`."""
    _require_real_job(employment.person, job)
    before, after = audit.changes(employment, asdict(job))
    if after:
        audit.record(viewer, "changed", employment, before=before, after=after)
    return bool(after)


def move_agency(viewer: Viewer, employment: Employment, job: Job, from_on: date) -> Employment:
    """End the job on the day before `from_on` and begin `job` on that day; what came before stays as it was.

    A job that began on that very day is put right instead. Refused for a day before the job began.
    """
    if from_on < employment.from_on:
        raise Refused("The day of the move must not be before the day on which this job began", "from_on")
    if from_on == employment.from_on:
        change_employment(viewer, employment, job)
        return employment
    end_employment(viewer, employment, from_on - timedelta(days=1))
    return add_employment(viewer, employment.person, job, from_on)


def end_employment(viewer: Viewer, employment: Employment, last_on: date) -> None:
    """End the job after the day `last_on`; Refused for a day before it began."""
    if last_on < employment.from_on:
        raise Refused("The last day must not be before the first", "last_on")
    before, after = audit.changes(employment, {"to_on": last_on})
    if after:
        audit.record(viewer, "ended", employment, before=before, after=after)


def _require_real_job(person: Person, job: Job) -> None:
    if job.agency_id is None and not job.agency_named:
        raise Refused("Select an agency, or say what it is called", "agency")
    if job.agency_id is not None and db.session.get(Agency, job.agency_id) is None:
        raise Refused("Select an agency", "agency")
    own = {row.address for row in person.addresses}
    if job.manager_address and job.manager_address.strip().lower() in own:
        raise Refused("Enter the address of the line manager, not the person’s own", "manager_address")
