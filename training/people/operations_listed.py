"""Whom an agency's staff list named: they say yes or not me, by link or signed in, or the desk settles it for them."""

from datetime import timedelta
from typing import Any

from training.core import audit, clock
from training.core.links import SignedLink, revoke_links, use_link
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer, ViewerKind
from training.people.mail_listed import LISTED_BY_AGENCY
from training.people.models import Employment, Standing


def agree_to_list(link: SignedLink, employment: Employment) -> None:
    """They work there: from now on the agency's lead sees them as one of theirs."""
    use_link(link)
    if employment.standing is Standing.LISTED:
        _agree(_behind(link), employment)


def not_on_list(link: SignedLink, employment: Employment) -> None:
    """They do not work there: the job is over, and the agency's next list cannot begin it again."""
    use_link(link)
    end_listed(_behind(link), employment, employment.person_id)


def answer_own_list(viewer: Viewer, employment_id: int, *, works_there: bool) -> None:
    """The same by somebody who is signed in; LookupError about anybody else's job, Refused where it is settled."""
    employment = lock_row(Employment, employment_id)
    if viewer.person_id is None or viewer.person_id != employment.person_id:
        raise LookupError(f"employment {employment_id} is somebody else’s")
    if employment.standing is not Standing.LISTED:
        raise Refused("This was answered already. Nothing was changed")
    revoke_links(LISTED_BY_AGENCY, employment.id)
    if works_there:
        _agree(viewer, employment)
    else:
        end_listed(viewer, employment, employment.person_id)


def end_listed(viewer: Viewer, employment: Employment, settled_by_id: int | None, reason: str = "") -> None:
    """End a job that only a list named, without making the person look for another agency."""
    last_on = max(employment.from_on, clock.today() - timedelta(days=1))
    wanted: dict[str, Any] = {
        "standing": Standing.REFUSED,
        "settled_at": clock.now(),
        "settled_by_id": settled_by_id,
    }
    if employment.to_on is None or employment.to_on > last_on:
        wanted["to_on"] = last_on
    before, after = audit.changes(employment, wanted)
    audit.record(viewer, "does not work there", employment, before=before, after=after, reason=reason)


def _agree(viewer: Viewer, employment: Employment) -> None:
    wanted = {"standing": Standing.VOUCHED, "settled_at": clock.now(), "settled_by_id": employment.person_id}
    before, after = audit.changes(employment, wanted)
    audit.record(viewer, "agreed to", employment, before=before, after=after)


def _behind(link: SignedLink) -> Viewer:
    return Viewer(ViewerKind.LINK, link_id=link.id)
