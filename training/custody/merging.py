"""What merging two records would move and where rows meet, read from the holdings; nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint, select, text

from training.core.columns import folded
from training.core.database import db
from training.core.holdings import Holding, table_of
from training.custody.stages import everything_held


@dataclass(frozen=True)
class Move:
    """A row that comes to the kept record."""

    table: str
    row_id: int
    column: str


@dataclass(frozen=True)
class Meeting:
    """Two rows of which a constraint lets only one stand."""

    table: str
    column: str
    kept_row: dict[str, Any]
    merged_row: dict[str, Any]
    merged_stands: bool
    """Whether the row of the record that goes is the better one."""

    @property
    def stands(self) -> dict[str, Any]:
        return self.merged_row if self.merged_stands else self.kept_row

    @property
    def yields(self) -> dict[str, Any]:
        return self.kept_row if self.merged_stands else self.merged_row


@dataclass(frozen=True)
class SameJob:
    """One job that both records have; the row of the record that goes stays behind, ended."""

    kept_row: dict[str, Any]
    merged_row: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """All that a merge would change, by the holdings."""

    moves: list[Move] = field(default_factory=list[Move])
    meetings: list[Meeting] = field(default_factory=list[Meeting])
    same_jobs: list[SameJob] = field(default_factory=list[SameJob])

    def meetings_in(self, table: str) -> list[Meeting]:
        """The meetings of rows of one table."""
        return [meeting for meeting in self.meetings if meeting.table == table]


def plan(kept_id: int, merged_id: int) -> Plan:
    """What would move from `merged_id` to `kept_id`, and which rows meet."""
    planned = Plan()
    for name, holding in everything_held().items():
        for column in holding.moving:
            _plan_table(planned, holding, table_of(name), column, kept_id, merged_id)
    return planned


def _plan_table(planned: Plan, holding: Holding, table: Table, column: str, kept_id: int, merged_id: int) -> None:
    theirs = _rows(table, column, merged_id)
    ours = _rows(table, column, kept_id) if theirs else []
    met = _meetings(holding, table, column, ours, theirs)
    if table.name == "employment":
        planned.same_jobs.extend(_same_jobs(ours, theirs))
    stay = {pair.merged_row["id"] for pair in planned.same_jobs} if table.name == "employment" else set[int]()
    planned.meetings.extend(met)
    stay |= {meeting.merged_row["id"] for meeting in met}
    planned.moves.extend(Move(table.name, row["id"], column) for row in theirs if row["id"] not in stay)


def _rows(table: Table, column: str, person_id: int, condition: str = "") -> list[dict[str, Any]]:
    statement = select(table).where(table.c[column] == person_id).order_by(table.c.id)
    if condition:
        statement = statement.where(text(condition))
    return [dict(row) for row in db.session.execute(statement).mappings()]


def _meetings(
    holding: Holding, table: Table, column: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> list[Meeting]:
    found: dict[int, Meeting] = {}
    for columns, condition in _unique_sets(table, column):
        if condition and ours and theirs:
            mine = _rows(table, column, ours[0][column], condition)
            others = _rows(table, column, theirs[0][column], condition)
        else:
            mine, others = ours, theirs
        by_key = {key: row for row in mine if (key := _key(row, columns)) is not None}
        for row in others:
            key = _key(row, columns)
            if key is not None and key in by_key:
                pair = by_key[key]
                found[row["id"]] = Meeting(table.name, column, pair, row, _is_better(holding, row, pair))
    return [found[key] for key in sorted(found)]


def _unique_sets(table: Table, column: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The other columns of each constraint that lets one row per person stand, and its condition in SQL."""
    constraints: list[UniqueConstraint | Index] = [
        each for each in table.constraints if isinstance(each, UniqueConstraint)
    ]
    constraints += [index for index in table.indexes if index.unique]
    for constraint in sorted(constraints, key=lambda each: str(each.name)):
        names = [str(each.name) for each in constraint.columns]
        if column not in names:
            continue
        where = constraint.dialect_options["sqlite"].get("where") if isinstance(constraint, Index) else None
        yield tuple(name for name in names if name != column), "" if where is None else str(where)


def _key(row: dict[str, Any], columns: tuple[str, ...]) -> tuple[Any, ...] | None:
    values = tuple(row[name] for name in columns)
    return None if None in values else values


def _is_better(holding: Holding, row: dict[str, Any], other: dict[str, Any]) -> bool:
    if holding.ranking is None:
        return False
    column, order = holding.ranking
    return _place(order, row[column]) < _place(order, other[column])


def _place(order: tuple[str, ...], value: Any) -> int:
    word = value.value if isinstance(value, Enum) else value
    return order.index(word) if word in order else len(order)


def _same_jobs(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[SameJob]:
    """The jobs of both at one agency in one role whose times touch: nobody should be asked in which they come."""
    return [SameJob(pair, row) for row in theirs if (pair := next((job for job in ours if _is_same(job, row)), None))]


def _is_same(job: dict[str, Any], other: dict[str, Any]) -> bool:
    named = job["agency_id"] == other["agency_id"] and folded(job["agency_named"]) == folded(other["agency_named"])
    ends, other_ends = job["to_on"], other["to_on"]
    overlap = (other_ends is None or job["from_on"] <= other_ends) and (ends is None or other["from_on"] <= ends)
    return named and folded(job["job_role"]) == folded(other["job_role"]) and overlap
