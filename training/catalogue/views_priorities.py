"""The desk's list of strategic priorities."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.catalogue.blueprint import blueprint
from training.catalogue.forms import PriorityForm
from training.catalogue.models import Priority
from training.catalogue.operations import add_priority, change_priority
from training.catalogue.queries import priorities, priority_by_slug
from training.catalogue.rules import slug_of
from training.core import clock
from training.core.columns import folded
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import DESK_ROLES
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale


@blueprint.get("/desk/priorities")
@access.only(*DESK_ROLES)
def desk_priorities() -> ResponseReturnValue:
    """Which strategic priorities do courses serve?"""
    rows = [(priority, slug_of(folded(priority.name))) for priority in priorities(current_viewer())]
    return render_template("catalogue/priorities.html", priorities=rows, today=clock.today())


@blueprint.route("/desk/priorities/new", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def new_priority() -> ResponseReturnValue:
    """Add a priority."""
    form = PriorityForm()
    if form.validate_on_submit() and form.from_on.data:
        try:
            priority = add_priority(current_viewer(), form.name.data, form.from_on.data, form.to_on.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"“{priority.name}” is added. Courses can now serve it.", "success")
            return redirect(url_for("catalogue.desk_priorities"))
    return render_template("catalogue/priority_form.html", form=form, priority=None, differences=[]), form.status


@blueprint.route("/desk/priorities/<string:slug>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def edit_priority(slug: str) -> ResponseReturnValue:
    """Rename a priority, or say until when it stands."""
    viewer = current_viewer()
    priority = priority_by_slug(viewer, slug) or abort(404)
    form = _form_of(priority)
    differences: list[Difference] = []
    if form.validate_on_submit() and form.from_on.data:
        lock_row(Priority, priority.id)
        if form.is_stale(priority.row_version):
            differences = refuse_stale(form, _form_of(priority, unsent=True), "this priority")
        else:
            try:
                change_priority(viewer, priority.id, form.name.data, form.from_on.data, form.to_on.data)
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field)
            else:
                flash("The priority is changed.", "success")
                return redirect(url_for("catalogue.desk_priorities"))
    page = render_template("catalogue/priority_form.html", form=form, priority=priority, differences=differences)
    return page, form.status


def _form_of(priority: Priority, *, unsent: bool = False) -> PriorityForm:
    data = {name: getattr(priority, name) for name in ("name", "from_on", "to_on", "row_version")}
    return PriorityForm(formdata=None, data=data) if unsent else PriorityForm(data=data)
