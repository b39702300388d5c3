"""The page on which somebody turns their weekly digests on and off."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.homes.blueprint import blueprint
from training.homes.digests import digests_for
from training.homes.models import DIGEST_LABELS, DigestKind
from training.homes.operations_digests import choose_digests, digests_off
from training.web import access
from training.web.access import current_viewer
from training.web.fields import CheckboxesField, Choice
from training.web.forms import Form

HINTS = {
    DigestKind.LEAD: "Who comes next, who waits, who was absent, and what waits for your answer",
    DigestKind.TRAINER: "What you teach next with how many people come, and what you are asked",
    DigestKind.DESK: "How much of each kind is on the desk, and sessions under their minimum",
}


class DigestForm(Form):
    """Which digests somebody wants."""

    kinds = CheckboxesField("Which weekly messages do you want?", required=False, hint="Choose none to get none.")
    marks_optional = False


@blueprint.route("/my/account/digests", methods=["GET", "POST"])
@access.signed_in
def digests() -> ResponseReturnValue:
    """Choose which weekly messages you get."""
    viewer = current_viewer()
    offered = digests_for(viewer)
    off = digests_off(viewer)
    form = DigestForm(kinds=[kind.value for kind in offered if kind not in off])
    form.kinds.choices = [Choice(kind.value, DIGEST_LABELS[kind], HINTS[kind]) for kind in offered]
    if offered and form.validate_on_submit():
        wanted: list[Any] = form.kinds.data
        choose_digests(viewer, offered, [DigestKind(kind) for kind in wanted])
        flash("We have noted which weekly messages you want.", "success")
        return redirect(url_for("homes.digests"))
    return render_template("homes/digests.html", form=form, offered=offered), form.status
