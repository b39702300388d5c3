"""Pages of a lead: who are my people, who is to be confirmed, one person, adding and ending."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.people import operations_jobs, operations_staff, queries_agency, queries_leads
from training.people.blueprint import blueprint
from training.people.forms import EndForm
from training.people.forms_people import AgencyPeopleFilters, AgencyPersonForm
from training.people.models import STANDING_LABELS, Person
from training.people.operations import NewPerson
from training.people.queries_contacts import who_receives
from training.web import access
from training.web.access import current_viewer
from training.web.navigation import register_tab
from training.web.paging import page_asked_for, paged
from training.web.sheets import csv_download

register_tab("My agency", "people.agency", Role.AGENCY_LEAD, position=25, prefixes=("/agency",))
CSV_HEADER = ("Reference", "First name", "Last name", "Email address", "Agency", "Job role", "How we know")


@dataclass(frozen=True)
class AgencyPersonSection:
    """A part of a lead's page of one person: its heading, and what makes its HTML for a viewer and a person's id."""

    heading: str
    template: str
    context: Callable[[Viewer, int], dict[str, object]]


_sections: list[AgencyPersonSection] = []


def register_agency_person_section(
    heading: str, template: str, context: Callable[[Viewer, int], dict[str, object]]
) -> None:
    """Add a part to a lead's page of one of their people, once, when its stage is imported.

    `template` is included with the values of `context(viewer, person_id)` as `section`. What a person did before they
    came to the lead's agencies is not for the lead: only what is in date, and what follows.
    """
    if any(section.template == template for section in _sections):
        raise ValueError(f"the section {template} is already known")
    _sections.append(AgencyPersonSection(heading, template, context))


@blueprint.get("/agency")
@access.only(Role.AGENCY_LEAD)
def agency() -> ResponseReturnValue:
    """Who are my people, and what waits for me?"""
    viewer = current_viewer()
    return render_template(
        "people/agency.html",
        agencies=queries_agency.own_agencies(viewer),
        people=queries_agency.people_counted(viewer),
        jobs=queries_agency.jobs_to_confirm(viewer, at_desk=False),
        managers=queries_agency.managers_to_confirm(viewer, at_desk=False),
        requests=queries_leads.open_requests(viewer, at_desk=False),
        deputies=queries_leads.deputies(viewer),
    )


@blueprint.get("/agency/people")
@access.only(Role.AGENCY_LEAD)
def agency_people() -> ResponseReturnValue:
    """My people by name, with their jobs."""
    viewer = current_viewer()
    filters = AgencyPeopleFilters(request.args)
    valid = filters.validate()
    page = paged(queries_agency.own_people(viewer, filters.words.data if valid else ""), page_asked_for())
    jobs = queries_agency.own_jobs(viewer, [row.id for row in page.rows])
    return render_template("people/agency_people.html", filters=filters, page=page, jobs=jobs), 200 if valid else 400


@blueprint.get("/agency/people.csv")
@access.only(Role.AGENCY_LEAD)
def agency_people_csv() -> ResponseReturnValue:
    """My people as a file for a spreadsheet, a row a job."""
    viewer = current_viewer()
    filters = AgencyPeopleFilters(request.args)
    if not filters.validate():
        abort(400)
    people = db.session.execute(queries_agency.own_people(viewer, filters.words.data)).all()
    jobs = queries_agency.own_jobs(viewer, [person.id for person in people])
    rows = [
        (person.ref, person.given_name, person.family_name, person.address, job.agency, job.job_role, job.standing)
        for person in people
        for job in jobs[person.id]
    ]
    return csv_download("people-of-my-agency.csv", CSV_HEADER, rows)


@blueprint.route("/agency/people/new", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_new_person() -> ResponseReturnValue:
    """Add somebody who works here, with an address or without."""
    viewer = current_viewer()
    agencies = queries_agency.own_agencies(viewer)
    form = AgencyPersonForm(data={"agency": str(agencies[0][0])} if len(agencies) == 1 else {})
    form.offer(viewer)
    form.offer_agencies(agencies)
    if form.validate_on_submit():
        new = NewPerson(
            given_name=form.given_name.data,
            family_name=form.family_name.data,
            address=form.address.data or None,
            **asdict(form.job(form.staff_number.data)),
        )
        try:
            person = operations_staff.put_on_list(viewer, new)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            if person is None:
                flash(f"{new.address} is asked by email, and is on your list once they agree.", "success")
                return redirect(url_for("people.agency_people"))
            told = f" Their messages go to {who_receives(person).name}." if person.address is None else ""
            flash(f"{person.name} is added.{told}", "success")
            return redirect(url_for("people.agency_person", ref=person.ref))
    return render_template("people/agency_new_person.html", form=form), form.status


@blueprint.get("/agency/people/<string:ref>")
@access.only(Role.AGENCY_LEAD)
def agency_person(ref: str) -> ResponseReturnValue:
    """One of my people: their jobs here, and what is in date."""
    viewer, person = current_viewer(), _own_person(ref)
    return render_template(
        "people/agency_person.html",
        person=person,
        receives=who_receives(person),
        jobs=queries_agency.jobs_at_own_agencies(viewer, person.id),
        sections=[(section, section.context(viewer, person.id)) for section in _sections],
        standing_labels=STANDING_LABELS,
        today=clock.today(),
    )


@blueprint.route("/agency/people/<string:ref>/jobs/<int:number>/end", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_end_job(ref: str, number: int) -> ResponseReturnValue:
    """Say that somebody leaves, and when."""
    viewer, person = current_viewer(), _own_person(ref)
    employment = dict(queries_agency.jobs_at_own_agencies(viewer, person.id)).get(number)
    if employment is None or employment.to_on is not None or person.id == viewer.person_id:
        abort(404)
    form = EndForm(data={"last_on": clock.today()})
    if form.validate_on_submit() and form.last_on.data is not None:
        try:
            operations_jobs.end_employment(viewer, employment, form.last_on.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The job of {person.name} ends. What was done in it stays.", "success")
            return redirect(url_for("people.agency_people"))
    return render_template("people/agency_end_job.html", form=form, person=person, employment=employment), form.status


def _own_person(ref: str) -> Person:
    person = queries_agency.own_person(current_viewer(), ref)
    return person if person is not None else abort(404)
