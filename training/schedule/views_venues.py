"""The desk's list of venues."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.catalogue.rules import slug_of
from training.core.columns import folded
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import DESK_ROLES
from training.schedule.blueprint import blueprint
from training.schedule.forms_venues import VenueForm, values_of_venue
from training.schedule.models import Venue
from training.schedule.operations_venues import add_venue, change_venue
from training.schedule.queries import venue_by_slug, venues
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale


@blueprint.get("/desk/venues")
@access.only(*DESK_ROLES)
def desk_venues() -> ResponseReturnValue:
    """Where can sessions be held, and what do people need to know of the place?"""
    rows = [(venue, slug_of(folded(venue.name))) for venue in venues(current_viewer())]
    return render_template("schedule/venues.html", venues=rows)


@blueprint.route("/desk/venues/new", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def new_venue() -> ResponseReturnValue:
    """Add a place."""
    form = VenueForm()
    if form.validate_on_submit():
        try:
            venue = add_venue(current_viewer(), form.details)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"“{venue.name}” is added. Sessions can now be held there.", "success")
            return redirect(url_for("schedule.desk_venues"))
    return render_template("schedule/venue_form.html", form=form, venue=None, differences=[]), form.status


@blueprint.route("/desk/venues/<string:slug>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def edit_venue(slug: str) -> ResponseReturnValue:
    """Put right what is said of a place."""
    viewer = current_viewer()
    venue = venue_by_slug(viewer, slug) or abort(404)
    form = VenueForm(data=values_of_venue(venue))
    differences: list[Difference] = []
    if form.validate_on_submit():
        lock_row(Venue, venue.id)
        if form.is_stale(venue.row_version):
            present = VenueForm(formdata=None, data=values_of_venue(venue))
            differences = refuse_stale(form, present, "this venue")
        else:
            try:
                change_venue(viewer, venue.id, form.details)
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field)
            else:
                flash("The venue is changed. Its sessions show it from now on.", "success")
                return redirect(url_for("schedule.desk_venues"))
    page = render_template("schedule/venue_form.html", form=form, venue=venue, differences=differences)
    return page, form.status
