"""What the audit log is about: how each stage's rows are called, found and reached; core itself knows no stage."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, or_, select

from training.core.columns import folded
from training.core.database import Base, db

Rows = Select[*tuple[Any, ...]]
MOST_NAMED = 200
"""How many rows of one kind a typed name may stand for."""


@dataclass(frozen=True)
class Subject:
    """One kind of row that deeds are done to."""

    table: Table
    label: str
    rows: Rows
    """Its key, its name in words and what its address holds (its reference): three columns of any joins."""
    endpoint: str = ""
    argument: str = "ref"
    """The page of one of them, and which part of the address the third column fills."""
    references: tuple[ColumnElement[Any], ...] = ()
    """Columns of `rows` with which people name it or what it belongs to, such as a booking’s person’s reference."""
    search: ColumnElement[Any] | None = None
    """Folded text of `rows` in which a name can be found."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """What its columns are called where their own names would not be understood."""
    words: tuple[Mapping[Any, str], ...] = ()
    """The labels of the enums among its columns."""


@dataclass(frozen=True)
class Described:
    """A row as the log shows it; no endpoint where it has no page, no reference where it is gone."""

    label: str
    name: str
    endpoint: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])


_subjects: dict[str, Subject] = {}


def register_subject(
    model: type[Base],
    label: str,
    rows: Rows,
    *,
    endpoint: str = "",
    argument: str = "ref",
    references: tuple[Any, ...] = (),
    search: Any = None,
    labels: Mapping[str, str] | None = None,
    words: tuple[Mapping[Any, str], ...] = (),
) -> None:
    """Add a kind of row, once, when its stage is imported."""
    name = model.__tablename__
    if name in _subjects:
        raise ValueError(f"the subject {name} is already known")
    table = Base.metadata.tables[name]
    _subjects[name] = Subject(table, label, rows, endpoint, argument, references, search, labels or {}, words)


def subjects() -> dict[str, Subject]:
    """All kinds by the name of their table."""
    return dict(_subjects)


def keys_called(reference: str) -> dict[str, list[int]]:
    """The keys, by table, of the rows that `reference` names: those of that reference, and those that belong to it."""
    wanted = {reference, reference.upper()}
    found = {
        name: list(
            db.session.scalars(
                subject.rows.with_only_columns(_key(subject)).where(
                    or_(*(column.in_(wanted) for column in subject.references))
                )
            )
        )
        for name, subject in _subjects.items()
        if subject.references and reference
    }
    return {name: keys for name, keys in found.items() if keys}


def keys_named(table: str, text: str) -> list[int]:
    """The keys of rows of `table` whose reference is `text` or whose name holds all its words; at most MOST_NAMED."""
    subject = _subjects[table]
    exact = keys_called(text).get(table)
    if exact or subject.search is None:
        return exact or []
    holds = [subject.search.contains(word, autoescape=True) for word in folded(text).split()]
    return list(
        db.session.scalars(
            subject.rows.with_only_columns(_key(subject)).where(*holds).order_by(_key(subject)).limit(MOST_NAMED)
        )
    )


def described(wanted: Mapping[str, Collection[int]]) -> dict[tuple[str, int], Described]:
    """How each of the rows `wanted`, keys by table, is called; one query for each table, however many rows."""
    found: dict[tuple[str, int], Described] = {}
    for table, keys in wanted.items():
        subject = _subjects.get(table)
        label = subject.label if subject else table.replace("_", " ").capitalize()
        if subject is not None and keys:
            for key, name, reference in db.session.execute(subject.rows.where(_key(subject).in_(list(keys)))):
                endpoint = subject.endpoint if reference is not None else ""
                found[table, key] = Described(label, str(name), endpoint, {subject.argument: str(reference)})
        for key in keys:
            found.setdefault((table, key), Described(label, ""))
    return found


def column_label(table: str, column: str) -> str:
    """What a column is called in the log: as its stage says, else its own name without its ending."""
    subject = _subjects.get(table)
    if subject is not None and column in subject.labels:
        return subject.labels[column]
    plain = column.removesuffix("_id").removesuffix("_at").removesuffix("_on").removeprefix("is_")
    return plain.replace("_", " ").capitalize()


def table_named_by(table: str, column: str) -> str | None:
    """The table whose rows the column names, for columns that hold keys."""
    subject = _subjects.get(table)
    known = subject.table.columns.get(column) if subject is not None else None
    keys = list(known.foreign_keys) if known is not None else []
    return keys[0].column.table.name if keys else None


def label_of_value(table: str, column: str, value: str) -> str | None:
    """The label of an enum's value; None where the column holds something else."""
    subject = _subjects.get(table)
    for labels in subject.words if subject is not None else ():
        for member, label in labels.items():
            if isinstance(member, Enum) and member.value == value and column in _columns_of(subject, type(member)):
                return label
    return None


def _columns_of(subject: Subject | None, kind: type[Enum]) -> list[str]:
    """The columns that hold values of the enum `kind`."""
    columns = subject.table.columns if subject is not None else ()
    return [column.name for column in columns if getattr(column.type, "enum_class", None) is kind]


def _key(subject: Subject) -> Any:
    return next(iter(subject.table.primary_key.columns))


def plain_rows(model: type[Base], name: Any, reference: Any = None) -> Rows:
    """The `rows` of a kind that needs no join: its key, `name`, and `reference` or nothing."""
    key = next(iter(Base.metadata.tables[model.__tablename__].primary_key.columns))
    return select(key, name, reference if reference is not None else db.null())
