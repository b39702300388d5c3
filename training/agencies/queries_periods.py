"""Questions about membership and fee bands over time; for the desk."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from training.agencies.models import Agency, AgencyMembership, FeeBand
from training.agencies.queries_desk import member_today
from training.core.database import db
from training.core.viewer import Viewer


class MembershipPeriod(NamedTuple):
    """A time as a member; `number` is that of the order of writing down."""

    band: str | None
    from_on: date
    to_on: date | None
    number: int


class BandCount(NamedTuple):
    """A fee band with how many members are in it today."""

    name: str
    note: str
    members: int


def memberships_as_written(viewer: Viewer, agency: Agency) -> list[AgencyMembership]:
    """The agency's memberships in the order in which they were written down; none but for the desk."""
    if not viewer.works_at_desk:
        return []
    return list(
        db.session.scalars(
            select(AgencyMembership)
            .where(AgencyMembership.agency_id == agency.id)
            .options(joinedload(AgencyMembership.fee_band))
            .order_by(AgencyMembership.id)
        )
    )


def memberships_of(viewer: Viewer, agency: Agency) -> list[MembershipPeriod]:
    """When the agency was a member and in which band, the latest first; one query."""
    found = [
        MembershipPeriod(row.fee_band.name if row.fee_band else None, row.from_on, row.to_on, number)
        for number, row in enumerate(memberships_as_written(viewer, agency), 1)
    ]
    return sorted(found, key=lambda period: (period.from_on, period.number), reverse=True)


def fee_bands(viewer: Viewer) -> list[FeeBand]:  # noqa: ARG001 - what kinds there are is no secret
    """All fee bands in the order of the partnership."""
    return list(db.session.scalars(select(FeeBand).order_by(FeeBand.position, FeeBand.id)))


def fee_bands_with_counts(viewer: Viewer) -> list[BandCount]:  # noqa: ARG001 - as above
    """All fee bands in their order with the number of members today; one query."""
    rows = db.session.execute(
        select(FeeBand.name, FeeBand.note, func.count(AgencyMembership.id))
        .outerjoin(AgencyMembership, (AgencyMembership.fee_band_id == FeeBand.id) & member_today())
        .group_by(FeeBand.id, FeeBand.name, FeeBand.note, FeeBand.position)
        .order_by(FeeBand.position, FeeBand.id)
    )
    return [BandCount(*row) for row in rows]
