"""Questions about agencies and sectors. Agencies are no secret: only their notes are for the desk."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import aliased

from training.agencies.models import Agency, AgencyDomain, AgencyParent, Sector
from training.agencies.rules import domain_of
from training.agencies.tree import ids_above as ids_above
from training.agencies.tree import ids_below as ids_below
from training.agencies.tree import in_force
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer

SEARCH_WORDS = 8
"""How many typed words count."""


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


class SectorCount(NamedTuple):
    """A sector with the number of its agencies."""

    id: int
    name: str
    reporting_group: str
    agencies: int


def agency_choices(viewer: Viewer) -> list[AgencyChoice]:  # noqa: ARG001 - everybody may pick their agency
    """All agencies by name."""
    rows = db.session.execute(select(Agency.id, Agency.name).order_by(Agency.sort_key, Agency.id))
    return [AgencyChoice(key, name) for key, name in rows]


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
            .where(AgencyDomain.domain == domain_of(address))
            .order_by(Agency.id)
            .limit(2)
        )
    )
    return found[0] if len(found) == 1 else None


def listed_agencies(
    viewer: Viewer, words: str = "", sector_id: int | None = None
) -> Select[str, str, str, bool, bool, str, str]:
    """Columns for the desk's list by name (code, name, sub_sector, is_group, on_forum, sector, parent); for `paged`.

    Nobody but the desk sees any.
    """
    above = aliased(Agency)
    statement = (
        select(
            Agency.code,
            Agency.name,
            Agency.sub_sector,
            Agency.is_group,
            Agency.on_forum,
            Sector.name.label("sector"),
            above.name.label("parent"),
        )
        .join(Sector, Sector.id == Agency.sector_id)
        .outerjoin(AgencyParent, (AgencyParent.agency_id == Agency.id) & in_force())
        .outerjoin(above, above.id == AgencyParent.parent_id)
        .where(*(Agency.search_text.contains(word, autoescape=True) for word in folded(words).split()[:SEARCH_WORDS]))
        .order_by(Agency.sort_key, Agency.id)
    )
    if not viewer.works_at_desk:
        return statement.where(false())
    return statement if sector_id is None else statement.where(Agency.sector_id == sector_id)


def parents_of(viewer: Viewer, agency: Agency) -> list[ParentPeriod]:  # noqa: ARG001 - the tree is public
    """Who stood above the agency and when, the latest first."""
    rows = db.session.execute(
        select(Agency.name, Agency.code, AgencyParent.from_on, AgencyParent.to_on)
        .join(AgencyParent, AgencyParent.parent_id == Agency.id)
        .where(AgencyParent.agency_id == agency.id)
        .order_by(AgencyParent.from_on.desc(), AgencyParent.id.desc())
    )
    return [ParentPeriod(*row) for row in rows]


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
