"""A person's own bookings: where they stand, cancelling, answering an offer, the calendar file."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.additions import additions_to
from training.bookings.blueprint import blueprint
from training.bookings.changing import leaving, ways_on
from training.bookings.forms import AnswerForm, CancelForm
from training.bookings.invites import event_of
from training.bookings.models import BOOKING_STATE_LABELS, Booking, BookingState
from training.bookings.opening import refusal_of
from training.bookings.operations import cancel_booking
from training.bookings.operations_offers import give_place
from training.bookings.operations_substitution import GIVES_PLACE
from training.bookings.operations_why import unsaid
from training.bookings.places import counted, standing_of
from training.bookings.queries import entries_by_part, live_booking, messages_about, own_booking_by_ref, pending_move_of
from training.bookings.queries import my_bookings as bookings_of
from training.bookings.queries_needs import own_kept, own_need
from training.bookings.queries_waits import own_waits
from training.bookings.queries_warnings import questions_about
from training.bookings.standing import cancelling_booked, in_words, may_book_again, moving_in_words
from training.bookings.terms import may_pass_on
from training.bookings.views_book import facts_of
from training.bookings.views_offers import answer_offer
from training.bookings.wording import join_line
from training.core import clock
from training.core.calendars import download
from training.core.messages import label_of
from training.core.refusal import Refused
from training.schedule.rules import is_link
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form


@blueprint.route("/my/bookings")
@access.signed_in
def my_bookings() -> ResponseReturnValue:
    """What is coming, what is waited for, what is over."""
    viewer = current_viewer()
    return render_template(
        "bookings/my_bookings.html", mine=bookings_of(viewer), waits=own_waits(viewer), labels=BOOKING_STATE_LABELS
    )


@blueprint.route("/my/bookings/<string:ref>")
@access.signed_in
def show(ref: str) -> ResponseReturnValue:
    """Where my place stands, and what comes next."""
    return _show(_own(ref), AnswerForm())


@blueprint.route("/my/bookings/<string:ref>/answer", methods=["POST"])
@access.signed_in
def answer(ref: str) -> ResponseReturnValue:
    """Take or leave an offered place."""
    booking, form = _own(ref), AnswerForm()
    if form.validate_on_submit():
        try:
            said = answer_offer(current_viewer(), booking.id, takes=form.answer.data == "take")
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(said, "success")
            return redirect(url_for("bookings.show", ref=booking.ref))
    return _show(booking, form)


@blueprint.route("/my/bookings/<string:ref>/take-place", methods=["POST"])
@access.signed_in
def take_place(ref: str) -> ResponseReturnValue:
    """Take a place that is free shortly before the start, when places are no longer passed on."""
    booking, form = _own(ref), Form()
    if form.validate_on_submit():
        try:
            give_place(current_viewer(), booking.id)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            flash("You are booked.", "success")
            return redirect(url_for("bookings.show", ref=booking.ref))
    return _show(booking, form)


@blueprint.route("/my/bookings/<string:ref>/cancel", methods=["GET", "POST"])
@access.signed_in
def cancel(ref: str) -> ResponseReturnValue:
    """What cancelling means, before the button."""
    booking, form = _own(ref), CancelForm()
    if not booking.is_live:
        return redirect(url_for("bookings.show", ref=booking.ref))
    pending = pending_move_of(current_viewer(), booking)
    leaves = leaving(booking, waiting=standing_of(booking.session_id).waiting, pending=pending)
    if form.validate_on_submit():
        try:
            cancel_booking(current_viewer(), booking.id, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            told = f" We have written to {booking.person.address}." if booking.person.address else ""
            flash(f"{leaves.done}.{told}", "success")
            return redirect(url_for("bookings.show", ref=booking.ref))
    sentence, is_late = cancelling_booked(booking)
    return render_template(
        "bookings/cancel.html",
        booking=booking,
        form=form,
        facts=facts_of(booking.course_session),
        begun=clock.now() >= booking.course_session.starts_at,
        leaving=leaves,
        ways=ways_on(booking, pending),
        sentence=sentence if booking.state in GIVES_PLACE else "",
        is_late=is_late,
        refusal=refusal_of(booking.course_session),
    ), form.status


@blueprint.route("/my/bookings/<string:ref>/days/<int:number>.ics")
@access.signed_in
def entry(ref: str, number: int) -> ResponseReturnValue:
    """One day as a calendar file, under the uid of its invitation."""
    booking = _own(ref)
    part = next((part for part in booking.course_session.parts if part.number == number), None)
    if part is None or booking.state is not BookingState.CONFIRMED:
        abort(404)
    content = download(event_of(booking, part, entries_by_part(booking).get(part.id)))
    answer = Response(content, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="{booking.ref}-{number}.ics"'
    return answer


def _own(ref: str) -> Booking:
    booking = own_booking_by_ref(current_viewer(), ref)
    if booking is None:
        abort(404)
    return booking


def _show(booking: Booking, form: Form) -> ResponseReturnValue:
    viewer, course_session = current_viewer(), booking.course_session
    coming = clock.now() < course_session.starts_at
    pending = pending_move_of(viewer, booking) if booking.is_live else None
    agency = booking.agency.name if booking.agency else "Agency to be confirmed"
    link = course_session.online_link if booking.state is BookingState.CONFIRMED else ""
    return render_template(
        "bookings/show.html",
        booking=booking,
        course_session=course_session,
        form=form,
        standing=in_words(booking),
        additions=additions_to(booking),
        unsaid=unsaid(current_viewer(), booking.id) if booking.is_live and coming else [],
        question=questions_about(viewer, [booking.id]).get(booking.id),
        facts=[
            *facts_of(course_session),
            ("Coming as", f"{booking.job_role or 'Role not given'}, {agency}"),
            ("Booking", booking.ref),
        ],
        link=link if is_link(link) else "",
        link_note="" if is_link(link) or not link else join_line(course_session),
        ways=ways_on(booking, pending),
        moving=moving_in_words(booking, pending),
        pending=pending,
        offers_needs=booking.is_live and clock.now() < course_session.ends_at,
        has_told_needs=own_need(viewer, booking) is not None,
        has_kept_needs=own_kept(viewer) is not None,
        offers_answer=booking.state is BookingState.OFFERED and coming,
        offers_place=booking.state is BookingState.WAITING
        and refusal_of(course_session) is None
        and not may_pass_on(course_session)
        and counted(course_session).has_place_for(booking.agency_id, booking.way),
        may_book_again=may_book_again(booking),
        refusal=refusal_of(course_session),
        again=None if booking.is_live else live_booking(viewer, course_session.id, booking.person_id),
        messages=[
            (label_of(message.kind), message.recipient_address, message.created_at, message.state_in_words)
            for message in messages_about(booking)
        ],
    ), form.status
