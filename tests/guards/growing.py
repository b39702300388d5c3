"""A page that grows, for the test that it costs the same number of statements for 3 rows and for 30."""

from collections.abc import Callable
from dataclasses import dataclass

from training.people.models import Person


@dataclass
class Growing:
    """A page, what adds one more row of everything it lists, and who looks: the officer where nobody is named."""

    address: str
    add: Callable[[], object]
    reader: Person | None = None
