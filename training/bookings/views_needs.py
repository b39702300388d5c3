"""Access needs: telling them for a booking, and seeing them as the officer, a trainer or a guest trainer by link."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.blueprint import blueprint
from training.bookings.forms_needs import MetForm, NeedsForm, ToldForm, WordsForm
from training.bookings.models import Booking
from training.bookings.operations_needs import (
    NeedWords,
    forget_kept,
    keep_needs,
    look_at_needs,
    mark_met,
    mark_not_met,
    note_needs,
    take_back,
    tell_needs,
    use_kept,
)
from training.bookings.queries import booking_by_ref, own_booking_by_ref
from training.bookings.queries_needs import (
    NeedShown,
    coming_with_needs,
    has_told,
    need_to_settle,
    needs_standing,
    own_kept,
    own_need,
)
from training.bookings.ticks_needs import NEED_DAYS
from training.bookings.views_book import facts_of
from training.bookings.views_trainers import trainer_by_link
from training.core import clock
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.viewer import Role, Viewer
from training.schedule.models import CourseSession
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form


@blueprint.route("/my/bookings/<string:ref>/needs", methods=["GET", "POST"])
@access.signed_in
def needs(ref: str) -> ResponseReturnValue:
    """Tell us what you need to take part in this session."""
    viewer, booking = current_viewer(), _own(ref)
    told, kept = own_need(viewer, booking), own_kept(viewer)
    form = NeedsForm(obj=told)
    if form.validate_on_submit():
        try:
            tell_needs(viewer, booking.id, form.words, keep=form.keeps and not form.words.is_empty)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(_what_was_kept(form.words, keeps=form.keeps), "success")
            return redirect(url_for("bookings.show", ref=booking.ref))
    return _needs_page(booking, form, told is not None, kept if told is None else None)


@blueprint.post("/my/bookings/<string:ref>/needs/same")
@access.signed_in
def same_needs(ref: str) -> ResponseReturnValue:
    """Use for this booking what you asked us to keep."""
    viewer, booking, form = current_viewer(), _own(ref), Form()
    if form.validate_on_submit():
        try:
            use_kept(viewer, booking.id)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            flash("The training team and the trainers of this session can now see what you need.", "success")
            return redirect(url_for("bookings.show", ref=booking.ref))
    told = own_need(viewer, booking)
    shown = NeedsForm(formdata=None, obj=told)
    shown.form_errors = list(form.form_errors)
    return _needs_page(booking, shown, told is not None, own_kept(viewer) if told is None else None)


@blueprint.post("/my/bookings/<string:ref>/needs/delete")
@access.signed_in
def delete_needs(ref: str) -> ResponseReturnValue:
    """Remove what you told us for this booking, at once."""
    booking = _own(ref)
    if Form().validate_on_submit():
        take_back(current_viewer(), booking.id)
        flash("What you told us for this session is removed.", "success")
    return redirect(url_for("bookings.show", ref=booking.ref))


@blueprint.route("/my/account/needs", methods=["GET", "POST"])
@access.signed_in
def kept_needs() -> ResponseReturnValue:
    """See, change and delete what we keep of your access needs for later bookings."""
    viewer = current_viewer()
    kept = own_kept(viewer)
    form = WordsForm(obj=kept)
    if form.validate_on_submit():
        keep_needs(viewer, form.words)
        flash("Nothing is kept any more." if form.words.is_empty else "This is kept for your next bookings.", "success")
        return redirect(url_for("bookings.kept_needs"))
    return render_template(
        "bookings/kept_needs.html", form=form, has_kept=kept is not None, coming=coming_with_needs(viewer)
    ), form.status


@blueprint.post("/my/account/needs/delete")
@access.signed_in
def delete_kept_needs() -> ResponseReturnValue:
    """Delete what we keep of your access needs for later bookings."""
    if Form().validate_on_submit():
        forget_kept(current_viewer())
        flash("What we kept for your next bookings is deleted.", "success")
    return redirect(url_for("bookings.kept_needs"))


@blueprint.route("/sessions/<string:ref>/needs", methods=["GET", "POST"])
@access.signed_in
def session_needs(ref: str) -> ResponseReturnValue:
    """What people of this session need: in numbers, and in words behind a button whose use is noted."""
    viewer = current_viewer()
    course_session = session_by_ref(viewer, ref) or abort(404)
    at_desk = viewer.has(Role.OFFICER)
    back = url_for("bookings.desk_session", ref=course_session.ref) if at_desk else url_for("homes.teaching")
    return _session_needs(viewer, course_session, back)


@blueprint.route("/link/<string:token>/needs", methods=["GET", "POST"])
@access.link_holder
def link_needs(token: str) -> ResponseReturnValue:
    """What people of this session need, for its guest trainer."""
    viewer, assignment = trainer_by_link(token)
    return _session_needs(viewer, assignment.course_session, url_for("links.open_link", token=token))


@blueprint.route("/desk/needs/<int:need_id>/met", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def need_met(need_id: int) -> ResponseReturnValue:
    """Say how a need is met, so that it is no longer a task."""
    need, booking = need_to_settle(current_viewer(), need_id) or abort(404)
    form = MetForm(data={"row_version": request.args.get("seen", "")})
    if form.validate_on_submit():
        seen = form.row_version.data
        try:
            mark_met(current_viewer(), need.id, form.how.data, int(seen) if seen.isdecimal() else 0)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The need of {booking.person.name} is marked as met.", "success")
            return redirect(url_for("bookings.session_needs", ref=booking.course_session.ref))
    return render_template("bookings/need_met.html", form=form, booking=booking), form.status


@blueprint.post("/desk/needs/<int:need_id>/not-met")
@access.only(Role.OFFICER)
def need_not_met(need_id: int) -> ResponseReturnValue:
    """Make a need a task again."""
    need, booking = need_to_settle(current_viewer(), need_id) or abort(404)
    if Form().validate_on_submit():
        mark_not_met(current_viewer(), need.id)
        flash(f"The need of {booking.person.name} is a task again.", "success")
    return redirect(url_for("bookings.session_needs", ref=booking.course_session.ref))


@blueprint.route("/desk/bookings/<string:ref>/needs", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def note_need(ref: str) -> ResponseReturnValue:
    """Note what somebody told you that they need, on the telephone perhaps."""
    viewer = current_viewer()
    booking = booking_by_ref(viewer, ref) or abort(404)
    form = ToldForm()
    if form.validate_on_submit():
        try:
            note_needs(viewer, booking.id, form.words)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"Noted what {booking.person.name} needs. It is a task until it is marked as met.", "success")
            return redirect(url_for("bookings.session_needs", ref=booking.course_session.ref))
    return render_template(
        "bookings/note_need.html",
        form=form,
        booking=booking,
        facts=facts_of(booking.course_session),
        has_told=has_told(viewer, booking),
        days=setting_value(NEED_DAYS),
    ), form.status


@blueprint.post("/desk/bookings/<string:ref>/needs/delete")
@access.only(Role.OFFICER)
def delete_need_for(ref: str) -> ResponseReturnValue:
    """Remove what somebody told, because they ask for it."""
    booking = booking_by_ref(current_viewer(), ref) or abort(404)
    if Form().validate_on_submit():
        take_back(current_viewer(), booking.id)
        flash(f"What {booking.person.name} told us for this session is removed.", "success")
    return redirect(url_for("bookings.session_needs", ref=booking.course_session.ref))


def _own(ref: str) -> Booking:
    return own_booking_by_ref(current_viewer(), ref) or abort(404)


def _needs_page(booking: Booking, form: NeedsForm, has_told: bool, kept: object) -> ResponseReturnValue:
    course_session = booking.course_session
    return render_template(
        "bookings/needs.html",
        form=form,
        booking=booking,
        facts=facts_of(course_session),
        has_told=has_told,
        kept=kept,
        is_over=not booking.is_live or course_session.ends_at <= clock.now(),
        days=setting_value(NEED_DAYS),
    ), form.status


def _session_needs(viewer: Viewer, course_session: CourseSession, back: str) -> ResponseReturnValue:
    standing = needs_standing(viewer, course_session.id)
    if standing is None:
        abort(404)
    shown: list[NeedShown] | None = None
    form = Form()
    if form.validate_on_submit():
        shown = look_at_needs(viewer, course_session.id)
    return render_template(
        "bookings/session_needs.html",
        course_session=course_session,
        form=form,
        standing=standing,
        shown=shown,
        back=back,
        here=request.path,
        is_officer=viewer.is_signed_in and viewer.has(Role.OFFICER),
        days=setting_value(NEED_DAYS),
    ), form.status


def _what_was_kept(words: NeedWords, *, keeps: bool) -> str:
    if words.is_empty:
        return "Nothing is kept about what you need at this session."
    later = " We also keep it for your next bookings." if keeps else ""
    return f"Thank you. The training team and the trainers of this session can now see what you need.{later}"
