"""The invented agencies: of the kinds, sectors and proportions that a partnership has."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from training.agencies.models import Agency, AgencyDomain, AgencyParent, Sector
from training.core.columns import folded
from training.core.database import db
from training.demonstration.ledger import Ledger, csv_rows

PARTNERSHIP = "Merrowbridge Safeguarding Children Partnership"
UNLISTED = (
    ("Wendlebeck Breakfast Club", "wendlebeckbreakfast.example", "Youth worker"),
    ("Larkhollow Riding School for All", "larkhollowriding.example", "Volunteer"),
)
"""What newcomers called agencies that nobody has added yet, with their addresses and the newcomers’ job roles."""
TRUST = "WLT"
"""The code of a trust without staff of its own, below which colleges stand."""
NOTICE = "This is a demonstration. The partnership, its agencies, its people and their training are invented."

REPORTING_GROUPS = {
    "Local authority": "Local authority",
    "Health": "Health",
    "Police": "Police and criminal justice",
    "Criminal justice": "Police and criminal justice",
    "Education": "Education and early years",
    "Early years": "Education and early years",
    "Voluntary, community and faith": "Voluntary, community and faith",
    "Fire and rescue": "Other partners",
    "Housing": "Other partners",
    "Independent": "Independent",
    "Other": "Other partners",
}
"""The group each sector adds up to in reports."""


@dataclass(frozen=True)
class InventedAgency:
    """An agency with what others need to know of it; `share` is its part of all attendances.

    `id` is None for one that is not listed: whoever works there has an agency to be confirmed.
    """

    id: int | None
    code: str
    name: str
    sector: str
    domain: str
    share: int
    roles: tuple[str, ...]
    """The job roles of its people, each as often as it is usual."""


def codes() -> frozenset[str]:
    """The codes of all invented agencies: by them a demonstration is recognised."""
    return frozenset({TRUST, *(row["code"] for row in csv_rows("agencies.csv"))})


def add_agencies(ledger: Ledger) -> list[InventedAgency]:
    """Note the sectors and agencies of the file, with the tree and the domains."""
    present = dict(db.session.execute(select(Sector.name, Sector.id)).all())
    sectors = {
        name: present.get(name) or ledger.add(Sector, name=name, reporting_group=group, position=position)
        for position, (name, group) in enumerate(REPORTING_GROUPS.items(), start=1)
    }
    made: dict[str, InventedAgency] = {}
    for row in csv_rows("agencies.csv"):
        key = ledger.add(
            Agency,
            code=row["code"],
            name=row["name"],
            sort_key=folded(row["name"]),
            search_text=folded(row["name"], row["code"], row["sub_sector"], row["domain"]),
            sector_id=sectors[row["sector"]],
            sub_sector=row["sub_sector"],
            is_group=row["is_group"] == "yes",
            on_forum=row["on_forum"] == "yes",
        )
        if row["parent"]:
            ledger.add(
                AgencyParent, agency_id=key, parent_id=made[row["parent"]].id, from_on=date(2010, 4, 1), to_on=None
            )
        ledger.add(AgencyDomain, agency_id=key, domain=row["domain"])
        made[row["name"]] = InventedAgency(
            id=key,
            code=row["code"],
            name=row["name"],
            sector=row["sector"],
            domain=row["domain"],
            share=int(row["share"]),
            roles=tuple(row["roles"].split(";")),
        )
    return list(made.values())
