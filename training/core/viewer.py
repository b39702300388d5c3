"""Who is asking: every query takes a viewer, and every deed is noted under one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What a person may be to the partnership; everybody who can sign in is a learner."""

    LEARNER = "learner"
    AGENCY_LEAD = "agency-lead"
    TRAINER = "trainer"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"
    VIEWER = "viewer"
    SYSTEM = "system"


ROLE_LABELS = {
    Role.LEARNER: "Learner",
    Role.AGENCY_LEAD: "Agency training lead",
    Role.TRAINER: "Trainer",
    Role.OFFICER: "Learning and development officer",
    Role.ADMINISTRATOR: "Administrator",
    Role.VIEWER: "Viewer of reports",
    Role.SYSTEM: "System administrator",
}

DESK_ROLES = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
"""Who works at the desk; what an administrator may not see is said at each endpoint."""


class ViewerKind(StrEnum):
    """How the asker came in."""

    ANONYMOUS = "anonymous"
    PERSON = "person"
    LINK = "link"
    WORKER = "worker"
    COMMAND = "command"


@dataclass(frozen=True)
class Grant:
    """A role held today; `agency_id` is where it reaches (that agency and those below), None for everywhere."""

    role: Role
    agency_id: int | None = None


@dataclass(frozen=True)
class Viewer:
    """Who asks, as plain values; rows out of their reach do not exist for them."""

    kind: ViewerKind
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    link_id: int | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held today, learner included for every person."""
        held = {grant.role for grant in self.grants}
        if self.kind is ViewerKind.PERSON:
            held.add(Role.LEARNER)
        return frozenset(held)

    def has(self, *roles: Role) -> bool:
        """Whether any of `roles` is held today."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_signed_in(self) -> bool:
        return self.kind is ViewerKind.PERSON

    @property
    def is_machine(self) -> bool:
        """The worker or somebody at the command line of the server: no row is out of reach."""
        return self.kind in (ViewerKind.WORKER, ViewerKind.COMMAND)

    @property
    def works_at_desk(self) -> bool:
        return self.is_machine or self.has(*DESK_ROLES)

    def reach(self, role: Role) -> frozenset[int | None]:
        """The agencies at whose top `role` is held; holds None where it is held everywhere."""
        return frozenset(grant.agency_id for grant in self.grants if grant.role is role)


ANONYMOUS = Viewer(ViewerKind.ANONYMOUS)
WORKER = Viewer(ViewerKind.WORKER)
COMMAND = Viewer(ViewerKind.COMMAND)


def held_today(grants: Iterable[tuple[Role, int | None, date, date | None]], on: date) -> tuple[Grant, ...]:
    """The grants `(role, agency, from, to)` in force on the day `on`; the last day counts."""
    return tuple(Grant(role, agency) for role, agency, begins, ends in grants if begins <= on <= (ends or on))
