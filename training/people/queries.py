"""Questions about people. The desk sees everybody, a lead the people of their agencies, everybody themselves."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import aliased, joinedload, selectinload

from training.agencies.queries import ids_below
from training.agencies.tree import below_since
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import SETTLED, Employment, Person, RoleGrant
from training.people.models_workforce import WorkforceGroup

SEARCH_WORDS = 8
"""How many typed words count; more are more likely a pasted text than a name."""


def within_reach(viewer: Viewer) -> ColumnElement[bool]:
    """Which rows of Person `viewer` may see, as a condition; a record that was merged is seen under the kept one."""
    return and_(Person.merged_into_id.is_(None), _seen_by(viewer))


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.works_at_desk or viewer.has(Role.SYSTEM):
        return true()
    seen = [Person.id == viewer.person_id] if viewer.person_id is not None else []
    agencies = lead_agencies(viewer)
    if agencies:
        # Under a name of its own, so that it stands by itself also in a query about employments.
        job = aliased(Employment)
        today = clock.today()
        seen.append(
            exists().where(
                job.person_id == Person.id,
                job.agency_id.in_(agencies),
                # Whoever only says that they work there is on the list to be confirmed, and nowhere else.
                job.standing.in_(SETTLED),
                job.from_on <= today,
                or_(job.to_on.is_(None), job.to_on >= today),
            )
        )
    return or_(*seen) if seen else false()


def lead_agencies(viewer: Viewer) -> set[int]:
    """The agencies that `viewer` leads, with all below them; one query for each agency they were named for."""
    found: set[int] = set()
    for agency_id in viewer.reach(Role.AGENCY_LEAD):
        if agency_id is not None:
            found |= ids_below(agency_id)
    return found


def led_since(viewer: Viewer) -> dict[int, date | None]:
    """The agencies that `viewer` leads, with all below them, each with the day since when it stands there.

    None is since always. What was done in a school before it joined the trust is not for the trust's lead.
    """
    found: dict[int, date | None] = {}
    for top in sorted(agency_id for agency_id in viewer.reach(Role.AGENCY_LEAD) if agency_id is not None):
        for key, day in below_since(top).items():
            known = found.get(key, day)
            found[key] = None if day is None or known is None else min(day, known)
    return found


def employed_on(on: date) -> ColumnElement[bool]:
    """Whether a row of Employment holds on the day `on`; first and last day count."""
    return and_(Employment.from_on <= on, or_(Employment.to_on.is_(None), Employment.to_on >= on))


def person_by_ref(viewer: Viewer, ref: str) -> Person | None:
    """The person with this reference, if `viewer` may see them."""
    return db.session.scalar(
        select(Person)
        .where(Person.ref == ref.strip().upper(), within_reach(viewer))
        .options(selectinload(Person.addresses), joinedload(Person.account))
    )


def kept_ref(viewer: Viewer, ref: str) -> str | None:
    """The reference of the record into which the one with `ref` was merged, at the end of the chain; else None."""
    asked, kept = aliased(Person), aliased(Person)
    step = select(kept.id, kept.ref, kept.merged_into_id).join(asked, asked.merged_into_id == kept.id)
    found = db.session.execute(step.where(asked.ref == ref.strip().upper())).first()
    while found is not None and found.merged_into_id is not None:
        found = db.session.execute(step.where(asked.id == found.id)).first()
    return found.ref if found is not None and person_by_ref(viewer, found.ref) is not None else None


def matching(words: str) -> ColumnElement[bool]:
    """Whether a Person who is not anonymised has every typed word within their names, addresses or reference."""
    typed = folded(words).split()[:SEARCH_WORDS]
    return and_(Person.anonymised_at.is_(None), *(Person.search_text.contains(word, autoescape=True) for word in typed))


def search_people(viewer: Viewer, words: str) -> Select[Person]:
    """The people `viewer` may see whose name, address or reference holds every typed word, by name; for `paged`."""
    return select(Person).where(within_reach(viewer), matching(words)).order_by(Person.sort_key, Person.id)


def current_employments(viewer: Viewer, person_id: int, on: date) -> list[Employment]:
    """The jobs of the person on the day `on`, oldest first, with their agencies; none where out of reach."""
    return list(
        db.session.scalars(
            select(Employment)
            .join(Person, Person.id == Employment.person_id)
            .where(Employment.person_id == person_id, employed_on(on), within_reach(viewer))
            .options(joinedload(Employment.agency), joinedload(Employment.workforce_group))
            .order_by(Employment.from_on, Employment.id)
        )
    )


def workforce_group_choices(viewer: Viewer) -> list[WorkforceGroup]:  # noqa: ARG001 - everybody may pick theirs
    """All workforce groups by their number."""
    return list(db.session.scalars(select(WorkforceGroup).order_by(WorkforceGroup.number)))


@dataclass(frozen=True)
class NumberedJob:
    """A job with its number among those of the person: in addresses, where keys have no place."""

    number: int
    employment: Employment


def jobs_of(viewer: Viewer, person_id: int) -> list[NumberedJob]:
    """All jobs of the person, the latest first, numbered in the order in which they were written down."""
    found = db.session.scalars(
        select(Employment)
        .join(Person, Person.id == Employment.person_id)
        .where(Employment.person_id == person_id, within_reach(viewer))
        .options(joinedload(Employment.agency), joinedload(Employment.workforce_group))
        .order_by(Employment.id)
    )
    numbered = [NumberedJob(number, employment) for number, employment in enumerate(found, 1)]
    return sorted(numbered, key=lambda job: (job.employment.from_on, job.number), reverse=True)


def employment_numbered(viewer: Viewer, person_id: int, number: int) -> Employment | None:
    """The job with this number among those of the person, if there is one within reach."""
    return next((job.employment for job in jobs_of(viewer, person_id) if job.number == number), None)


@dataclass(frozen=True)
class NumberedGrant:
    """A role with its number among those of the person."""

    number: int
    grant: RoleGrant


def grants_of(viewer: Viewer, person_id: int) -> list[NumberedGrant]:
    """All roles of the person, the latest first, numbered in the order in which they were given."""
    found = db.session.scalars(
        select(RoleGrant)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.person_id == person_id, within_reach(viewer))
        .options(joinedload(RoleGrant.agency))
        .order_by(RoleGrant.id)
    )
    numbered = [NumberedGrant(number, grant) for number, grant in enumerate(found, 1)]
    return sorted(numbered, key=lambda held: (held.grant.from_on, held.number), reverse=True)
