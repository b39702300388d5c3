"""The pages on which somebody waits for a course, sees what they wait for, changes it and leaves."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.agreement_rule import rules_for_jobs
from training.bookings.blueprint import blueprint
from training.bookings.checking import warnings_for
from training.bookings.forms_waits import FIELD, WaitForm, wait_form
from training.bookings.models import Booking, CourseWait
from training.bookings.operations_course_waits import MOST_DATES, change_wait, leave_wait, wait_for_course, waits_of
from training.bookings.operations_warnings import note_warnings
from training.bookings.queries_dates import CourseDate, course_dates
from training.bookings.queries_waits import dates_of, own_place_on, own_wait_for, wait_by_ref
from training.bookings.rules_checking import Warned, WarnedKind
from training.bookings.views_book import role_in_words, written_to
from training.bookings.wording_agreement import agreement_in_words
from training.catalogue.models import Agreement, Course, CourseStatus
from training.catalogue.queries import course_by_slug
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.people.models import Employment
from training.people.queries import current_employments
from training.web import access
from training.web.access import current_viewer
from training.web.formats import day
from training.web.forms import Form

ABOUT_THE_COURSE = (WarnedKind.PREREQUISITE, WarnedKind.COMES_FIRST, WarnedKind.AUDIENCE, WarnedKind.DONE)
"""What is said before somebody waits; what clashes stands by each date."""


@blueprint.route("/courses/<string:slug>/wait", methods=["GET", "POST"])
@access.signed_in
def wait_for(slug: str) -> ResponseReturnValue:
    """Wait for a course: which dates, in which order, and whether to be told of new ones."""
    viewer = current_viewer()
    course = course_by_slug(viewer, slug)
    if course is None or course.status is not CourseStatus.LIVE or viewer.person_id is None:
        abort(404)
    present = own_wait_for(viewer, course.id)
    if present is not None:
        return redirect(url_for("bookings.wait", ref=present.ref))
    place = own_place_on(viewer, course.id)
    if place is not None:
        return render_template("bookings/wait_for.html", course=course, place=place, form=Form())
    dates = course_dates(viewer, course.id, viewer.person_id)
    jobs = current_employments(viewer, viewer.person_id, clock.today())
    form = wait_form(dates)
    return _asking(course, form, dates, jobs, None)


@blueprint.route("/my/waits/<string:ref>")
@access.signed_in
def wait(ref: str) -> ResponseReturnValue:
    """What I wait for, and where I stand."""
    found = _own_wait(ref)
    return render_template(
        "bookings/wait.html",
        wait=found,
        dates=dates_of(found) if found.ended_at is None else [],
        place=own_place_on(current_viewer(), found.course_id) if found.ended_at is not None else None,
    )


@blueprint.route("/my/waits/<string:ref>/change", methods=["GET", "POST"])
@access.signed_in
def change_my_wait(ref: str) -> ResponseReturnValue:
    """Wait for other dates of a course, or in another order."""
    viewer, found = current_viewer(), _own_wait(ref)
    if found.ended_at is not None:
        return redirect(url_for("bookings.wait", ref=found.ref))
    present = waits_of(found)
    dates = course_dates(viewer, found.course_id, found.person_id, also=[booking.session_id for booking in present])
    ranks = {FIELD + booking.course_session.ref: rank for rank, booking in enumerate(present, 1)}
    form = wait_form(dates, data={**ranks, "tell_new_dates": found.tell_new_dates, "way": _way_of(present)})
    jobs = [found.employment] if found.employment is not None else []
    return _asking(found.course, form, dates, jobs, found)


@blueprint.route("/my/waits/<string:ref>/leave", methods=["GET", "POST"])
@access.signed_in
def leave_my_wait(ref: str) -> ResponseReturnValue:
    """Wait for a course no longer."""
    return _leaving(_own_wait(ref), at_desk=False)


@blueprint.route("/desk/waits/<string:ref>/leave", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def leave_wait_for(ref: str) -> ResponseReturnValue:
    """Take somebody off the lists of a course they wait for."""
    return _leaving(wait_by_ref(current_viewer(), ref) or abort(404), at_desk=True)


def _own_wait(ref: str) -> CourseWait:
    found = wait_by_ref(current_viewer(), ref)
    if found is None or found.person_id != current_viewer().person_id:
        abort(404)
    return found


def _way_of(bookings: Sequence[Booking]) -> object:
    return next((booking.way for booking in bookings if booking.way is not None), None)


def _asking(
    course: Course, form: WaitForm, dates: list[CourseDate], jobs: list[Employment], present: CourseWait | None
) -> ResponseReturnValue:
    """The form for a new wait, or for one that is changed, and what came of it."""
    viewer = current_viewer()
    rules = rules_for_jobs(course, jobs)
    form.offer(dates, jobs, rules)
    warned = _warned(dates, jobs) if present is None else []
    form.ask_note(warned)
    if "note" in form and form.note.required:
        # Whoever only asks for new dates has nothing to explain yet: the deed asks for it where it is needed.
        form.note.required = False
    if form.validate_on_submit() and form.has_order():
        try:
            changed = _do(course, form, dates, present)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            return _afterwards(changed, is_new=present is None)
    return render_template(
        "bookings/wait_for.html" if present is None else "bookings/change_wait.html",
        course=course,
        wait=present,
        form=form,
        dates=dates,
        most=MOST_DATES,
        warned=warned,
        role=role_in_words(jobs) if viewer.person_id is not None else "",
        agreement=agreement_in_words(viewer, course) if Agreement.ASKED in rules else "",
    ), form.status


def _warned(dates: Sequence[CourseDate], jobs: list[Employment]) -> list[Warned]:
    """What stands against coming to the last of the dates, on which the least still counts."""
    viewer = current_viewer()
    if not dates or viewer.person_id is None:
        return []
    found = warnings_for(viewer, viewer.person_id, dates[-1].session, jobs)
    return [one for one in found if one.kind in ABOUT_THE_COURSE]


def _do(course: Course, form: WaitForm, dates: Sequence[CourseDate], present: CourseWait | None) -> CourseWait:
    viewer = current_viewer()
    assert viewer.person_id is not None
    keys = {one.session.ref: one.session.id for one in dates}
    chosen = [keys[ref] for ref in form.chosen]
    tells, way = form.tell_new_dates.data, form.way_chosen
    if present is not None:
        return change_wait(viewer, present.id, chosen, tell_new_dates=tells, declared=form.is_declared, way=way)
    made = wait_for_course(
        viewer,
        course.id,
        viewer.person_id,
        form.employment_id,
        chosen,
        tell_new_dates=tells,
        declared=form.is_declared,
        way=way,
    )
    _note(made, form)
    return made


def _note(made: CourseWait, form: WaitForm) -> None:
    """Keep what stands against each date, with the note, as where a place is booked."""
    db.session.flush()
    for booking in db.session.scalars(db.select(Booking).where(Booking.course_wait_id == made.id)).all():
        if booking.is_live:
            found = warnings_for(current_viewer(), made.person_id, booking.course_session, made.employment)
            about = [one for one in found if one.kind is not WarnedKind.OTHER_DATE]
            note_warnings(current_viewer(), booking, about, form.noted)


def _afterwards(changed: CourseWait, *, is_new: bool) -> ResponseReturnValue:
    place = own_place_on(current_viewer(), changed.course_id) if changed.ended_at is not None else None
    told = written_to(changed.person)
    if place is not None:
        on = day(place.course_session.parts[0].on)
        flash(f"There was a place on {on}, so you have it and wait no longer.{told}", "success")
        return redirect(url_for("bookings.show", ref=place.ref))
    flash(f"{'You are waiting for this course' if is_new else 'What you wait for is changed'}.{told}", "success")
    return redirect(url_for("bookings.wait", ref=changed.ref))


def _leaving(found: CourseWait, *, at_desk: bool) -> ResponseReturnValue:
    form = Form()
    back = url_for("people.desk_person", ref=found.person.ref) if at_desk else url_for("bookings.wait", ref=found.ref)
    if form.validate_on_submit():
        try:
            leave_wait(current_viewer(), found.id)
        except Refused as refused:
            form.add_error(refused.sentence)
        else:
            who = f"{found.person.name} no longer waits" if at_desk else "You no longer wait"
            flash(f"{who} for “{found.course.title}”.", "success")
            return redirect(back if at_desk else url_for("bookings.my_bookings"))
    return render_template(
        "bookings/leave_wait.html", wait=found, form=form, back=back, at_desk=at_desk, dates=dates_of(found)
    ), form.status
