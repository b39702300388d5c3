"""Which rule of agreement a booking is made under: the course’s own, else the agency’s, else the partnership’s."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from training.agencies.models import AgencyParent
from training.agencies.tree import in_force, successors
from training.bookings.models_agencies import AgencyAgreement
from training.catalogue.models import Agreement, Course
from training.core.database import db
from training.core.settings import register_setting, setting_value
from training.people.models import Employment

AGREEMENT_CHOICES = {
    Agreement.NONE.value: "Nobody is asked: people book by themselves",
    Agreement.DECLARED.value: "The learner says that their manager agrees; the manager is told, and may object",
    Agreement.ASKED.value: "The manager is asked, and says yes or no before the booking stands",
}
AGREEMENT = register_setting(
    "bookings.agreement",
    "What a line manager has to say about a booking",
    Agreement.DECLARED.value,
    hint="Where neither the course nor the agency of whoever books has a rule of its own.",
    choices=AGREEMENT_CHOICES,
)


@dataclass(frozen=True)
class Found:
    """A rule, and the agency whose own it is; None where it is the partnership’s."""

    agreement: Agreement
    agency_id: int | None


def agreement_of_partnership() -> Agreement:
    """The rule that holds where neither the course nor the agency has its own."""
    return Agreement(setting_value(AGREEMENT))


def agreement_for(course: Course, agency_id: int | None) -> Agreement:
    """The rule for a booking on `course` by somebody of this agency, None while it is to be confirmed.

    The course decides where it has a rule; else the nearest agency up the tree today that has one, beginning with
    their own; else the partnership. At most three queries, one where no agency has a rule.
    """
    return agreements_for(course, [agency_id])[agency_id]


def agreements_for(course: Course, agency_ids: Collection[int | None]) -> dict[int | None, Agreement]:
    """The rule for each of these agencies, as `agreement_for` says, in as many queries as for one."""
    if course.agreement is not None:
        return dict.fromkeys(agency_ids, course.agreement)
    return {key: found.agreement for key, found in rules_found(agency_ids).items()}


def rules_for_jobs(course: Course, jobs: Collection[Employment]) -> set[Agreement]:
    """The rules for somebody with these jobs: several where it depends on the role in which they come."""
    return set(agreements_for(course, {job.agency_id for job in jobs} or {None}).values())


def rules_found(agency_ids: Collection[int | None]) -> dict[int | None, Found]:
    """The rule for each of these agencies on courses without one of their own, and whose it is."""
    standard, own = Found(agreement_of_partnership(), None), own_rules()
    if not own:
        return dict.fromkeys(agency_ids, standard)
    parents, follows = _parents_today(), successors()
    return {
        key: standard if key is None else _nearest(follows.get(key, key), own, parents) or standard
        for key in agency_ids
    }


def agreement_above(agency_id: int) -> Agreement:
    """The rule that holds for an agency where it has none of its own: of the nearest above it, or the partnership’s."""
    above = _parents_today().get(agency_id)
    return rules_found([above])[above].agreement


def own_rules() -> dict[int, Agreement]:
    """The agencies that have a rule of their own, by key; one query."""
    rows = db.session.execute(select(AgencyAgreement.agency_id, AgencyAgreement.agreement))
    return {row.agency_id: row.agreement for row in rows}


def _parents_today() -> dict[int, int]:
    rows = db.session.execute(select(AgencyParent.agency_id, AgencyParent.parent_id).where(in_force()))
    return {row.agency_id: row.parent_id for row in rows}


def _nearest(agency_id: int, own: Mapping[int, Agreement], parents: Mapping[int, int]) -> Found | None:
    seen: set[int] = set()
    at: int | None = agency_id
    # A circle that the past left behind ends the walk instead of never ending it.
    while at is not None and at not in seen:
        if at in own:
            return Found(own[at], at)
        seen.add(at)
        at = parents.get(at)
    return None
