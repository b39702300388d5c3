"""What a lead, or the desk, asks about an agency's people: who they are, who says so, who leads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from training.agencies.models import Agency
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import (
    SETTLED,
    STANDING_LABELS,
    EmailAddress,
    Employment,
    Person,
    Standing,
)
from training.people.queries import employed_on, lead_agencies, matching


@dataclass(frozen=True)
class OwnJob:
    """A present job of one of an agency's people, as their lead's list shows it."""

    agency: str
    job_role: str
    standing: str


@dataclass(frozen=True)
class ToConfirm:
    """Somebody who says that they work at an agency, with the number of the job among theirs."""

    ref: str
    name: str
    address: str
    number: int
    agency: str
    job_role: str
    since: datetime
    manager_name: str
    manager_address: str


def own_agencies(viewer: Viewer) -> list[tuple[int, str]]:
    """The agencies that `viewer` leads, with all below them, by name."""
    rows = db.session.execute(
        select(Agency.id, Agency.name).where(Agency.id.in_(lead_agencies(viewer))).order_by(Agency.sort_key, Agency.id)
    )
    return [(key, name) for key, name in rows]


def own_people(viewer: Viewer, words: str = "") -> Select[int, str, str, str, str]:
    """Columns of a lead's people by name: id, ref, first name, last name, address or None; for `paged`.

    Those who have a settled job there today. A lead at the desk sees their agencies here, not everybody.
    """
    return (
        select(Person.id, Person.ref, Person.given_name, Person.family_name, EmailAddress.address)
        .outerjoin(EmailAddress, (EmailAddress.person_id == Person.id) & EmailAddress.is_primary)
        .where(Person.merged_into_id.is_(None), _works_for(lead_agencies(viewer)), matching(words))
        .order_by(Person.sort_key, Person.id)
    )


def own_person(viewer: Viewer, ref: str) -> Person | None:
    """One of a lead's people; None for anybody else, whatever other roles `viewer` has."""
    return db.session.scalar(
        select(Person).where(
            Person.ref == ref.strip().upper(), Person.merged_into_id.is_(None), _works_for(lead_agencies(viewer))
        )
    )


def own_jobs(viewer: Viewer, person_ids: list[int]) -> dict[int, list[OwnJob]]:
    """The present settled jobs of each person at the lead's agencies, oldest first; one query for them all."""
    rows = db.session.execute(
        select(Employment.person_id, Agency.name, Employment.job_role, Employment.standing)
        .join(Agency, Agency.id == Employment.agency_id)
        .where(
            Employment.person_id.in_(person_ids),
            Employment.agency_id.in_(lead_agencies(viewer)),
            Employment.standing.in_(SETTLED),
            employed_on(clock.today()),
        )
        .order_by(Employment.from_on, Employment.id)
    )
    found: dict[int, list[OwnJob]] = {}
    for person_id, agency, job_role, standing in rows:
        found.setdefault(person_id, []).append(OwnJob(agency, job_role, STANDING_LABELS[standing]))
    return found


def jobs_at_own_agencies(viewer: Viewer, person_id: int) -> list[tuple[int, Employment]]:
    """The settled jobs of a person at the lead's agencies with their numbers, past and coming too, the latest first."""
    rows = db.session.execute(
        select(_number_of_job(), Employment)
        .where(
            Employment.person_id == person_id,
            Employment.agency_id.in_(lead_agencies(viewer)),
            Employment.standing.in_(SETTLED),
        )
        .options(joinedload(Employment.agency), joinedload(Employment.workforce_group))
        .order_by(Employment.from_on.desc(), Employment.id.desc())
    )
    return [(number, employment) for number, employment in rows]


def people_counted(viewer: Viewer) -> int:
    """How many people a lead has today."""
    return db.session.scalar(select(func.count(Person.id)).where(*_own(viewer))) or 0


def jobs_to_confirm(viewer: Viewer, *, at_desk: bool) -> list[ToConfirm]:
    """People who say that they work at an agency and are not known to, the longest-waiting first.

    At the desk everybody; else those at the agencies of the lead, without the lead.
    """
    return _to_confirm(viewer, at_desk, Employment.standing == Standing.ASKED)


def jobs_listed(viewer: Viewer) -> list[ToConfirm]:
    """At the desk: people whom an agency's staff list named and who have not answered, the longest-waiting first."""
    return _to_confirm(viewer, True, Employment.standing == Standing.LISTED)


def managers_to_confirm(viewer: Viewer, *, at_desk: bool) -> list[ToConfirm]:
    """Settled people whose manager nobody has confirmed, the longest-waiting first; reach as above."""
    return _to_confirm(
        viewer,
        at_desk,
        and_(
            Employment.standing.in_(SETTLED),
            Employment.manager_address != "",
            Employment.manager_confirmed_at.is_(None),
        ),
    )


def job_to_settle(viewer: Viewer, ref: str, number: int, *, at_desk: bool) -> Employment | None:
    """The job with this number among those of a person, where `viewer` settles it or its manager."""
    reach = _settled_by(viewer, at_desk)
    return db.session.scalar(
        select(Employment)
        .join(Person, Person.id == Employment.person_id)
        .where(Person.ref == ref.strip().upper(), _number_of_job() == number, reach)
        .options(joinedload(Employment.agency))
    )


def _to_confirm(viewer: Viewer, at_desk: bool, what: ColumnElement[bool]) -> list[ToConfirm]:
    rows = db.session.execute(
        select(Person, EmailAddress.address, _number_of_job(), Agency.name, Employment)
        .join(Person, Person.id == Employment.person_id)
        .join(Agency, Agency.id == Employment.agency_id)
        .outerjoin(EmailAddress, (EmailAddress.person_id == Person.id) & EmailAddress.is_primary)
        .where(what, _settled_by(viewer, at_desk), Person.merged_into_id.is_(None))
        .where(or_(Employment.to_on.is_(None), Employment.to_on >= clock.today()))
        .order_by(Employment.created_at, Employment.id)
    )
    return [
        ToConfirm(
            person.ref, person.name, address or "", number, agency, job.job_role, job.created_at, job.manager_name,
            job.manager_address,
        )
        for person, address, number, agency, job in rows
    ]  # fmt: skip


def _settled_by(viewer: Viewer, at_desk: bool) -> ColumnElement[bool]:
    """Which jobs `viewer` may settle: never their own."""
    not_own = Employment.person_id != (viewer.person_id or 0)
    if at_desk:
        return not_own if viewer.works_at_desk else false()
    return and_(not_own, Employment.agency_id.in_(lead_agencies(viewer)))


def _own(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    return Person.merged_into_id.is_(None), _works_for(lead_agencies(viewer))


def _works_for(agency_ids: set[int]) -> ColumnElement[bool]:
    job = aliased(Employment)
    today = clock.today()
    if not agency_ids:
        return false()
    return exists().where(
        job.person_id == Person.id,
        job.agency_id.in_(agency_ids),
        job.standing.in_(SETTLED),
        job.from_on <= today,
        or_(job.to_on.is_(None), job.to_on >= today),
    )


def _number_of_job() -> ScalarSelect[int]:
    other = aliased(Employment)
    return (
        select(func.count(other.id))
        .where(other.person_id == Employment.person_id, other.id <= Employment.id)
        .correlate(Employment)
        .scalar_subquery()
    )
