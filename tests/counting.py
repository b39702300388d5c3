"""How many statements a page sends to the database."""

from typing import Any

from sqlalchemy import Engine, event

from tests.pages import Client


def statements_of(database: Engine, client: Client, url: str) -> int:
    """How many statements the engine is sent while `url` is fetched."""
    sent: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(database, "before_cursor_execute", keep)
    try:
        client.get(url)
    finally:
        event.remove(database, "before_cursor_execute", keep)
    return len(sent)
