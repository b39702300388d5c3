"""Deeds on jobs: beginning, putting right, moving to another agency, ending."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from training.agencies.models import Agency
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Employment, Person, Standing
from training.people.operations_standing import ask_about_manager, judge, manager_goes, settle_new, speaks_for
from training.people.rules import require_words, same_mailbox


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
    has_no_manager: bool = False
    """Said by the person: what a manager would be asked goes to the lead or the desk."""


def add_employment(viewer: Viewer, person: Person, job: Job, from_on: date) -> Employment:
    """Begin a job on the day `from_on`; others go on. Refused where the manager's address is the person's own.

    A lead of the agency, or the desk, vouches by writing it down; else the person's addresses say how far it is known.
    """
    require_real_job((row.address for row in person.addresses), job)
    employment = Employment(person=person, from_on=from_on, standing=Standing.ASKED, **asdict(job))
    db.session.add(employment)
    db.session.flush()
    if employment.manager_address and speaks_for(viewer, employment):
        employment.manager_confirmed_at = clock.now()
    settle_new(viewer, employment)
    audit.record(
        viewer, "began", employment, after={"person_id": person.id, **asdict(job), "standing": employment.standing}
    )
    ask_about_manager(employment)
    return employment


def change_employment(viewer: Viewer, employment: Employment, job: Job) -> bool:
    """Put right what the job says, and say whether anything changed; for a move to another agency see `move_agency`."""
    require_real_job((row.address for row in employment.person.addresses), job)
    standing, confirmed_at = employment.standing, employment.manager_confirmed_at
    wanted = asdict(job)
    if job.manager_address != employment.manager_address:
        wanted["manager_confirmed_at"] = None
        manager_goes(employment)
    before, after = audit.changes(employment, wanted)
    if not after:
        return False
    db.session.flush()
    db.session.expire(employment, ["agency"])
    if "manager_address" in after and employment.manager_address and speaks_for(viewer, employment):
        employment.manager_confirmed_at = clock.now()
    if "agency_id" in after or "agency_named" in after:
        settle_new(viewer, employment)
    else:
        judge(employment)
    before |= {"standing": standing, "manager_confirmed_at": confirmed_at}
    after |= {"standing": employment.standing, "manager_confirmed_at": employment.manager_confirmed_at}
    audit.record(viewer, "changed", employment, before=before, after=after)
    ask_about_manager(employment)
    return True


def correct_period(viewer: Viewer, employment: Employment, from_on: date, to_on: date | None, reason: str) -> bool:
    """Put the first and last day of a job right, and say whether anything changed; bookings keep what they say."""
    if to_on is not None and to_on < from_on:
        raise Refused("The last day must not be before the first", "to_on")
    before, after = audit.changes(employment, {"from_on": from_on, "to_on": to_on})
    if after:
        audit.record(viewer, "corrected the period of", employment, before=before, after=after, reason=reason)
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


def require_real_job(addresses: Iterable[str], job: Job) -> None:
    """Raise Refused, with the field, where the job cannot be that of somebody with these addresses."""
    require_words(job.job_role, "job_role", "The job role")
    require_words(job.agency_named, "agency_named", "The name of the agency")
    require_words(job.manager_name, "manager_name", "The name of the manager")
    if job.agency_id is None and not job.agency_named:
        raise Refused("Select an agency, or say what it is called", "agency")
    if job.agency_id is not None and db.session.get(Agency, job.agency_id) is None:
        raise Refused("Select an agency", "agency")
    if job.has_no_manager and job.manager_address:
        raise Refused("Give a line manager’s address, or say that there is no line manager, not both", "has_no_manager")
    if job.manager_address and any(same_mailbox(address, job.manager_address) for address in addresses):
        raise Refused("Enter the address of the line manager, not the person’s own", "manager_address")
