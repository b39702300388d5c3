"""Pages on which people are brought as a file: everybody at the desk, an agency's staff list by its lead."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.agencies.queries import agency_choices
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.people.blueprint import blueprint
from training.people.importing import IMPORT
from training.people.mail_listed import LISTED_BY_AGENCY
from training.people.models import Employment, Standing
from training.people.operations_listed import agree_to_list, not_on_list
from training.people.queries_agency import own_agencies
from training.people.staff_lists import STAFF_LIST
from training.web import access
from training.web.access import current_viewer
from training.web.batches import AGENCY, DESK, FileForm, bring, template_download
from training.web.fields import Choice, DateField, SelectField
from training.web.forms import Form
from training.web.links import link_page


class StaffListForm(FileForm):
    """Whose list the file is, and the last day of those whom it no longer names."""

    agency = SelectField("Agency", ask="the agency", coerce=int)
    last_on = DateField(
        "Last day of people who are not in the file", ask="the last day", hint="They leave the list after this day."
    )

    def offer(self, viewer: Viewer) -> None:
        """Fill the agencies: all for an officer, else those the lead leads; the one there is, is chosen already."""
        if viewer.has(Role.OFFICER):
            self.agency.choices = [Choice(str(each.id), each.name) for each in agency_choices(viewer)]
        else:
            own = own_agencies(viewer)
            self.agency.choices = [Choice(str(key), name) for key, name in own]
            if len(own) == 1 and not self.is_submitted():
                self.agency.data = own[0][0]


@blueprint.route("/desk/people/import", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def import_people() -> ResponseReturnValue:
    """Bring a file of people, which is previewed before anything is changed."""
    form = FileForm()
    if form.validate_on_submit():
        return bring(IMPORT, form, {}, DESK)
    return render_template("people/import.html", form=form), form.status


@blueprint.get("/desk/people/import/template/<any(csv, xlsx):ending>")
@access.only(Role.OFFICER)
def import_template(ending: str) -> ResponseReturnValue:
    """An empty list of people to fill in."""
    return template_download("people", IMPORT.columns, ending)


@blueprint.route("/agency/people/file", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD, Role.OFFICER)
def staff_list() -> ResponseReturnValue:
    """Bring the staff list of an agency, which is previewed before anything is changed."""
    viewer = current_viewer()
    form = StaffListForm(data={"last_on": clock.today()})
    form.offer(viewer)
    if form.validate_on_submit() and form.agency.data is not None:
        as_lead = not viewer.has(Role.OFFICER)
        last_on: date = form.last_on.data or clock.today()
        given = {"agency": form.agency.data, "as_lead": as_lead, "last_on": last_on.isoformat()}
        try:
            return bring(STAFF_LIST, form, given, AGENCY if as_lead else DESK)
        except Refused as refusal:
            form.add_error(refusal.sentence, "agency")
    return render_template("people/staff_list.html", form=form), form.status


@blueprint.get("/agency/people/file/template/<any(csv, xlsx):ending>")
@access.only(Role.AGENCY_LEAD, Role.OFFICER)
def staff_list_template(ending: str) -> ResponseReturnValue:
    """An empty staff list to fill in."""
    return template_download("staff-list", STAFF_LIST.columns, ending)


@link_page(LISTED_BY_AGENCY)
def answer_listed(link: SignedLink) -> ResponseReturnValue:
    """Two buttons for somebody whom a staff list named: they work there, or they do not."""
    employment = db.session.get(Employment, link.subject_id)
    if employment is None or employment.agency is None or employment.standing is Standing.REFUSED:
        return render_template("people/listed_gone.html"), 410
    form = Form()
    if form.validate_on_submit():
        answer = request.form.get("answer")
        if answer not in ("yes", "not-me"):
            abort(400)
        name = employment.agency.name
        if answer == "yes":
            agree_to_list(link, employment)
            flash(f"Thank you. You are on the list of {name}.", "success")
        else:
            not_on_list(link, employment)
            flash(f"Thank you. You are not on the list of {name} any more.", "success")
        return redirect(url_for("homes.front"))
    return render_template("people/listed.html", form=form, employment=employment), form.status
