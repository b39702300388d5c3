"""Questions about agencies and sectors. Agencies are no secret: only their notes are for the desk."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from training.agencies.models import Agency, AgencyAlias, AgencyDomain, AgencyDuty, AgencyParent, Duty, Sector
from training.agencies.rules import domain_of
from training.agencies.tree import has_ended, in_force
from training.agencies.tree import ids_above as ids_above
from training.agencies.tree import ids_below as ids_below
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer


class AgencyChoice(NamedTuple):
    """An agency as a form offers it."""

    id: int
    name: str


class ParentPeriod(NamedTuple):
    """Who stood above an agency, and when; no last day where it still does."""

    name: str
    code: str
    from_on: date
    to_on: date | None
    number: int


class SectorCount(NamedTuple):
    """A sector with the number of its agencies."""

    id: int
    name: str
    reporting_group: str
    agencies: int


def agency_choices(
    viewer: Viewer,  # noqa: ARG001 - everybody may pick their agency
    also: int | None = None,
    *,
    with_ended: bool = False,
) -> list[AgencyChoice]:
    """Agencies by name, each with its other names; two queries.

    Those that have ended are left out, but for `also` (the one chosen already) or with `with_ended` (for filters).
    """
    others: dict[int, list[str]] = {}
    for key, name in db.session.execute(select(AgencyAlias.agency_id, AgencyAlias.name).order_by(AgencyAlias.folded)):
        others.setdefault(key, []).append(name)
    statement = select(Agency.id, Agency.name, has_ended()).order_by(Agency.sort_key, Agency.id)
    if not with_ended:
        statement = statement.where(~has_ended() | (Agency.id == (also or 0)))
    return [
        AgencyChoice(key, f"{_also_known(name, others.get(key, []))}{' (ended)' if ended else ''}")
        for key, name, ended in db.session.execute(statement)
    ]


def _also_known(name: str, others: list[str]) -> str:
    return f"{name} (also {', '.join(others)})" if others else name


def agency_called(viewer: Viewer, name: str) -> Agency | None:  # noqa: ARG001 - agencies are public
    """The agency with this name or other name, accents and capitals aside; where it has ended, its successor.

    None for a name that nobody has, and for an agency that ended without a successor.
    """
    wanted = folded(name)[:200]
    if not wanted:
        return None
    found = db.session.scalar(
        select(Agency)
        .outerjoin(AgencyAlias, AgencyAlias.agency_id == Agency.id)
        .where((Agency.sort_key == wanted) | (AgencyAlias.folded == wanted))
        .order_by(has_ended(), Agency.id)
        .limit(1)
    )
    seen: set[int] = set()
    while found is not None and found.ended_on is not None and found.ended_on < clock.today():
        if found.id in seen:
            return None
        seen.add(found.id)
        found = found.successor
    return found


def sector_choices(viewer: Viewer) -> list[Sector]:  # noqa: ARG001 - sectors are public
    """All sectors in the order of the partnership."""
    return list(db.session.scalars(select(Sector).order_by(Sector.position, Sector.id)))


def find_by_code(viewer: Viewer, code: str) -> Agency | None:  # noqa: ARG001 - agencies are public
    """The agency with this code, however it is typed in capitals and small letters."""
    return db.session.scalar(
        select(Agency).where(func.lower(Agency.code) == code.strip().lower()).order_by(Agency.id).limit(1)
    )


def suggested_agency(address: str) -> Agency | None:
    """The agency that an e-mail address points to; None where its domain is unknown or shared by several."""
    found = list(
        db.session.scalars(
            select(Agency)
            .join(AgencyDomain, AgencyDomain.agency_id == Agency.id)
            .where(AgencyDomain.domain == domain_of(address), ~has_ended())
            .order_by(Agency.id)
            .limit(2)
        )
    )
    return found[0] if len(found) == 1 else None


def parents_of(viewer: Viewer, agency: Agency) -> list[ParentPeriod]:  # noqa: ARG001 - the tree is public
    """Who stood above the agency and when, the latest first; `number` is that of the order of writing down."""
    number = func.row_number().over(order_by=AgencyParent.id)
    rows = db.session.execute(
        select(Agency.name, Agency.code, AgencyParent.from_on, AgencyParent.to_on, number)
        .join(AgencyParent, AgencyParent.parent_id == Agency.id)
        .where(AgencyParent.agency_id == agency.id)
        .order_by(AgencyParent.from_on.desc(), AgencyParent.id.desc())
    )
    return [ParentPeriod(*row) for row in rows]


def parents_as_written(viewer: Viewer, agency: Agency) -> list[AgencyParent]:  # noqa: ARG001 - the tree is public
    """The periods of where the agency stood, in the order in which they were written down."""
    periods = select(AgencyParent).where(AgencyParent.agency_id == agency.id).order_by(AgencyParent.id)
    return list(db.session.scalars(periods))


def aliases_of(viewer: Viewer, agency: Agency) -> list[AgencyAlias]:  # noqa: ARG001 - names are public
    """The other names of the agency, by name."""
    rows = select(AgencyAlias).where(AgencyAlias.agency_id == agency.id).order_by(AgencyAlias.folded)
    return list(db.session.scalars(rows))


def duties_of(viewer: Viewer, agency: Agency) -> list[Duty]:  # noqa: ARG001 - what the law asks is public
    """What the law asks of the agency, in the order of the enum."""
    rows = set(db.session.scalars(select(AgencyDuty.duty).where(AgencyDuty.agency_id == agency.id)))
    return [duty for duty in Duty if duty in rows]


def replaced_by_it(viewer: Viewer, agency: Agency) -> list[Agency]:  # noqa: ARG001 - agencies are public
    """The agencies whose place it took, by name."""
    rows = select(Agency).where(Agency.successor_id == agency.id).order_by(Agency.sort_key, Agency.id)
    return list(db.session.scalars(rows))


def children_of(viewer: Viewer, agency: Agency) -> list[Agency]:  # noqa: ARG001 - the tree is public
    """The agencies directly below it today, by name."""
    return list(
        db.session.scalars(
            select(Agency)
            .join(AgencyParent, (AgencyParent.agency_id == Agency.id) & in_force())
            .where(AgencyParent.parent_id == agency.id)
            .order_by(Agency.sort_key, Agency.id)
        )
    )


def domains_of(viewer: Viewer, agency: Agency) -> list[str]:  # noqa: ARG001 - domains are public
    """The e-mail domains that suggest the agency."""
    return list(
        db.session.scalars(
            select(AgencyDomain.domain).where(AgencyDomain.agency_id == agency.id).order_by(AgencyDomain.domain)
        )
    )


def sectors_with_counts(viewer: Viewer) -> list[SectorCount]:  # noqa: ARG001 - sectors are public
    """All sectors in their order with the number of their agencies."""
    rows = db.session.execute(
        select(Sector.id, Sector.name, Sector.reporting_group, func.count(Agency.id))
        .outerjoin(Agency, Agency.sector_id == Sector.id)
        .group_by(Sector.id, Sector.name, Sector.reporting_group, Sector.position)
        .order_by(Sector.position, Sector.id)
    )
    return [SectorCount(*row) for row in rows]
