"""The desk's sessions before they are published: drafting, changing, publishing and discarding.

The list of sessions and the page of one show bookings, so they live there.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.catalogue.models import Course, CourseStatus
from training.catalogue.queries import course_by_code, courses_by_code
from training.core import clock
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import DESK_ROLES
from training.schedule.blueprint import blueprint
from training.schedule.forms import SessionForm, defaults_of, values_of
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.operations import (
    change_draft,
    discard_draft,
    draft_session,
    publish_session,
    readiness,
    times_of,
)
from training.schedule.queries import Clash, clashes_for_venue, session_by_ref, trainers_of
from training.schedule.rules import MOST_PARTS, missing_to_publish, needs_venue
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.templating import new_form_token


@blueprint.route("/desk/sessions/new", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def new_session() -> ResponseReturnValue:
    """Draft a session: of which course, then when, where and for how many."""
    viewer = current_viewer()
    code = request.args.get("course", "")
    if not code:
        choices = {code: title for code, (_, title) in courses_by_code(viewer).items()}
        return render_template("schedule/choose_course.html", courses=choices)
    course = course_by_code(viewer, code) or abort(404)
    if course.status is CourseStatus.RETIRED:
        abort(404)
    form = SessionForm(data=defaults_of(course))
    form.offer(viewer)
    form.show_parts([])
    if _asks_for_a_part(form):
        return _form_page(form, course, None)
    if form.validate_on_submit():
        try:
            session = draft_session(viewer, course.id, form.details)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash("The session is drafted. Only the desk sees it until it is published.", "success")
            _warn_of_venue(session)
            return redirect(url_for("bookings.desk_session", ref=session.ref))
    return _form_page(form, course, None)


@blueprint.route("/desk/sessions/<string:ref>/edit", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def edit_session(ref: str) -> ResponseReturnValue:
    """Change a draft."""
    session = _draft(ref)
    form = _form_of(session)
    if _asks_for_a_part(form):
        return _form_page(form, session.course, session)
    differences: list[Difference] = []
    if form.validate_on_submit():
        lock_row(Course, session.course_id)
        lock_row(CourseSession, session.id)
        if form.is_stale(session.row_version):
            differences = refuse_stale(form, _form_of(session, unsent=True), "this session")
        else:
            try:
                change_draft(current_viewer(), session.id, form.details)
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
            else:
                flash("The draft is changed.", "success")
                _warn_of_venue(session)
                return redirect(url_for("bookings.desk_session", ref=ref))
    return _form_page(form, session.course, session, differences)


@blueprint.route("/desk/sessions/<string:ref>/publish", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def publish(ref: str) -> ResponseReturnValue:
    """Say what publishing does, then do it."""
    viewer = current_viewer()
    session = _draft(ref)
    missing = missing_to_publish(readiness(session), clock.now())
    if request.method == "POST" and not missing:
        publish_session(viewer, session.id)
        flash(f"{session.ref} is published. People find it in the programme.", "success")
        return redirect(url_for("bookings.desk_session", ref=ref))
    page = render_template(
        "schedule/publish.html",
        session=session,
        course=session.course,
        missing=missing,
        trainers=trainers_of(viewer, session.id),
        clashes=_venue_clashes(session),
        opens_later=session.booking_opens_at is not None and session.booking_opens_at > clock.now(),
    )
    return page, 409 if request.method == "POST" else 200


@blueprint.route("/desk/sessions/<string:ref>/discard", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def discard(ref: str) -> ResponseReturnValue:
    """Say what discarding a draft does, then do it."""
    session = _draft(ref)
    if request.method == "POST":
        discard_draft(current_viewer(), session.id)
        flash(f"The draft {ref} is discarded.", "success")
        return redirect(url_for("bookings.desk_sessions"))
    return render_template("schedule/discard.html", session=session, course=session.course)


def _draft(ref: str) -> CourseSession:
    session = session_by_ref(current_viewer(), ref) or abort(404)
    if session.status is not SessionStatus.DRAFT:
        raise Refused("This session is no longer a draft. Open it again to see what can be done with it")
    return session


def _asks_for_a_part(form: SessionForm) -> bool:
    if not form.is_submitted() or "add_part" not in request.form:
        return False
    form.shown.data = str(min(len(form.numbers) + 1, MOST_PARTS))
    # The token that was sent is spent with this answer, so the next sending needs its own.
    form.form_token.data = new_form_token()
    return True


def _form_page(
    form: SessionForm, course: Course, session: CourseSession | None, differences: list[Difference] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "schedule/session_form.html",
        form=form,
        course=course,
        session=session,
        differences=differences or [],
        may_add=len(form.numbers) < MOST_PARTS,
    )
    return page, form.status


def _form_of(session: CourseSession, *, unsent: bool = False) -> SessionForm:
    data = values_of(session)
    form = SessionForm(formdata=None, data=data) if unsent else SessionForm(data=data)
    form.offer(current_viewer())
    form.show_parts(times_of(session), anew=unsent)
    return form


def _venue_clashes(session: CourseSession) -> list[Clash]:
    if session.venue_id is None or not needs_venue(session.mode):
        return []
    return clashes_for_venue(current_viewer(), session.venue_id, times_of(session), session.id)


def _warn_of_venue(session: CourseSession) -> None:
    for clash in _venue_clashes(session):
        flash(f"{clash.title} ({clash.ref}) is at the same venue in these hours. Is there a room?", "warning")
