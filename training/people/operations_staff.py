"""What a lead does who puts one person on the agency's list: whom their word alone does not reach is asked."""

from dataclasses import asdict

from sqlalchemy import select

from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.mail_listed import tell_listed
from training.people.models import SETTLED, EmailAddress, Employment, Person, Standing
from training.people.operations import NewPerson, add_person
from training.people.operations_jobs import Job
from training.people.queries import lead_agencies
from training.people.rules import clean_address, on_domains, require_words, same_mailbox
from training.people.staff_lists import domains_within_and_without


def put_on_list(viewer: Viewer, new: NewPerson) -> Person | None:
    """Add somebody to an agency that `viewer` leads; None where they are asked first and count once they agree.

    The lead's word is enough for people without an address, and for addresses on a domain that is the agency's alone.
    Anybody else is asked, in the same way whether they are known here or not, so that no lead learns who is.
    """
    job = new.job
    if job is None or job.agency_id not in lead_agencies(viewer):
        raise Refused("Select one of your agencies", "agency")
    if new.address is None:
        return add_person(viewer, new)
    address = clean_address(new.address)
    own, others = domains_within_and_without(job.agency_id)
    if on_domains(address, own) and not on_domains(address, others):
        return add_person(viewer, new)
    _require_words(job, address)
    person = db.session.scalar(select(Person).join(Person.addresses).where(EmailAddress.address == address))
    if person is None:
        person = add_person(viewer, NewPerson(given_name=new.given_name, family_name=new.family_name, address=address))
        db.session.flush()
    if _is_news(person, job.agency_id):
        _ask(viewer, person, job)
    return None


def _require_words(job: Job, address: str) -> None:
    require_words(job.job_role, "job_role", "The job role")
    require_words(job.manager_name, "manager_name", "The name of the manager")
    if job.has_no_manager and job.manager_address:
        raise Refused("Give a line manager’s address, or say that there is no line manager, not both", "has_no_manager")
    if job.manager_address and same_mailbox(address, job.manager_address):
        raise Refused("Enter the address of the line manager, not the person’s own", "manager_address")


def _is_news(person: Person, agency_id: int) -> bool:
    """Whether the person is to be asked; Refused where the lead knows already how it stands."""
    here = [job for job in person.employments if job.agency_id == agency_id]
    present = [job for job in here if job.to_on is None or job.to_on >= clock.today()]
    if any(job.standing in SETTLED for job in present):
        raise Refused("Somebody with this address is on your list already", "address")
    if any(job.standing is Standing.ASKED for job in present):
        raise Refused("They wait for you to confirm that they work here: see who is to be confirmed", "address")
    if any(job.standing is Standing.REFUSED for job in here):
        raise Refused("They said that they do not work here. Ask the training team", "address")
    return not present


def _ask(viewer: Viewer, person: Person, job: Job) -> None:
    employment = Employment(person=person, from_on=clock.today(), standing=Standing.LISTED, **asdict(job))
    db.session.add(employment)
    db.session.flush()
    said = {"person_id": person.id, **asdict(job), "standing": Standing.LISTED}
    audit.record(viewer, "put on the list", employment, after=said)
    tell_listed(employment)
