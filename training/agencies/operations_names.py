"""Deeds on what agencies are called besides their names, and on their statutory duties."""

from collections.abc import Iterable

from sqlalchemy import select

from training.agencies.models import DUTY_LABELS, Agency, AgencyAlias, AgencyDuty, Duty, Sector
from training.agencies.operations_tree import lock_tree
from training.core import audit
from training.core.columns import folded
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer


def lock_names() -> None:
    """Let nobody else add or rename an agency, or add another name, until the transaction ends.

    Every agency points to a sector, so that holding the sectors holds back new agencies as well. The tree is locked
    first, as wherever both are.
    """
    lock_tree()
    db.session.execute(select(Sector.id).order_by(Sector.id).with_for_update()).all()


def add_alias(viewer: Viewer, agency: Agency, name: str) -> AgencyAlias:
    """Let the agency be known by another name too; Refused where an agency has the name already, in any spelling."""
    lock_names()
    wanted = folded(name)[:200]
    if not wanted:
        raise Refused("Enter the other name", "name")
    require_free_name(name)
    alias = AgencyAlias(agency_id=agency.id, name=name.strip()[:200], folded=wanted)
    db.session.add(alias)
    audit.record(viewer, "added another name", agency, after={"name": name})
    return alias


def remove_alias(viewer: Viewer, alias: AgencyAlias) -> None:
    """Forget another name of an agency."""
    agency = db.session.get_one(Agency, alias.agency_id)
    db.session.delete(alias)
    audit.record(viewer, "removed another name", agency, before={"name": alias.name})


def require_free_name(name: str, but: Agency | None = None) -> None:
    """Refused where an agency other than `but` has the name or is also known by it, accents and capitals aside.

    An agency may be given one of its own other names. Call it after `lock_names`.
    """
    wanted = folded(name)[:200]
    key = but.id if but is not None else None
    alias = db.session.scalar(select(AgencyAlias).where(AgencyAlias.folded == wanted))
    if alias is not None and alias.agency_id != key:
        other = db.session.get_one(Agency, alias.agency_id)
        raise Refused(f"{other.name} is also known as {alias.name}", "name")
    with db.session.no_autoflush:
        named = db.session.scalar(select(Agency).where(Agency.sort_key == wanted, Agency.id != (key or 0)).limit(1))
    if named is not None:
        raise Refused(f"There is already an agency called {named.name}", "name")


def set_duties(viewer: Viewer, agency: Agency, duties: Iterable[Duty]) -> bool:
    """Note exactly `duties` as what the law asks of the agency, and say whether anything changed."""
    wanted = set(duties)
    rows = {row.duty: row for row in db.session.scalars(select(AgencyDuty).where(AgencyDuty.agency_id == agency.id))}
    if wanted == set(rows):
        return False
    for duty, row in rows.items():
        if duty not in wanted:
            db.session.delete(row)
    db.session.add_all(AgencyDuty(agency_id=agency.id, duty=duty) for duty in Duty if duty in wanted - set(rows))
    audit.record(
        viewer, "changed the duties", agency, before={"duties": _listed(rows)}, after={"duties": _listed(wanted)}
    )
    return True


def _listed(duties: Iterable[Duty]) -> str:
    known = set(duties)
    return ", ".join(label for duty, label in DUTY_LABELS.items() if duty in known)
