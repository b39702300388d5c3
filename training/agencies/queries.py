"""Questions about agencies and sectors. Agencies are no secret: only their notes are for the desk."""

from typing import NamedTuple

from sqlalchemy import func, select

from training.agencies.models import Agency, AgencyDomain, Sector
from training.agencies.rules import domain_of
from training.agencies.tree import ids_above as ids_above
from training.agencies.tree import ids_below as ids_below
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer


class AgencyChoice(NamedTuple):
    """An agency as a form offers it."""

    id: int
    name: str


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


def find_by_name(viewer: Viewer, name: str) -> Agency | None:  # noqa: ARG001 - agencies are public
    """The agency with this name, whatever its accents, capitals and spaces."""
    key = folded(name)[:200]
    return db.session.scalar(select(Agency).where(Agency.sort_key == key).order_by(Agency.id).limit(1))


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
