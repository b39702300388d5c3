"""Names for invented people, each pair given out once."""

import tomllib
from random import Random

from training.demonstration.ledger import DATA


class Names:
    """Gives out pairs of a given and a family name, each pair once."""

    def __init__(self, chance: Random) -> None:
        names = tomllib.loads((DATA / "names.toml").read_text(encoding="utf-8"))
        self._given: list[str] = names["given"].split()
        self._family: list[str] = names["family"].split()
        self._chance = chance
        self._given_out: set[tuple[str, str]] = set()

    def next(self) -> tuple[str, str]:
        """A given and a family name that nobody has yet."""
        while True:
            pair = self._chance.choice(self._given), self._chance.choice(self._family)
            if pair not in self._given_out:
                self._given_out.add(pair)
                return pair

    def keep(self, given: str, family: str) -> None:
        """Give this pair to nobody else."""
        self._given_out.add((given, family))
