"""Who is asking: every query takes a viewer, and every deed is noted under one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
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

ROLE_REACH = {
    Role.LEARNER: "Everybody who can sign in. Their own bookings, record, account and data; nobody else’s.",
    Role.AGENCY_LEAD: "For a time, with deputies. The people who work in their agency and those below it now, what "
    "these people have in date, and the agency’s own figures; not access needs, and nothing from before they joined.",
    Role.TRAINER: "Sessions they teach: who comes, the registers, feedback without names, and access needs behind a "
    "button whose use is noted. Nothing of sessions that others teach.",
    Role.OFFICER: "Everything of the programme and everybody in it. Cannot give or take the roles of the desk itself.",
    Role.ADMINISTRATOR: "What the telephone asks for: people, bookings, sessions and messages. Not access needs, "
    "evaluations, settings or the audit log.",
    Role.VIEWER: "Reports and figures. No row about a person anywhere.",
    Role.SYSTEM: "Roles and settings, and the accounts of others. No bookings, registers or evaluations.",
}
"""How far each role reaches, in words for people; the queries hold it."""

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
    withheld: frozenset[Role] = frozenset()
    """Roles they would hold today, had they shown a second factor."""
    link_opens: tuple[str, int] | None = None
    """The one row that a link holder acts on, as its table and key; nothing else is in their reach by it."""

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

    def opened_by_link(self, table: str) -> int | None:
        """The key of the row of `table` that the link opens; None for anybody else, and for any other table."""
        if self.kind is not ViewerKind.LINK or self.link_opens is None or self.link_opens[0] != table:
            return None
        return self.link_opens[1]

    @property
    def is_machine(self) -> bool:
        """The worker or somebody at the command line of the server: no row is out of reach."""
        return self.kind in (ViewerKind.WORKER, ViewerKind.COMMAND)

    @property
    def works_at_desk(self) -> bool:
        return self.is_machine or self.has(*DESK_ROLES)

    def without(self, roles: frozenset[Role]) -> "Viewer":
        """The same viewer with `roles` withheld: not held until they show a second factor."""
        kept = tuple(grant for grant in self.grants if grant.role not in roles)
        return replace(self, grants=kept, withheld=self.roles & roles)

    def reach(self, role: Role) -> frozenset[int | None]:
        """The agencies at whose top `role` is held; holds None where it is held everywhere."""
        return frozenset(grant.agency_id for grant in self.grants if grant.role is role)


ANONYMOUS = Viewer(ViewerKind.ANONYMOUS)
WORKER = Viewer(ViewerKind.WORKER)
COMMAND = Viewer(ViewerKind.COMMAND)


def held_today(grants: Iterable[tuple[Role, int | None, date, date | None]], on: date) -> tuple[Grant, ...]:
    """The grants `(role, agency, from, to)` in force on the day `on`; the last day counts."""
    return tuple(Grant(role, agency) for role, agency, begins, ends in grants if begins <= on <= (ends or on))
