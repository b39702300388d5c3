"""How a trainer gets to who is coming and to the register: by signing in, or as a guest by a link of their own."""

from dataclasses import dataclass

from training.config import installation
from training.core.links import FreshLink
from training.schedule.links import teaching_link
from training.schedule.models import TrainerAssignment
from training.schedule.reach import TAKES_REGISTER, is_guest


@dataclass(frozen=True)
class WayIn:
    """The address for a mail, the line with the short code where it is a link, and what must be wiped once sent."""

    address: str
    code_line: str = ""
    secrets: tuple[str, ...] = ()


def by_link(link: FreshLink) -> WayIn:
    """The way in that a fresh link opens."""
    code_line = f"If the link does not open, type the code {link.code} at {installation().base_url}/link"
    return WayIn(link.address, code_line, link.secrets)


def needs_link(assignment: TrainerAssignment) -> bool:
    """Whether the trainer takes the register and has no account to do it with."""
    return assignment.part in TAKES_REGISTER and is_guest(assignment.person_id)


def way_in(assignment: TrainerAssignment, page: str) -> WayIn:
    """How the trainer gets to who is coming: by a link if they have no account, else at `page` of this site."""
    if needs_link(assignment):
        return by_link(teaching_link(assignment))
    return WayIn(f"{installation().base_url}{page}")
