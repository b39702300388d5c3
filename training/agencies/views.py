"""Pages of agencies and sectors at the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.agencies import (
    operations,
    queries,
    queries_desk,
    queries_periods,
    views_fee_bands,
    views_names,
    views_periods,
)
from training.agencies.blueprint import MEANWHILE, agency_or_404, blueprint
from training.agencies.forms import AgencyFilters, AgencyForm, SectorForm
from training.agencies.importing import IMPORT
from training.agencies.models import DUTY_LABELS, Agency, Sector
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role, Viewer
from training.web import access
from training.web.access import current_viewer
from training.web.batches import DESK, FileForm, bring, template_download
from training.web.navigation import register_desk_section
from training.web.paging import page_asked_for, paged
from training.web.sheets import Cell, csv_download

PAGES = (views_fee_bands, views_names, views_periods)
register_desk_section("Agencies", "agencies.desk_agencies", position=50, prefixes=("/desk/agencies",))

LIST = (
    "code", "name", "sector", "kind", "below", "member_since", "fee_band", "forum", "duties", "other_names", "domains",
    "ended_on", "successor",
)  # fmt: skip
"""The columns of the list as a file."""


@dataclass(frozen=True)
class AgencySection:
    """What a later stage shows on an agency's page: a heading, a template, and what the template needs."""

    heading: str
    template: str
    context: Callable[[Viewer, Agency], dict[str, object]]


_sections: list[AgencySection] = []


def register_agency_section(
    heading: str, template: str, context: Callable[[Viewer, Agency], dict[str, object]]
) -> None:
    """Add a section to the page of an agency, once, when its stage is imported."""
    if any(section.template == template for section in _sections):
        raise ValueError(f"the section {template} is already known")
    _sections.append(AgencySection(heading, template, context))


@blueprint.get("/desk/agencies")
@access.only(*DESK_ROLES)
def desk_agencies() -> ResponseReturnValue:
    """All agencies by name, with the one above each."""
    viewer = current_viewer()
    filters = AgencyFilters(request.args)
    filters.offer(viewer)
    valid = filters.validate()
    page = paged(queries_desk.listed_agencies(viewer, filters.wanted() if valid else None), page_asked_for())
    return render_template(
        "agencies/list.html",
        page=page,
        filters=filters,
        form=filters,
        viewer=viewer,
        extras=queries_desk.extras_of(viewer, [row.id for row in page.rows]),
        asked=request.args.to_dict(),
    ), 200 if valid else 400


@blueprint.get("/desk/agencies.csv")
@access.only(*DESK_ROLES)
def desk_agencies_csv() -> ResponseReturnValue:
    """The list of agencies as a file, all pages at once."""
    viewer = current_viewer()
    filters = AgencyFilters(request.args)
    filters.offer(viewer)
    if not filters.validate():
        abort(404)
    found = db.session.execute(queries_desk.listed_agencies(viewer, filters.wanted())).all()
    extras = queries_desk.extras_of(viewer, [row.id for row in found])
    rows: list[tuple[Cell, ...]] = [
        (
            row.code, row.name, row.sector, row.sub_sector, row.parent, _iso(row.membership), row.band,
            "yes" if row.on_forum else "no", "; ".join(extras[row.id].duties), "; ".join(extras[row.id].names),
            "; ".join(extras[row.id].domains), _iso(row.ended_on), row.successor,
        )
        for row in found
    ]  # fmt: skip
    return csv_download("agencies.csv", LIST, rows)


@blueprint.get("/desk/agencies/<string:code>")
@access.only(*DESK_ROLES)
def desk_agency(code: str) -> ResponseReturnValue:
    """One agency: what is known, what stands above and below it, and since when."""
    viewer, agency = current_viewer(), agency_or_404(code)
    return render_template(
        "agencies/show.html",
        agency=agency,
        parents=queries.parents_of(viewer, agency),
        children=queries.children_of(viewer, agency),
        domains=queries.domains_of(viewer, agency),
        names=queries.aliases_of(viewer, agency),
        duties=[DUTY_LABELS[duty] for duty in queries.duties_of(viewer, agency)],
        memberships=queries_periods.memberships_of(viewer, agency),
        took_over=queries.replaced_by_it(viewer, agency),
        sections=[(section, section.context(viewer, agency)) for section in _sections],
        today=clock.today(),
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
    viewer, agency = current_viewer(), agency_or_404(code)
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
    form.offer(viewer, agency, present.parent_id if present else None)
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
    """Bring a file of agencies, which is previewed before anything is changed."""
    form = FileForm()
    if form.validate_on_submit():
        return bring(IMPORT, form, {}, DESK)
    return render_template("agencies/import.html", form=form), form.status


@blueprint.get("/desk/agencies/import/template/<any(csv, xlsx):ending>")
@access.only(Role.OFFICER)
def import_template(ending: str) -> ResponseReturnValue:
    """An empty list of agencies to fill in."""
    return template_download("agencies", IMPORT.columns, ending)


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


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _chosen_parent(form: AgencyForm) -> Agency | None:
    return db.session.get_one(Agency, form.parent.data) if form.parent.data is not None else None
