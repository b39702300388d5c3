"""The desk's deeds on a session that people have booked: call it off, move it, change its places or details."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.blueprint import blueprint
from training.bookings.forms import CallOffForm, CapacityForm, move_form_for
from training.bookings.operations import change_capacity
from training.bookings.operations_sessions import call_off_session, change_details, move_session
from training.bookings.places import locked_session, standing_of
from training.bookings.queries_desk import WhoHears, who_hears_of_it
from training.bookings.terms import may_pass_on
from training.bookings.views_book import facts_of
from training.bookings.views_people import session_for_desk
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.schedule.forms import DetailsForm, values_of
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.queries import venue_choices
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.formats import count
from training.web.forms import VersionedForm

STALE = "Somebody has changed this session since you opened the page. Check how it is now and send the form again"


@blueprint.route("/desk/sessions/<string:ref>/call-off", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def call_off(ref: str) -> ResponseReturnValue:
    """Call a session off: who will be told, before the button."""
    course_session, form = session_for_desk(ref), CallOffForm()
    hears = who_hears_of_it(current_viewer(), course_session.id)
    if form.validate_on_submit():
        try:
            call_off_session(current_viewer(), course_session.id, form.reason.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field)
        else:
            flash(f"The session is called off. {_told(hears)}", "success")
            return redirect(url_for("bookings.people", ref=course_session.ref))
    return render_template(
        "bookings/desk_call_off.html",
        course_session=course_session,
        form=form,
        facts=facts_of(course_session),
        hears=hears,
        closed=_why_closed(course_session),
    ), form.status


@blueprint.route("/desk/sessions/<string:ref>/move", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def move(ref: str) -> ResponseReturnValue:
    """Give a session another date, time, place or link; everybody is told once what was and what is."""
    viewer, course_session = current_viewer(), session_for_desk(ref)
    form = move_form_for(course_session, venue_choices(viewer))
    hears = who_hears_of_it(viewer, course_session.id)
    if form.validate_on_submit() and _is_fresh(form, course_session):
        try:
            move_session(
                viewer,
                course_session.id,
                form.parts(),
                venue_id=form.venue.data,
                online_link=form.online_link.data,
                mode=form.mode.data,
            )
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(f"The session is changed. {_told(hears)}", "success")
            return redirect(url_for("bookings.people", ref=course_session.ref))
    return render_template(
        "bookings/desk_move.html",
        course_session=course_session,
        form=form,
        facts=facts_of(course_session),
        hears=hears,
        closed=_why_closed(course_session),
    ), form.status


@blueprint.route("/desk/sessions/<string:ref>/capacity", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def capacity(ref: str) -> ResponseReturnValue:
    """Change how many places there are; more places go to the waiting list at once."""
    course_session = session_for_desk(ref)
    form = CapacityForm(data={"capacity": course_session.capacity, "row_version": course_session.row_version})
    standing = standing_of(course_session.id)
    if form.validate_on_submit() and _is_fresh(form, course_session):
        wanted = form.capacity.data
        try:
            change_capacity(current_viewer(), course_session.id, wanted or 0)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field)
        else:
            after = _passed_on(standing_of(course_session.id).held - standing.held)
            flash(f"The session has {count(wanted or 0, 'place')} now.{after}", "success")
            return redirect(url_for("bookings.people", ref=course_session.ref))
    return render_template(
        "bookings/desk_capacity.html",
        course_session=course_session,
        form=form,
        standing=standing,
        passes_on=may_pass_on(course_session),
    ), form.status


@blueprint.route("/desk/sessions/<string:ref>/details", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def details(ref: str) -> ResponseReturnValue:
    """Change what people read before they come, and when booking opens and closes."""
    course_session = session_for_desk(ref)
    form = DetailsForm(data=values_of(course_session))
    differences: list[Difference] = []
    if form.validate_on_submit():
        locked_session(course_session.id)
        if form.is_stale(course_session.row_version):
            present = DetailsForm(formdata=None, data=values_of(course_session))
            differences = refuse_stale(form, present, "this session")
        elif _details_changed(course_session, form):
            return redirect(url_for("bookings.desk_session", ref=course_session.ref))
    return render_template(
        "bookings/desk_details.html",
        course_session=course_session,
        form=form,
        differences=differences,
        closed=_why_closed(course_session, "changed here"),
    ), form.status


def _details_changed(course_session: CourseSession, form: DetailsForm) -> bool:
    """Do what the form asks for and say what came of it; False where it was refused, which the form then says."""
    notes, held = course_session.joining_notes, standing_of(course_session.id).held
    try:
        change_details(
            current_viewer(),
            course_session.id,
            joining_notes=form.joining_notes.data,
            booking_opens_at=form.opens_at,
            booking_closes_at=form.closes_at,
        )
    except Refused as refused:
        form.add_error(refused.sentence, refused.field)
        return False
    said = "The details are saved."
    if course_session.joining_notes != notes:
        said += " People with a place and trainers get the new notes by email within minutes."
    flash(said + _passed_on(standing_of(course_session.id).held - held), "success")
    return True


def _passed_on(places: int) -> str:
    return f" {count(places, 'place').capitalize()} went to the waiting list." if places > 0 else ""


def _is_fresh(form: VersionedForm, course_session: CourseSession) -> bool:
    if form.is_stale(course_session.row_version):
        form.row_version.data = str(course_session.row_version)
        form.add_error(STALE)
        return False
    return True


def _why_closed(course_session: CourseSession, deed: str = "moved or called off") -> str:
    """Why the session cannot be changed any more, as a sentence; empty where it can."""
    if course_session.status is not SessionStatus.PUBLISHED:
        return f"Only a published session can be {deed}."
    if clock.now() >= course_session.starts_at:
        return f"This session has begun, so it can no longer be {deed}."
    return ""


def _told(hears: WhoHears) -> str:
    written = f"We are writing to {hears.in_words}." if hears.in_words else "There is nobody to write to."
    if not hears.silent:
        return written
    return f"{written} For {count(hears.silent, 'person')} without an email address it goes to their lead, or to you."
