"""How the audit log calls the rows of agencies."""

from typing import Any

from sqlalchemy import select

from training.agencies.models import (
    DUTY_LABELS,
    Agency,
    AgencyAlias,
    AgencyDomain,
    AgencyDuty,
    AgencyMembership,
    AgencyParent,
    FeeBand,
    Sector,
    UnlistedName,
)
from training.core.database import Base
from training.core.subjects import Rows, plain_rows, register_subject

PAGE: dict[str, Any] = {"endpoint": "agencies.desk_agency", "argument": "code", "references": (Agency.code,)}


def _of_agency(model: type[Base], key: Any, agency_id: Any) -> Rows:
    """Rows of `model` under the name and the code of their agency."""
    return select(key, Agency.name, Agency.code).select_from(model).join(Agency, Agency.id == agency_id)


register_subject(Sector, "Sector", plain_rows(Sector, Sector.name))
register_subject(FeeBand, "Fee band", plain_rows(FeeBand, FeeBand.name))
register_subject(
    Agency,
    "Agency",
    plain_rows(Agency, Agency.name, Agency.code),
    search=Agency.search_text,
    labels={"on_forum": "On the forum", "is_group": "Stands for many", "ended_on": "Last day"},
    **PAGE,
)
register_subject(
    AgencyParent, "Place in the tree", _of_agency(AgencyParent, AgencyParent.id, AgencyParent.agency_id), **PAGE
)
register_subject(
    AgencyDomain, "Email domain", _of_agency(AgencyDomain, AgencyDomain.id, AgencyDomain.agency_id), **PAGE
)
register_subject(AgencyAlias, "Other name", _of_agency(AgencyAlias, AgencyAlias.id, AgencyAlias.agency_id), **PAGE)
register_subject(
    AgencyDuty, "Duty", _of_agency(AgencyDuty, AgencyDuty.id, AgencyDuty.agency_id), words=(DUTY_LABELS,), **PAGE
)
register_subject(
    AgencyMembership,
    "Membership",
    _of_agency(AgencyMembership, AgencyMembership.id, AgencyMembership.agency_id),
    **PAGE,
)
register_subject(UnlistedName, "Name that is no agency here", plain_rows(UnlistedName, UnlistedName.name))
