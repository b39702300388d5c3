"""Pages of the desk: the limits of agencies, who applied, what the allotment came to, and deciding otherwise."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.allotment import queries
from training.allotment.blueprint import blueprint
from training.allotment.forms import FREE_PLACE, DecideForm, LimitForm, ReleaseForm
from training.allotment.operations import decide_otherwise, repeats
from training.allotment.operations_limits import release_limits_at, remove_limit, set_limit
from training.bookings.models import WAY_LABELS, Booking, BookingState
from training.bookings.places import standing_of
from training.bookings.queries import booking_by_ref
from training.bookings.terms import is_in_window
from training.bookings.views_people import session_for_desk
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.schedule.models import CourseSession, SessionStatus
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form

STALE = "Somebody has changed this session since you opened the page. Check how it is now and send the form again"


@blueprint.route("/desk/sessions/<string:ref>/limits", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def limits(ref: str) -> ResponseReturnValue:
    """Which agencies have least and most places, and until when; add one or change it."""
    viewer, session = current_viewer(), session_for_desk(ref)
    form = LimitForm()
    form.offer(viewer)
    if form.validate_on_submit():
        try:
            set_limit(viewer, session.id, least=form.least.data or 0, most=form.most.data, **form.chosen)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash("The limit is saved.", "success")
            return redirect(url_for("allotment.limits", ref=session.ref))
    return _limits(session, form, _release_form(session))


@blueprint.post("/desk/sessions/<string:ref>/limits/until")
@access.only(*DESK_ROLES)
def release(ref: str) -> ResponseReturnValue:
    """Change until when limits hold."""
    viewer, session = current_viewer(), session_for_desk(ref)
    form = ReleaseForm()
    if form.validate_on_submit():
        if form.is_stale(session.row_version):
            form.row_version.data = str(session.row_version)
            form.add_error(STALE)
        else:
            try:
                release_limits_at(viewer, session.id, form.moment)
            except Refused as refused:
                form.add_error(refused.sentence, refused.field if refused.field in form else "")
            else:
                flash("Saved.", "success")
                return redirect(url_for("allotment.limits", ref=session.ref))
    empty = LimitForm(formdata=None)
    empty.offer(viewer)
    return _limits(session, empty, form)


@blueprint.post("/desk/sessions/<string:ref>/limits/<int:number>/remove")
@access.only(*DESK_ROLES)
def remove(ref: str, number: int) -> ResponseReturnValue:
    """Take a limit away."""
    session, form = session_for_desk(ref), Form()
    if form.validate_on_submit():
        try:
            remove_limit(current_viewer(), session.id, number)
        except Refused as refused:
            flash(f"{refused.sentence}.", "warning")
        except LookupError:
            abort(404)
        else:
            flash("The limit is gone.", "success")
    return redirect(url_for("allotment.limits", ref=session.ref))


@blueprint.get("/desk/sessions/<string:ref>/applications")
@access.only(*DESK_ROLES)
def applications(ref: str) -> ResponseReturnValue:
    """Who applied, who would have a place today or has one since the allotment, and why."""
    viewer, session = current_viewer(), session_for_desk(ref)
    if session.applications_close_at is None:
        abort(404)
    allotment, rows = queries.came_to(viewer, session)
    return render_template(
        "allotment/applications.html",
        course_session=session,
        allotment=allotment,
        repeats=repeats(allotment) if allotment is not None else False,
        rows=rows if allotment is not None else queries.would_come_to(viewer, session),
        in_window=is_in_window(session),
        standing=standing_of(session.id),
        ways=WAY_LABELS,
        may_decide=viewer.has(Role.OFFICER) and _is_coming(session),
        waiting=BookingState.WAITING,
    )


@blueprint.route("/desk/bookings/<string:ref>/decide-otherwise", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def decide(ref: str) -> ResponseReturnValue:
    """Give somebody who waits a place against the allotment: a free one, or another person's."""
    viewer = current_viewer()
    booking = booking_by_ref(viewer, ref)
    if booking is None or booking.course_session.allotted_at is None:
        abort(404)
    session = booking.course_session
    holders = queries.holders_of(viewer, session)
    form = DecideForm()
    form.offer(holders, standing_of(session.id).free(session))
    if form.validate_on_submit() and _is_decided(booking, holders, form):
        return redirect(url_for("allotment.applications", ref=session.ref))
    return render_template(
        "allotment/decide.html",
        booking=booking,
        course_session=session,
        form=form,
        closed=booking.state is not BookingState.WAITING or not _is_coming(session),
    ), form.status


def _is_decided(booking: Booking, holders: list[Booking], form: DecideForm) -> bool:
    """Do what the form asks for and say what came of it; False where it was refused, which the form then says."""
    take = next((one.id for one in holders if one.ref == form.take.data), None)
    if take is None and form.take.data != FREE_PLACE:
        form.add_error("Somebody changed this meanwhile. Choose again", "take")
        return False
    try:
        given, taken = decide_otherwise(
            current_viewer(), booking.session_id, booking.id, take, form.reason.data.strip()
        )
    except Refused as refused:
        form.add_error(refused.sentence, refused.field if refused.field in form else "")
        return False
    also = f" {taken.person.name} waits now." if taken is not None else ""
    flash(f"{given.person.name} has a place.{also} We have written to them with your reason.", "success")
    return True


def _limits(session: CourseSession, form: LimitForm, until: ReleaseForm) -> ResponseReturnValue:
    return render_template(
        "allotment/limits.html",
        course_session=session,
        form=form,
        until=until,
        failed=form.failed or until.failed,
        limits=queries.limits_of(current_viewer(), session),
        released=session.limits_until is not None and session.limits_until <= clock.now(),
        standing=standing_of(session.id),
        closed=not _is_coming(session) and session.status is not SessionStatus.DRAFT,
    ), 400 if form.failed or until.failed else 200


def _release_form(session: CourseSession) -> ReleaseForm:
    until = clock.local(session.limits_until) if session.limits_until else None
    return ReleaseForm(
        formdata=None,
        data={
            "until": until.date() if until else None,
            "until_time": until.time() if until else None,
            "row_version": session.row_version,
        },
    )


def _is_coming(session: CourseSession) -> bool:
    return session.status is SessionStatus.PUBLISHED and clock.now() < session.starts_at
