"""The page that lists what does not hold of the data."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.checks import Finding, run_checks
from training.core.viewer import Role
from training.custody import checking
from training.custody.blueprint import blueprint
from training.web import access

CHECKED = checking.STAGES
MOST_SHOWN = 50
"""Findings shown of one check; the count is of all."""


@blueprint.get("/desk/check")
@access.only(Role.OFFICER)
def check() -> ResponseReturnValue:
    """Does everything add up: places, waiting lists, calendars and messages?"""
    found = run_checks()
    return render_template(
        "custody/check.html",
        broken=[(check, [(one, _address(one)) for one in findings[:MOST_SHOWN]], len(findings))
                for check, findings in found if findings],
        holding=[check for check, findings in found if not findings],
        now=clock.now(),
    )  # fmt: skip


def _address(finding: Finding) -> str:
    arguments: dict[str, Any] = dict(finding.arguments)
    return url_for(finding.endpoint, **arguments) if finding.endpoint else ""
