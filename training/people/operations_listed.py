"""What somebody answers whom an agency's staff list named: yes, or not me."""

from datetime import timedelta
from typing import Any

from training.core import audit, clock
from training.core.links import SignedLink, use_link
from training.core.viewer import Viewer, ViewerKind
from training.people.models import Employment, Standing


def agree_to_list(link: SignedLink, employment: Employment) -> None:
    """They work there: from now on the agency's lead sees them as one of theirs."""
    use_link(link)
    if employment.standing is not Standing.LISTED:
        return
    wanted = {"standing": Standing.VOUCHED, "settled_at": clock.now(), "settled_by_id": employment.person_id}
    before, after = audit.changes(employment, wanted)
    audit.record(_behind(link), "agreed to", employment, before=before, after=after)


def not_on_list(link: SignedLink, employment: Employment) -> None:
    """They do not work there: the job is over, and the agency's next list cannot begin it again."""
    use_link(link)
    last_on = max(employment.from_on, clock.today() - timedelta(days=1))
    wanted: dict[str, Any] = {
        "standing": Standing.REFUSED,
        "settled_at": clock.now(),
        "settled_by_id": employment.person_id,
    }
    if employment.to_on is None or employment.to_on > last_on:
        wanted["to_on"] = last_on
    before, after = audit.changes(employment, wanted)
    audit.record(_behind(link), "does not work there", employment, before=before, after=after)


def _behind(link: SignedLink) -> Viewer:
    return Viewer(ViewerKind.LINK, link_id=link.id)
