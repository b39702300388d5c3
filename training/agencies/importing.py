"""Brings a file of agencies into the partnership: previewed, all of it or nothing, and undone as one."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import select

from training.agencies.models import Agency, AgencyAlias, AgencyParent, Sector
from training.agencies.operations import add_agency, add_sector, change_agency, set_parent
from training.agencies.reading import COLUMNS, AgencyRow, understood
from training.agencies.rules import circle
from training.core import clock
from training.core.batch_commands import import_file
from training.core.batch_journal import Journal
from training.core.batch_kinds import BatchKind, Plan, Planned, register_batch_kind
from training.core.batches import Verdict
from training.core.columns import folded
from training.core.database import db
from training.core.spreadsheets import SheetRow
from training.core.viewer import Role, Viewer

LABELS = {
    "code": "Code",
    "name": "Name",
    "sub_sector": "Kind within the sector",
    "is_group": "Stands for many",
    "on_forum": "Sits on the forum",
    "note": "Note",
}


def import_agencies(viewer: Viewer, content: bytes, file_name: str = "", *, check: bool = False) -> list[str]:
    """Add or change agencies by their code as the file says, and return sentences on what was done.

    Sectors that are not known are added, each as its own reporting group. A column that the file lacks changes
    nothing. Raises TaskRefused with all problems by row, before anything is changed.
    """
    return import_file(viewer, IMPORT, content, {}, file_name, check=check)


class AgenciesPlanner:
    """Compares the file with the agencies that are here."""

    def __init__(self, viewer: Viewer, _given: Mapping[str, Any], rows: Sequence[SheetRow]) -> None:
        self._viewer = viewer
        self._rows, self._problems = understood(rows)
        self._known = {agency.code.lower(): agency for agency in db.session.scalars(select(Agency))}
        self._by_id = {agency.id: code for code, agency in self._known.items()}
        self._sectors = {folded(sector.name): sector for sector in db.session.scalars(select(Sector))}
        self._aliases = {
            folded_name: self._by_id[key]
            for folded_name, key in db.session.execute(select(AgencyAlias.folded, AgencyAlias.agency_id))
        }
        self._parents = self._present_parents()
        self._names = {code: agency.name for code, agency in self._known.items()}
        self._names |= {row.key: row.name for row in self._rows}
        codes = {code: code for code in self._names}
        self._codes = codes | self._aliases | {folded(name): code for code, name in self._names.items()}

    def plan(self) -> list[Plan]:
        """A plan for each row; what is wrong between rows stands with the rows it concerns."""
        self._check_names()
        self._check_parents()
        return [self._planned(row) for row in self._rows]

    def lacking(self) -> list[Planned]:
        """None: an agency that the file does not name stays as it is."""
        return []

    def carry_out(self, planned: Sequence[Planned], journal: Journal) -> None:
        """Add the sectors, add and change the agencies, and bring the tree into the shape of the file from today."""
        db.session.execute(select(Agency.id).order_by(Agency.id).with_for_update(key_share=True)).all()
        rows = [cast("AgencyRow", plan.deed) for _row, plan in planned]
        agencies: dict[str, Agency] = dict(self._known)
        for row in rows:
            journal.about(row.line)
            sector = self._sector(row)
            if row.key in self._known:
                change_agency(self._viewer, agencies[row.key], {**_columns(row), "sector_id": sector.id})
            else:
                agencies[row.key] = add_agency(self._viewer, sector=sector, **_columns(row))
            db.session.flush()
        moving = {row: self._above(row) for row in rows if self._moves(row)}
        today = clock.today()
        # All away first: on the way to a tree, two that change places would stand in a circle.
        for row in moving:
            journal.about(row.line)
            set_parent(self._viewer, agencies[row.key], None, today)
        for row, above in moving.items():
            journal.about(row.line)
            set_parent(self._viewer, agencies[row.key], agencies[above] if above else None, today)
            db.session.flush()

    def _present_parents(self) -> dict[str, str]:
        """The code of the agency above each one now."""
        periods = db.session.execute(
            select(AgencyParent.agency_id, AgencyParent.parent_id).where(AgencyParent.to_on.is_(None))
        )
        return {self._by_id[agency_id]: self._by_id[parent_id] for agency_id, parent_id in periods}

    def _above(self, row: AgencyRow) -> str | None:
        return self._codes.get(folded(row.parent)) or self._codes.get(row.parent.lower()) if row.parent else None

    def _moves(self, row: AgencyRow) -> bool:
        return row.parent is not None and self._parents.get(row.key) != self._above(row)

    def _check_names(self) -> None:
        """Names must not belong to others: by name or by another name."""
        in_file = {row.key for row in self._rows}
        owners = {folded(agency.name): code for code, agency in self._known.items() if code not in in_file}
        for row in self._rows:
            owner = owners.get(folded(row.name)) or self._aliases.get(folded(row.name))
            if owner is not None and owner != row.key:
                self._problems[row.line].append(
                    f"“{row.name}” is already here with the code {self._known[owner].code}."
                )

    def _check_parents(self) -> None:
        """Parents must be known, and nobody may stand above themselves."""
        wanted = dict(self._parents)
        lines = {row.key: row.line for row in self._rows}
        for row in self._rows:
            if row.parent is None:
                continue
            wanted.pop(row.key, None)
            above = self._above(row)
            if above is not None:
                wanted[row.key] = above
            elif row.parent:
                self._problems[row.line].append(f"No agency is called “{row.parent}”, in this file or here.")
        # The file first: a circle is told from the row that closes it.
        wanted = {code: wanted[code] for code in (*lines, *wanted) if code in wanted}
        while round_trip := circle(wanted):
            shown = ", ".join(
                f"“{self._names[code]}”" + (f" (row {lines[code]})" if code in lines else "") for code in round_trip
            )
            for code in round_trip:
                wanted.pop(code)
                if code in lines:
                    self._problems[lines[code]].append(f"These stand above each other in a circle: {shown}.")

    def _planned(self, row: AgencyRow) -> Plan:
        if self._problems[row.line]:
            return Plan(Verdict.PROBLEM, tuple(self._problems[row.line]))
        present = self._known.get(row.key)
        above = self._above(row)
        new_sector = [f"The sector {row.sector} is new."] if folded(row.sector) not in self._sectors else []
        if present is None:
            said = f"Added in the sector {row.sector}" + (f", below {self._names[above]}." if above else ".")
            return Plan(Verdict.ADD, (said, *new_sector), row)
        changes = [
            f"{LABELS[name]}: {_shown(getattr(present, name))} → {_shown(value)}."
            for name, value in _columns(row).items()
            if getattr(present, name) != value
        ]
        if self._sectors.get(folded(row.sector)) is not present.sector:
            changes.append(f"Sector: {present.sector.name} → {row.sector}.")
        if self._moves(row):
            before = self._names.get(self._parents.get(row.key, ""), "nothing")
            changes.append(f"Stands below: {before} → {self._names[above] if above else 'nothing'}.")
        changes += new_sector
        return Plan(Verdict.CHANGE, tuple(changes), row) if changes else Plan(Verdict.SAME, (), row)

    def _sector(self, row: AgencyRow) -> Sector:
        if folded(row.sector) not in self._sectors:
            self._sectors[folded(row.sector)] = add_sector(self._viewer, row.sector, row.sector)
            db.session.flush()
        return self._sectors[folded(row.sector)]


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


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"“{text[:60]}”" if text else "nothing"


def _may(viewer: Viewer, _given: Mapping[str, Any]) -> bool:
    return viewer.is_machine or viewer.has(Role.OFFICER)


IMPORT = register_batch_kind(
    BatchKind(
        name="agencies",
        label="Agencies",
        columns=COLUMNS,
        may=_may,
        planner=AgenciesPlanner,
        most_rows=2_000,
        whole=True,
        audits_itself=True,
        words={
            "agency_parent": "an agency above or below it",
            "employment": "people who work there",
            "agency_domain": "email domains",
            "agency_alias": "other names",
            "role_grant": "a training lead",
        },
    )
)
