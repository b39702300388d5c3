"""Deeds on the venues where sessions are held."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from training.catalogue.rules import slug_of
from training.core import audit
from training.core.columns import folded
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.schedule.models import Venue


@dataclass(frozen=True, kw_only=True)
class VenueDetails:
    """What people need to know of a place before they come."""

    name: str
    address: str
    access: str = ""
    parking: str = ""
    telephone: str = ""
    signal: str = ""
    contact_name: str = ""
    contact_address: str = ""
    day_cost_pence: int | None = None


def add_venue(viewer: Viewer, details: VenueDetails) -> Venue:
    """Add a place; refused where the name is taken."""
    venue = Venue(**_checked(details, None))
    db.session.add(venue)
    audit.record(viewer, "added the venue", venue, after={"name": venue.name})
    db.session.flush()
    return venue


def change_venue(viewer: Viewer, venue_id: int, details: VenueDetails) -> Venue:
    """Put right what is said of a place; its sessions show it at once."""
    venue = lock_row(Venue, venue_id)
    before, after = audit.changes(venue, _checked(details, venue))
    if after:
        audit.record(viewer, "changed the venue", venue, before=before, after=after)
        db.session.flush()
    return venue


def _checked(details: VenueDetails, venue: Venue | None) -> dict[str, Any]:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(details).items()}
    values["name"] = " ".join(details.name.split())
    for name in ("name", "address"):
        if not values[name]:
            raise Refused(f"Enter the {name}", name)
    if details.day_cost_pence is not None and details.day_cost_pence < 0:
        raise Refused("The cost of a day must be £0 or more", "day_cost")
    mine = None if venue is None else venue.id
    names = db.session.execute(select(Venue.id, Venue.name))
    wanted = slug_of(folded(values["name"]))
    if any(slug_of(folded(name)) == wanted and key != mine for key, name in names):
        raise Refused("There is a venue with this name", "name")
    return values
