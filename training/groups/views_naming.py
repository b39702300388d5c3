"""Naming who comes on a reserved place: whom of the agency’s people, then what to know before the button."""

from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.agencies.tree import ids_below
from training.bookings.agreement_rule import rules_for_jobs
from training.bookings.checking import warnings_for
from training.bookings.operations_warnings import note_warnings
from training.bookings.views_book import facts_of, what_happened
from training.catalogue.models import Agreement
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.groups.blueprint import blueprint
from training.groups.forms import PeopleFilter
from training.groups.forms_reservations import NameForm
from training.groups.operations_reservations import name_somebody
from training.groups.queries_people import Candidate, candidates, people_to_book, range_of
from training.groups.queries_reservations import Reserved, reserved_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.paging import page_asked_for, paged


@blueprint.get("/reservations/<string:ref>/name")
@access.only(Role.AGENCY_LEAD, *DESK_ROLES)
def choose_person(ref: str) -> ResponseReturnValue:
    """Whom to name for a reserved place."""
    viewer, reserved = current_viewer(), _reserved(ref)
    if not reserved.is_open:
        return _over(reserved)
    form = PeopleFilter(request.args)
    words = form.words.data if form.validate() else ""
    found = paged(people_to_book(viewer, words, agencies=ids_below(reserved.reservation.agency_id)), page_asked_for())
    shown = candidates(viewer, [row.ref for row in found.rows], reserved.reservation.course_session)
    return render_template(
        "groups/choose_person.html",
        reserved=reserved,
        row=reserved.reservation,
        form=form,
        found=found,
        people=list(shown.values()),
    ), 400 if form.failed else 200


@blueprint.route("/reservations/<string:ref>/name/<string:person_ref>", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD, *DESK_ROLES)
def name_person(ref: str, person_ref: str) -> ResponseReturnValue:
    """Name somebody for a reserved place; they are told who booked it."""
    viewer, reserved = current_viewer(), _reserved(ref)
    if not reserved.is_open:
        return _over(reserved)
    row = reserved.reservation
    person = _from_the_agency(reserved, person_ref)
    warned = warnings_for(viewer, person.person_id, row.course_session, person.jobs)
    form = NameForm()
    reach = range_of(viewer)
    declares = Agreement.DECLARED in rules_for_jobs(row.course_session.course, person.jobs) and not all(
        reach.leads(job) or reach.manages(job) for job in person.jobs
    )
    form.offer(person, declares=declares)
    form.ask_note(warned, for_other=viewer.works_at_desk)
    if "note" in form and not viewer.works_at_desk:
        form.note.label.text, form.note.ask = "Why this course is right for them", "why this course is right for them"
    if form.validate_on_submit():
        try:
            booking = name_somebody(viewer, row.id, person.person_id, form.job_of(person), declared=form.is_declared)
            note_warnings(viewer, booking, warned, form.noted)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(f"{person.name}: {what_happened(booking)}", "success")
            return redirect(url_for("groups.reservation", ref=row.ref))
    return render_template(
        "groups/name_person.html",
        reserved=reserved,
        row=row,
        person=person,
        warned=warned,
        form=form,
        facts=facts_of(row.course_session),
    ), form.status


def _reserved(ref: str) -> Reserved:
    return reserved_by_ref(current_viewer(), ref) or abort(404)


def _over(reserved: Reserved) -> ResponseReturnValue:
    """Nobody can be named any more: lead to the page that says why."""
    flash("Nobody can be named for these places any more.", "warning")
    return redirect(url_for("groups.reservation", ref=reserved.reservation.ref))


def _from_the_agency(reserved: Reserved, person_ref: str) -> Candidate:
    """The person with those of their jobs that are at the agency, or below it; 404 for anybody else."""
    row = reserved.reservation
    found = candidates(current_viewer(), [person_ref], row.course_session)
    below = ids_below(row.agency_id)
    one = next(iter(found.values()), None)
    jobs = tuple(job for job in one.jobs if job.agency_id in below) if one is not None else ()
    return replace(one, jobs=jobs) if one is not None and jobs else abort(404)
