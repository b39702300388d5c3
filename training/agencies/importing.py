"""Brings a file of agencies into the partnership: all of it or nothing, and safe to do twice."""

from base64 import b64decode
from typing import Any

from sqlalchemy import select

from training.agencies.models import Agency, AgencyParent, Sector
from training.agencies.operations import add_agency, add_sector, change_agency, set_parent
from training.agencies.reading import AgencyRow, read_agencies, refuse
from training.agencies.rules import circle
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.refusal import Refused
from training.core.tasks import TaskRefused, register_task
from training.core.viewer import Viewer


def import_agencies(viewer: Viewer, content: bytes) -> list[str]:
    """Add or change agencies by their code as the CSV file says, and return sentences on what was done.

    Sectors that are not known are added, each as its own reporting group. A column that the file lacks changes
    nothing. Raises TaskRefused with the problems by row, before anything is changed.
    """
    rows = read_agencies(content)
    db.session.execute(select(Agency.id).order_by(Agency.id).with_for_update(key_share=True)).all()
    known = {agency.code.lower(): agency for agency in db.session.scalars(select(Agency))}
    parents = _present_parents()
    _check(rows, known, parents)
    sectors, new_sectors = _sectors(viewer, rows)
    agencies: dict[str, Agency] = dict(known)
    added, changed = 0, set[str]()
    for row in rows:
        key, sector = row.code.lower(), sectors[folded(row.sector)]
        try:
            if key not in known:
                agencies[key] = add_agency(viewer, sector=sector, **_columns(row))
                added += 1
            elif change_agency(viewer, known[key], {**_columns(row), "sector_id": sector.id}):
                changed.add(key)
        except Refused as refusal:
            raise TaskRefused([f"Row {row.line}: {refusal.sentence}."]) from refusal
    db.session.flush()
    changed |= _move(viewer, rows, agencies, parents) & set(known)
    unchanged = len(rows) - added - len(changed)
    done = [f"Agencies read: {len(rows)}. Added: {added}. Changed: {len(changed)}. As they were: {unchanged}."]
    if new_sectors:
        done.append(f"Sectors added: {', '.join(new_sectors)}. Check the reporting group of each.")
    return done


def _present_parents() -> dict[str, str]:
    """The code of the agency above each one now."""
    codes = {key: code.lower() for key, code in db.session.execute(select(Agency.id, Agency.code))}
    periods = db.session.execute(
        select(AgencyParent.agency_id, AgencyParent.parent_id).where(AgencyParent.to_on.is_(None))
    )
    return {codes[agency_id]: codes[parent_id] for agency_id, parent_id in periods}


def _names(rows: list[AgencyRow], known: dict[str, Agency]) -> dict[str, str]:
    """The name of each agency by its code as it will be after the import."""
    return {code: agency.name for code, agency in known.items()} | {row.code.lower(): row.name for row in rows}


def _check(rows: list[AgencyRow], known: dict[str, Agency], parents: dict[str, str]) -> None:
    """Refuse names that belong to others, parents that nobody has heard of, and circles."""
    problems: list[str] = []
    in_file = {row.code.lower() for row in rows}
    others = {folded(agency.name): code for code, agency in known.items() if code not in in_file}
    names = _names(rows, known)
    codes = {folded(name): code for code, name in names.items()}
    wanted = dict(parents)
    lines = {row.code.lower(): row.line for row in rows}
    for row in rows:
        owner = others.get(folded(row.name))
        if owner is not None:
            problems.append(f"Row {row.line}: “{row.name}” is already here with the code {known[owner].code}.")
        if row.parent is None:
            continue
        wanted.pop(row.code.lower(), None)
        if row.parent:
            above = codes.get(folded(row.parent))
            if above is None:
                problems.append(f"Row {row.line}: no agency is called “{row.parent}”, in this file or here.")
            else:
                wanted[row.code.lower()] = above
    # The file first: a circle is told from the row that closes it.
    wanted = {code: wanted[code] for code in (*lines, *wanted) if code in wanted}
    if not problems and (round_trip := circle(wanted)):
        shown = ", ".join(
            f"“{names[code]}”" + (f" (row {lines[code]})" if code in lines else "") for code in round_trip
        )
        problems.append(f"These agencies stand above each other in a circle: {shown}.")
    refuse(problems)


def _sectors(viewer: Viewer, rows: list[AgencyRow]) -> tuple[dict[str, Sector], list[str]]:
    sectors = {folded(sector.name): sector for sector in db.session.scalars(select(Sector))}
    new: list[str] = []
    for row in rows:
        if folded(row.sector) not in sectors:
            sectors[folded(row.sector)] = add_sector(viewer, row.sector, row.sector)
            new.append(row.sector)
    db.session.flush()
    return sectors, new


def _columns(row: AgencyRow) -> dict[str, Any]:
    present = {
        "code": row.code,
        "name": row.name,
        "sub_sector": row.sub_sector,
        "is_group": row.is_group,
        "on_forum": row.on_forum,
        "note": row.note,
    }
    return {name: value for name, value in present.items() if value is not None}


def _move(viewer: Viewer, rows: list[AgencyRow], agencies: dict[str, Agency], parents: dict[str, str]) -> set[str]:
    """Bring the tree into the shape of the file from today on; the codes of those that moved."""
    codes = {folded(agency.name): code for code, agency in agencies.items()}
    wanted = {row.code.lower(): codes.get(folded(row.parent)) for row in rows if row.parent is not None}
    moving = {code: above for code, above in wanted.items() if parents.get(code) != above}
    today = clock.today()
    # All away first: on the way to a tree, two that change places would stand in a circle.
    for code in moving:
        set_parent(viewer, agencies[code], None, today)
    for code, above in moving.items():
        set_parent(viewer, agencies[code], agencies[above] if above else None, today)
    return set(moving)


def _run(viewer: Viewer, given: dict[str, Any]) -> list[str]:
    return import_agencies(viewer, b64decode(given["content"]))


IMPORT = register_task("import-agencies", "Import of agencies", _run)
