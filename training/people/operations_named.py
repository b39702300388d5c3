"""What happens to the records where somebody names a colleague to take their place: nobody learns who is known here."""

from dataclasses import dataclass

from sqlalchemy import select

from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import SETTLED, EmailAddress, Employment, Person, Standing
from training.people.operations import NewPerson, add_person
from training.people.operations_jobs import Job, add_employment
from training.people.rules import clean_address, is_shared_mailbox, on_domains, require_name, require_words
from training.people.staff_lists import domains_within_and_without

NOT_THIS_PERSON = "The place cannot be passed to this person. Name somebody else, or ask the training team"
"""Says nothing of why: whoever names somebody must not learn what is known of them."""


@dataclass(frozen=True, kw_only=True)
class NamedColleague:
    """Somebody as a colleague describes them."""

    given_name: str
    family_name: str
    address: str
    job_role: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def check_colleague(named: NamedColleague) -> str:
    """Their address as it is kept; Refused for what cannot be anybody: a shared mailbox, an address within a name."""
    bare = named.address.strip().lower()
    if is_shared_mailbox(bare):
        raise Refused(
            f"Enter the address of one person: {bare.partition('@')[0]}@ looks like a mailbox that several people "
            "read, and the booking is for one of them",
            "address",
        )
    require_name(named.given_name, "given_name")
    require_name(named.family_name, "family_name")
    require_words(named.job_role, "job_role", "The job role")
    return clean_address(named.address)


def person_named(viewer: Viewer, named: NamedColleague) -> Person:
    """The person with this address, whichever of theirs it is, or a new one; Refused as `check_colleague` says."""
    address = check_colleague(named)
    person = db.session.scalar(select(Person).join(Person.addresses).where(EmailAddress.address == address))
    if person is None:
        return add_person(
            viewer, NewPerson(given_name=named.given_name, family_name=named.family_name, address=address)
        )
    return person


def job_named(viewer: Viewer, person: Person, named: NamedColleague, agency_id: int) -> Employment:
    """The job at the agency in which the person comes: the one they have there, or a new one.

    The desk vouches for it, and so does a lead for an address on a domain that is the agency's alone. With such an
    address a colleague's word leaves it for the agency to confirm. On anybody else's word the person is asked first:
    until they agree, no lead sees them as one of theirs. Refused where they said, or the agency did, that it is not so.
    """
    here = [job for job in person.employments if job.agency_id == agency_id]
    present = [job for job in here if job.is_current(clock.today()) and job.standing is not Standing.REFUSED]
    if present:
        return present[0]
    if any(job.standing is Standing.REFUSED for job in here) and not viewer.works_at_desk:
        raise Refused(NOT_THIS_PERSON, "address")
    job = Job(job_role=named.job_role, agency_id=agency_id)
    own, others = domains_within_and_without(agency_id)
    address = named.address.strip().lower()
    if viewer.works_at_desk or (on_domains(address, own) and not on_domains(address, others)):
        return add_employment(viewer, person, job, clock.today())
    listed = Employment(
        person=person,
        agency_id=agency_id,
        job_role=named.job_role,
        from_on=clock.today(),
        standing=Standing.LISTED,
    )
    db.session.add(listed)
    db.session.flush()
    said = {"person_id": person.id, "agency_id": agency_id, "job_role": named.job_role, "standing": Standing.LISTED}
    audit.record(viewer, "named as a colleague", listed, after=said)
    return listed


def is_known_to_colleagues(job: Employment | None) -> bool:
    """Whether whoever works at the agency may read that the person does: it is known that they do."""
    return job is not None and job.standing in SETTLED
