"""Every column of every table is spoken of by its stage: a new one fails here, and the message says what to do."""

import re

from sqlalchemy import JSON, Column, Enum, LargeBinary, String

from tests.guards.sources import modules
from training.core.holdings import (
    Direct,
    Mentions,
    Named,
    PointedAt,
    Subject,
    Through,
    holdings,
    link_subjects,
    message_subjects,
    table_of,
)
from training.core.links import purposes
from training.custody.stages import STAGES
from training.tables import METADATA

TABLES = {table.name: table for table in METADATA.sorted_tables}
SAY_IT = "say in holdings.py of its stage"


def names_a_person(column: Column[object]) -> bool:
    """Whether a column is a foreign key to a person."""
    return any(key.column.table.name == "person" for key in column.foreign_keys)


def may_be_personal(column: Column[object]) -> bool:
    """Whether free values can stand in a column: text, plain data, bytes; a list of words in the code is none."""
    return isinstance(column.type, String | JSON | LargeBinary) and not isinstance(column.type, Enum)


def test_every_stage_is_asked() -> None:
    said = set(holdings())
    assert said - {held.table for stage in STAGES for held in stage.HELD} == set(), "add the stage to custody/stages.py"
    assert set(TABLES) - said == set(), f"{SAY_IT} what these tables hold, with register_holding(Holding(...))"
    assert said - set(TABLES) == set(), "these tables are gone: take them out of holdings.py of their stage"


def test_every_column_that_names_a_person_says_whether_the_row_is_about_them() -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.c
        if names_a_person(column)
        and column.name
        not in (*holdings()[table.name].moving, *holdings()[table.name].done_by, *holdings()[table.name].follows)
    ]
    assert silent == [], f"{SAY_IT}: about=(Direct(column),) where the row is about them, else done_by=(column,)"


def test_every_column_of_free_values_says_whether_they_are_personal() -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.c
        if may_be_personal(column)
        and column.name not in holdings()[table.name].personal
        and column.name not in holdings()[table.name].plain
    ]
    assert silent == [], f"{SAY_IT}: personal={{column: what anonymising does}}, or plain=(column,) if nothing is"


def test_what_is_said_is_about_columns_that_exist_and_says_one_thing_of_each() -> None:
    wrong: list[str] = []
    for name, holding in holdings().items():
        there = set(table_of(name).c.keys())
        named = [*holding.done_by, *holding.follows, *holding.plain, *holding.secret, *holding.shown_without]
        named += [*holding.personal, *holding.released, *([holding.ranking[0]] if holding.ranking else [])]
        for path in holding.about:
            match path:
                case Direct() | Through() | Named() | Mentions():
                    named.append(path.column)
                case Subject():
                    named += [path.kind_column, path.key_column]
                case PointedAt():
                    pass
        wrong += [f"{name}.{column}" for column in named if column not in there]
        wrong += [f"{name}.{column} is both" for column in set(holding.personal) & set(holding.plain)]
    assert wrong == []


def test_everything_that_can_be_erased_says_what_with() -> None:
    """A row that stays must lose its personal values as its constraints allow: nothing only where nullable."""
    wrong = [
        f"{name}.{column}"
        for name, holding in holdings().items()
        for column, erasure in holding.personal.items()
        if not erasure.keeps and erasure.value is None and not table_of(name).c[column].nullable
    ]
    assert wrong == []


def test_every_purpose_of_a_link_says_what_its_links_are_about() -> None:
    known = {name for name in purposes() if not name.startswith("test")}
    assert known - set(link_subjects()) == set(), f"{SAY_IT}: register_link_subject(PURPOSE.name, table)"


def test_every_word_that_says_what_a_message_is_about_is_known() -> None:
    said = {
        word
        for module in modules()
        if "training" in module.parts
        for word in re.findall(r'about=f"([a-z-]+):', module.read_text())
    }
    assert said
    assert said - set(message_subjects()) == set(), f"{SAY_IT}: register_message_subject(word, table)"


def test_every_way_to_a_person_leads_to_a_table_that_has_one() -> None:
    led = {
        (name, target)
        for name, holding in holdings().items()
        for path in holding.about
        for target in (
            [path.table]
            if isinstance(path, Through)
            else list(path.kinds().values())
            if isinstance(path, Named)
            else []
        )
    }
    lost = [
        f"{name} -> {target}"
        for name, target in sorted(led)
        if target != "person" and not holdings()[target].about and not holdings()[target].follows
    ]
    assert lost == []
