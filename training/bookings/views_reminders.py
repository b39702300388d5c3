"""The page behind the link of the joining instructions: I am coming, or my place is free; no account is needed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.forms_reminders import RELEASES, ComingForm
from training.bookings.models import Booking, BookingState
from training.bookings.operations import cancel_booking, would_be_late
from training.bookings.operations_reminders import say_coming
from training.bookings.places import standing_of
from training.bookings.still_coming import STILL_COMING
from training.bookings.terms import cut_off_for
from training.bookings.views_book import facts_of
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink, use_link
from training.core.refusal import Refused
from training.core.viewer import Viewer, ViewerKind
from training.web.links import link_page


@link_page(STILL_COMING)
def still_coming(link: SignedLink) -> ResponseReturnValue:
    """Are you still coming? Opening the page does nothing."""
    booking = db.session.get_one(Booking, link.subject_id)
    viewer = Viewer(ViewerKind.LINK, person_id=booking.person_id, link_id=link.id)
    form = ComingForm()
    is_open = booking.state is BookingState.CONFIRMED and clock.now() < booking.course_session.starts_at
    if is_open and form.validate_on_submit():
        try:
            if form.answer.data == RELEASES:
                cancel_booking(viewer, booking.id, form.reason.data)
                use_link(link)
                flash("Your place is given up. You may book again at any time.", "success")
                return redirect(url_for("bookings.session", ref=booking.course_session.ref))
            say_coming(viewer, booking.id)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash("Thank you. We know that you are coming.", "success")
            return redirect(request.path)
    course_session = booking.course_session
    return render_template(
        "bookings/still_coming.html",
        booking=booking,
        form=form,
        facts=[*facts_of(course_session), ("Booking", booking.ref)],
        is_open=is_open,
        is_late=would_be_late(booking),
        last_day=cut_off_for(booking),
        waiting=standing_of(course_session.id).waiting,
    ), 409 if request.method == "POST" and not is_open else form.status
