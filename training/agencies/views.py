"""Pages of agencies and sectors at the desk."""

from base64 import b64encode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.agencies import operations, queries
from training.agencies.forms import AgencyFilters, AgencyForm, ImportForm, SectorForm
from training.agencies.importing import IMPORT
from training.agencies.models import Agency, Sector
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.tasks import start_task
from training.core.viewer import DESK_ROLES, Role
from training.web import access
from training.web.access import current_viewer
from training.web.fields import Choice
from training.web.navigation import register_desk_section
from training.web.paging import page_asked_for, paged

blueprint = Blueprint("agencies", __name__)
register_desk_section("Agencies", "agencies.desk_agencies", position=50, prefixes=("/desk/agencies",))

MEANWHILE = "Somebody else changed this meanwhile. Nothing of yours was saved. Check what it says now"


@blueprint.get("/desk/agencies")
@access.only(*DESK_ROLES)
def desk_agencies() -> ResponseReturnValue:
    """All agencies by name, with the one above each."""
    viewer = current_viewer()
    filters = AgencyFilters(request.args)
    filters.sector.choices = [Choice(str(sector.id), sector.name) for sector in queries.sector_choices(viewer)]
    valid = filters.validate()
    words, sector = (filters.words.data, filters.sector.data) if valid else ("", None)
    page = paged(queries.listed_agencies(viewer, words, sector), page_asked_for())
    status = 200 if valid else 400
    return render_template("agencies/list.html", page=page, filters=filters, form=filters, viewer=viewer), status


@blueprint.get("/desk/agencies/<string:code>")
@access.only(*DESK_ROLES)
def desk_agency(code: str) -> ResponseReturnValue:
    """One agency: what is known, what stands above and below it."""
    viewer, agency = current_viewer(), _agency(code)
    return render_template(
        "agencies/show.html",
        agency=agency,
        parents=queries.parents_of(viewer, agency),
        children=queries.children_of(viewer, agency),
        domains=queries.domains_of(viewer, agency),
    )


@blueprint.route("/desk/agencies/new", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def new_agency() -> ResponseReturnValue:
    """Add an agency."""
    viewer = current_viewer()
    form = AgencyForm()
    form.offer(viewer)
    if form.validate_on_submit():
        try:
            agency = operations.add_agency(
                viewer,
                **form.columns(),
                sector=db.session.get_one(Sector, form.sector.data),
                parent=_chosen_parent(form),
                parent_from=form.parent_from.data,
                domains=form.listed_domains(),
            )
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{agency.name} is added.", "success")
            return redirect(url_for("agencies.desk_agency", code=agency.code))
    return render_template("agencies/form.html", form=form, agency=None), form.status


@blueprint.route("/desk/agencies/<string:code>/edit", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def edit_agency(code: str) -> ResponseReturnValue:
    """Change an agency, and where it stands in the tree."""
    viewer, agency = current_viewer(), _agency(code)
    present = operations.current_parent(agency.id)
    plain = ("name", "code", "sub_sector", "on_forum", "is_group", "note", "row_version")
    form = AgencyForm(
        data={
            **{name: getattr(agency, name) for name in plain},
            "sector": agency.sector_id,
            "parent": present.parent_id if present else None,
            "domains": "\n".join(queries.domains_of(viewer, agency)),
        },
    )
    form.offer(viewer, agency)
    if form.validate_on_submit():
        if form.is_stale(agency.row_version):
            form.add_error(MEANWHILE)
            return render_template("agencies/form.html", form=form, agency=agency), form.status
        try:
            with db.session.begin_nested():
                operations.change_agency(viewer, agency, {**form.columns(), "sector_id": form.sector.data})
                operations.set_domains(viewer, agency, form.listed_domains())
                operations.set_parent(viewer, agency, _chosen_parent(form), form.parent_from.data or clock.today())
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{agency.name} is saved.", "success")
            return redirect(url_for("agencies.desk_agency", code=agency.code))
    return render_template("agencies/form.html", form=form, agency=agency), form.status


@blueprint.route("/desk/agencies/import", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def import_agencies() -> ResponseReturnValue:
    """Read a file of agencies in the background."""
    form = ImportForm()
    if form.validate_on_submit() and form.file.data is not None:
        content = b64encode(form.file.data.stream.read()).decode()
        task = start_task(current_viewer(), IMPORT, {"content": content})
        return redirect(url_for("tasks.show", ref=task.ref))
    return render_template("agencies/import.html", form=form), form.status


@blueprint.route("/desk/agencies/sectors", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def sectors() -> ResponseReturnValue:
    """All sectors with their reporting groups, and the form to add one."""
    viewer = current_viewer()
    form = SectorForm()
    if form.validate_on_submit():
        try:
            sector = operations.add_sector(viewer, form.name.data, form.reporting_group.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The sector {sector.name} is added.", "success")
            return redirect(url_for("agencies.sectors"))
    return render_template("agencies/sectors.html", form=form, sectors=queries.sectors_with_counts(viewer)), form.status


@blueprint.route("/desk/agencies/sectors/<int:number>", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def edit_sector(number: int) -> ResponseReturnValue:
    """Rename a sector, or count it under another group; `number` is its place in the list, from one."""
    listed = queries.sector_choices(current_viewer())
    if not 1 <= number <= len(listed):
        abort(404)
    sector = listed[number - 1]
    form = SectorForm(obj=sector)
    if form.validate_on_submit():
        try:
            operations.change_sector(current_viewer(), sector, form.name.data, form.reporting_group.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The sector {sector.name} is saved.", "success")
            return redirect(url_for("agencies.sectors"))
    return render_template("agencies/sector.html", form=form), form.status


def _agency(code: str) -> Agency:
    agency = queries.find_by_code(current_viewer(), code)
    if agency is None:
        abort(404)
    return agency


def _chosen_parent(form: AgencyForm) -> Agency | None:
    return db.session.get_one(Agency, form.parent.data) if form.parent.data is not None else None
