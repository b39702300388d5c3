"""Who may do what: every page of the application beside every role, read from what the pages themselves declare."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule as Address

from training.core.viewer import DESK_ROLES, ROLE_LABELS, ROLE_REACH, Role
from training.web import access
from training.web.access import LINK_HOLDER, Rule, purpose_of, rule_of
from training.web.fields import SelectField
from training.web.forms import FilterForm

AREAS = (
    ("/desk/", "Desk"),
    ("/desk", "Desk"),
    ("/my/agency", "My agency"),
    ("/agency", "My agency"),
    ("/my", "My learning"),
    ("/teaching", "Teaching"),
    ("/reports", "Reports"),
    ("/link", "Links in messages"),
    ("/", "Pages for everybody, booking and registers"),
)
"""The first that an address begins with says where it stands; in the order in which the page shows them, reversed."""

LEFT_OUT = frozenset({"static"})
PART = re.compile(r"<(?:[^:>]+:)?([^>]+)>")

blueprint = Blueprint("roles", __name__)


@dataclass(frozen=True)
class Line:
    """One page: its address with its variable parts in words, what it is for, whether it changes anything, for whom."""

    address: str
    purpose: str
    changes: bool
    allowed: frozenset[Role]
    label: str


class RoleFilter(FilterForm):
    """Which role to look at."""

    role = SelectField("What may this role open?", choices=dict(ROLE_LABELS), required=False, first="All roles")


@blueprint.get("/desk/roles")
@access.only(*DESK_ROLES, Role.SYSTEM)
def index() -> ResponseReturnValue:
    """Who may open and change what, by role."""
    form = RoleFilter(request.args)
    form.validate()
    role = Role(form.role.data) if form.role.data in set(Role) else None
    lines = [line for line in lines_of(current_app) if role is None or role in line.allowed]
    roles = tuple(Role) if role is None else (role,)
    page = render_template(
        "web/roles.html", form=form, areas=by_area(lines), count=len(lines), roles=roles, labels=ROLE_LABELS,
        reach=ROLE_REACH,
    )  # fmt: skip
    return page, 400 if form.failed else 200


def lines_of(app: Flask) -> list[Line]:
    """A line for every address of `app`, by address."""
    found: dict[str, Line] = {}
    for address in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        rule = rule_of(app, address.endpoint)
        if address.endpoint in LEFT_OUT or rule is None:
            continue
        line = _line(app, address, rule)
        before = found.get(line.address)
        found[line.address] = line if before is None else _joined(before, line)
    return list(found.values())


def _line(app: Flask, address: Address, rule: Rule) -> Line:
    allowed = frozenset(role for role in Role if rule.allows_role(role))
    label = rule.label if rule is LINK_HOLDER else ""
    changes = "POST" in (address.methods or ())
    return Line(PART.sub(r"…", address.rule), purpose_of(app, address.endpoint), changes, allowed, label)


def _joined(one: Line, other: Line) -> Line:
    """Two endpoints at one address, such as the page and what its button does."""
    return Line(one.address, one.purpose, one.changes or other.changes, one.allowed | other.allowed, one.label)


def by_area(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """The lines under the heading of the area they belong to, everybody's pages first."""
    areas: dict[str, list[Line]] = {heading: [] for _, heading in reversed(AREAS)}
    for line in lines:
        areas[next(heading for prefix, heading in AREAS if line.address.startswith(prefix))].append(line)
    return {heading: found for heading, found in areas.items() if found}
