"""Pages of headcounts: an agency says how many people of each workforce group it has; the desk may do it for it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.agencies.blueprint import agency_or_404
from training.agencies.models import Agency
from training.agencies.views import register_agency_section
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role, Viewer
from training.people import headcounts
from training.people.blueprint import blueprint
from training.people.forms_headcounts import headcount_form
from training.people.queries import workforce_group_choices
from training.web import access
from training.web.access import current_viewer


def headcount_part(viewer: Viewer, agency: Agency) -> dict[str, object]:
    """What an agency's page at the desk shows of it."""
    return {"counts": headcounts.counts_of(viewer, agency.id)[:1], "groups": workforce_group_choices(viewer)}


register_agency_section("Staff by workforce group", "people/agency_headcount_part.html", headcount_part)


@blueprint.route("/desk/agencies/<string:code>/headcounts", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_headcounts(code: str) -> ResponseReturnValue:
    """The headcounts of an agency by day, and the form for another day."""
    return _headcounts(agency_or_404(code), at_desk=True)


@blueprint.get("/agency/headcounts")
@access.only(Role.AGENCY_LEAD)
def agency_headcounts() -> ResponseReturnValue:
    """The agencies whose staff a lead counts; the one page where there is one only."""
    agencies = headcounts.agencies_to_count(current_viewer())
    if len(agencies) == 1:
        return redirect(url_for("people.own_headcounts", code=agencies[0][0]))
    return render_template("people/agency_headcounts.html", agencies=agencies)


@blueprint.route("/agency/headcounts/<string:code>", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def own_headcounts(code: str) -> ResponseReturnValue:
    """Say how many people of each workforce group an agency of mine has."""
    agency = agency_or_404(code)
    if not headcounts.may_count(current_viewer(), agency.id):
        abort(404)
    return _headcounts(agency, at_desk=False)


def _headcounts(agency: Agency, *, at_desk: bool) -> ResponseReturnValue:
    viewer = current_viewer()
    groups, counts = workforce_group_choices(viewer), headcounts.counts_of(viewer, agency.id)
    form = headcount_form(groups, counts[0].staff if counts else {})
    if form.validate_on_submit() and form.counted_on.data is not None:
        try:
            headcounts.count_staff(viewer, agency.id, form.counted_on.data, form.staff())
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The staff of {agency.name} is noted.", "success")
            own = "people.desk_headcounts" if at_desk else "people.own_headcounts"
            return redirect(url_for(own, code=agency.code))
    return (
        render_template(
            "people/headcounts.html", form=form, agency=agency, groups=groups, counts=counts, at_desk=at_desk
        ),
        form.status,
    )
