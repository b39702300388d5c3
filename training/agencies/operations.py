"""Deeds on agencies and sectors: adding, changing, moving in the tree."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from training.agencies.models import Agency, AgencyDomain, Sector
from training.agencies.operations_names import lock_names, require_free_name
from training.agencies.operations_tree import current_parent as current_parent
from training.agencies.operations_tree import set_parent as set_parent
from training.agencies.rules import clean_code, clean_domain
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


def _require_free_sector_name(name: str, but: Sector | None = None) -> None:
    found = db.session.scalar(select(Sector).where(Sector.name == name))
    if found is not None and found is not but:
        raise Refused(f"There is already a sector called {name}", "name")


def _require_free_code_and_name(code: str, name: str, but: Agency | None = None) -> None:
    """Codes are never given twice, not even after their agency has ended; names are none’s other name either."""
    with db.session.no_autoflush:
        lock_names()
        for column, value, field, what in (
            (func.lower(Agency.code), code.lower(), "code", f"with the code {code}"),
            (Agency.name, name, "name", f"called {name}"),
        ):
            found = db.session.scalar(select(Agency).where(column == value))
            if found is not None and found is not but:
                raise Refused(f"There is already an agency {what}", field)
    require_free_name(name, but)
