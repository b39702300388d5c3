"""Deeds on agencies and sectors: adding, changing, moving in the tree."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from training.agencies.models import Agency, AgencyDomain, AgencyParent, Sector
from training.agencies.rules import clean_code, clean_domain
from training.agencies.tree import ids_below
from training.core import audit, clock
from training.core.columns import folded
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer


def add_sector(viewer: Viewer, name: str, reporting_group: str) -> Sector:
    """Add a sector at the end of the list; Refused where the name is taken."""
    _require_free_sector_name(name)
    last = db.session.scalar(select(Sector.position).order_by(Sector.position.desc()).limit(1))
    sector = Sector(name=name, reporting_group=reporting_group, position=(last or 0) + 1)
    db.session.add(sector)
    audit.record(viewer, "added", sector, after={"name": name, "reporting_group": reporting_group})
    return sector


def change_sector(viewer: Viewer, sector: Sector, name: str, reporting_group: str) -> None:
    """Rename the sector or count it under another group; Refused where the name is taken."""
    _require_free_sector_name(name, but=sector)
    before, after = audit.changes(sector, {"name": name, "reporting_group": reporting_group})
    if after:
        audit.record(viewer, "changed", sector, before=before, after=after)


def add_agency(
    viewer: Viewer,
    *,
    code: str,
    name: str,
    sector: Sector,
    sub_sector: str = "",
    is_group: bool = False,
    on_forum: bool = False,
    note: str = "",
    parent: Agency | None = None,
    parent_from: date | None = None,
    domains: Iterable[str] = (),
) -> Agency:
    """Add an agency, below `parent` from `parent_from` (today) on; Refused where code or name is taken."""
    code = clean_code(code)
    _require_free_code_and_name(code, name)
    agency = Agency(
        code=code,
        name=name,
        sort_key=folded(name)[:200],
        search_text=folded(name, code),
        sector=sector,
        sub_sector=sub_sector,
        is_group=is_group,
        on_forum=on_forum,
        note=note,
    )
    db.session.add(agency)
    audit.record(viewer, "added", agency, after={"code": code, "name": name})
    if parent is not None:
        set_parent(viewer, agency, parent, parent_from or clock.today())
    set_domains(viewer, agency, domains)
    return agency


def change_agency(viewer: Viewer, agency: Agency, wanted: Mapping[str, Any]) -> bool:
    """Set the columns `wanted` and say whether anything changed; Refused where code or name is taken."""
    name = str(wanted.get("name", agency.name))
    code = clean_code(str(wanted.get("code", agency.code)))
    _require_free_code_and_name(code, name, but=agency)
    before, after = audit.changes(agency, wanted)
    agency.sort_key, agency.search_text = folded(name)[:200], folded(name, code)
    if after:
        audit.record(viewer, "changed", agency, before=before, after=after)
    return bool(after)


def set_parent(viewer: Viewer, agency: Agency, parent: Agency | None, from_on: date) -> bool:
    """Put `agency` below `parent` (None: at the top) from the day `from_on`, and say whether anything changed.

    The period before ends on the day before and stays. Refused where the day lies in the future or before the
    present period, and where the agency would stand above itself.
    """
    db.session.flush()
    # Two people who move two agencies below each other must not both succeed: the second waits here, then sees.
    db.session.execute(select(Agency.id).order_by(Agency.id).with_for_update(key_share=True)).all()
    present = current_parent(agency.id)
    if (present.parent_id if present else None) == (parent.id if parent else None):
        return False
    if from_on > clock.today():
        raise Refused("The day from which the parent counts must be today or earlier", "parent_from")
    if parent is not None and parent.id in ids_below(agency.id):
        raise Refused(f"{parent.name} stands below {agency.name}, so it cannot stand above it as well", "parent")
    if present is not None:
        _end_before(present, from_on)
    if parent is not None:
        db.session.add(AgencyParent(agency_id=agency.id, parent_id=parent.id, from_on=from_on))
    audit.record(
        viewer,
        "moved in the tree",
        agency,
        before={"parent_id": present.parent_id if present else None},
        after={"parent_id": parent.id if parent else None, "from_on": from_on},
    )
    return True


def current_parent(agency_id: int) -> AgencyParent | None:
    """The period without an end: who stands above the agency now."""
    return db.session.scalar(
        select(AgencyParent).where(AgencyParent.agency_id == agency_id, AgencyParent.to_on.is_(None))
    )


def set_domains(viewer: Viewer, agency: Agency, domains: Iterable[str]) -> bool:
    """Let exactly `domains` suggest this agency, and say whether anything changed; Refused for one that is none."""
    wanted = {clean_domain(domain) for domain in domains}
    rows = {
        row.domain: row for row in db.session.scalars(select(AgencyDomain).where(AgencyDomain.agency_id == agency.id))
    }
    if wanted == set(rows):
        return False
    for domain, row in rows.items():
        if domain not in wanted:
            db.session.delete(row)
    db.session.add_all(AgencyDomain(agency_id=agency.id, domain=domain) for domain in sorted(wanted - set(rows)))
    audit.record(
        viewer,
        "changed the domains",
        agency,
        before={"domains": ", ".join(sorted(rows))},
        after={"domains": ", ".join(sorted(wanted))},
    )
    return True


def _end_before(period: AgencyParent, from_on: date) -> None:
    """End the present period; one that began on the very day is corrected away, for it never lasted."""
    if from_on < period.from_on:
        raise Refused("The day must not be earlier than the day from which the present parent counts", "parent_from")
    if from_on == period.from_on:
        db.session.delete(period)
    else:
        period.to_on = from_on - timedelta(days=1)
    db.session.flush()


def _require_free_sector_name(name: str, but: Sector | None = None) -> None:
    found = db.session.scalar(select(Sector).where(Sector.name == name))
    if found is not None and found is not but:
        raise Refused(f"There is already a sector called {name}", "name")


def _require_free_code_and_name(code: str, name: str, but: Agency | None = None) -> None:
    for column, value, field, what in (
        (Agency.code, code, "code", "with the code"),
        (Agency.name, name, "name", "called"),
    ):
        found = db.session.scalar(select(Agency).where(column == value))
        if found is not None and found is not but:
            raise Refused(f"There is already an agency {what} {value}", field)
