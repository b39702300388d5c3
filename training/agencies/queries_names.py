"""Which agencies somebody may mean by a name that is not listed: close matches, accents and capitals aside."""

from typing import NamedTuple

from rapidfuzz import fuzz, process
from sqlalchemy import select

from training.agencies.models import Agency, AgencyAlias
from training.agencies.tree import has_ended
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer

CLOSE = 78
"""From which likeness in per cent a name is suggested: below it, any two schools are alike."""
MOST = 3


class Match(NamedTuple):
    """An agency that may be meant."""

    id: int
    name: str


class Names:
    """All names of the agencies of today, read once for many questions; two queries."""

    def __init__(self, viewer: Viewer) -> None:  # noqa: ARG002 - names are public
        names = db.session.execute(select(Agency.id, Agency.name).where(~has_ended()))
        self._names = {row.id: row.name for row in names}
        self._folded = [(key, folded(name)) for key, name in self._names.items()]
        aliases = select(AgencyAlias.agency_id, AgencyAlias.folded).order_by(AgencyAlias.id)
        self._folded += [(key, name) for key, name in db.session.execute(aliases) if key in self._names]

    def close_to(self, name: str) -> list[Match]:
        """The agencies with the closest names, the closest first; each once."""
        wanted = folded(name)
        found = process.extract(
            wanted, [text for _, text in self._folded], scorer=fuzz.token_sort_ratio, limit=20, score_cutoff=CLOSE
        )
        keys = dict.fromkeys(self._folded[place][0] for _, _, place in found)
        return [Match(key, self._names[key]) for key in list(keys)[:MOST]]
