"""Long lists in pages of fifty, with the total over all."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import abort, request
from sqlalchemy import Select, func, select

from training.core.database import db

Row = TypeVar("Row")
PER_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of the rows of a list, and how many there are in all."""

    rows: list[Row]
    total: int
    number: int
    per_page: int = PER_PAGE
    path: str = ""
    """Where the list stands, if it is not shown there: with the errors of a form, say."""

    @property
    def count(self) -> int:
        """How many pages there are; one even where the list is empty."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.per_page, self.total)

    def address(self, number: int) -> str:
        """The address of page `number` of the present list, filters kept."""
        given = {name: values for name, values in request.args.to_dict(flat=False).items() if name != "page"}
        return f"{self.path or request.path}?{urlencode({**given, 'page': number}, doseq=True)}"


def page_asked_for() -> int:
    """The page number in the address; 404 for one that is no number."""
    text = request.args.get("page", "1")
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        abort(404)
    return int(text)


def paged(statement: Select[*tuple[Any, ...]], number: int, per_page: int = PER_PAGE) -> Page[Any]:
    """Page `number` of the rows of `statement`, in two queries whatever its length.

    Rows are entities where one is selected, else named tuples. 404 for a page past the end.
    """
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    if number > 1 and (number - 1) * per_page >= total:
        abort(404)
    found = db.session.execute(statement.limit(per_page).offset((number - 1) * per_page))
    rows = list(found.scalars()) if len(statement.column_descriptions) == 1 else list(found)
    return Page(rows, total, number, per_page)
