"""The page on which somebody says, after booking, why the course is right for them."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.blueprint import blueprint
from training.bookings.forms_warnings import WhyForm
from training.bookings.operations_why import say_why, unsaid
from training.bookings.queries import own_booking_by_ref
from training.core.refusal import Refused
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/my/bookings/<string:ref>/why", methods=["GET", "POST"])
@access.signed_in
def why(ref: str) -> ResponseReturnValue:
    """Say why the course is right for me, where something stands against my booking."""
    viewer = current_viewer()
    booking = own_booking_by_ref(viewer, ref) or abort(404)
    rows, form = unsaid(viewer, booking.id), WhyForm()
    if form.validate_on_submit():
        try:
            say_why(viewer, booking.id, form.note.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash("The training team reads it. Your booking stands meanwhile.", "success")
            return redirect(url_for("bookings.show", ref=booking.ref))
    elif not rows:
        return redirect(url_for("bookings.show", ref=booking.ref))
    return render_template("bookings/why.html", booking=booking, rows=rows, form=form), form.status
