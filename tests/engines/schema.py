"""What a database really holds: the DDL of its tables, constraints and indexes, in a form that can be compared."""

import re
from typing import Any

from sqlalchemy import Connection, text

Schema = dict[str, str]
VERSION_TABLE = "alembic_version"

POSTGRESQL_QUERIES = {
    "column": """
        SELECT table_name || '.' || column_name,
               concat_ws(' ', udt_name, character_maximum_length, is_nullable, column_default, identity_generation)
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "index": "SELECT tablename || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": """
        SELECT tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    """,
    "function": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "sequence": "SELECT sequence_name, data_type FROM information_schema.sequences WHERE sequence_schema = 'public'",
    "view": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
}


def schema_of(connection: Connection) -> Schema:
    """Every named thing in the database and its definition, without what Alembic keeps for itself.

    Alembic's own comparison sees neither a changed CHECK nor the predicate of a partial index; this does.
    """
    found = _sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection)
    return {name: definition for name, definition in found.items() if VERSION_TABLE not in name}


def _postgresql(connection: Connection) -> Schema:
    return {
        f"{kind} {name}": definition
        for kind, query in POSTGRESQL_QUERIES.items()
        for name, definition in connection.execute(text(query))
    }


def _sqlite(connection: Connection) -> Schema:
    rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {f"{kind} {name}": _in_order(kind, sql) for kind, name, sql in rows}


def _in_order(kind: str, sql: str) -> str:
    """The statement on one line; of a table, the parts in alphabetical order, for a later column stands last."""
    line = " ".join(sql.replace('"', "").split())
    opening = line.find("(")
    if kind != "table" or opening < 0:
        return line
    parts = sorted(_parts(line[opening + 1 : line.rindex(")")]))
    return f"{line[:opening].strip()} ({', '.join(parts)})"


def _parts(body: str) -> list[str]:
    """The comma-separated parts of a table's definition, commas inside brackets and quotes left alone."""
    parts, depth, present = [""], 0, False
    for character in body:
        if character == "'":
            present = not present
        if not present:
            depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0 and not present:
            parts.append("")
        else:
            parts[-1] += character
    return [re.sub(r"\s+", " ", part).strip() for part in parts]


def differences(one: Schema, other: Schema) -> dict[str, tuple[Any, Any]]:
    """What is defined differently, by name; None where it is missing."""
    names = sorted(one.keys() | other.keys())
    return {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)}
