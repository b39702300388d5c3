"""The page behind “this is not for me” in the message about a booking that somebody else made."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.models import Booking
from training.bookings.not_me import NOT_ME
from training.bookings.operations_not_me import NOT_ME_LABELS, NotMe, turn_down
from training.bookings.views_book import facts_of
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink
from training.core.refusal import Refused
from training.core.viewer import Viewer, ViewerKind
from training.web.fields import RadioField, TextAreaField
from training.web.forms import Form
from training.web.links import link_page


class NotMeForm(Form):
    """Why the booking is not for them; nothing is chosen beforehand."""

    why = RadioField("Why is it not for you?", ask="why it is not for you", choices=NOT_ME_LABELS, coerce=NotMe)
    words = TextAreaField(
        "Anything to add",
        hint="Whoever booked reads it. Please write nothing about health.",
        required=False,
        max_length=500,
        rows=3,
    )


@link_page(NOT_ME)
def not_me(link: SignedLink) -> ResponseReturnValue:
    """Say that a booking is not for me; opening the page does nothing."""
    booking = db.session.get(Booking, link.subject_id)
    if booking is None or booking.booked_by is None or not booking.is_live:
        return render_template("links/closed.html", link=link), 410
    opens = (Booking.__tablename__, booking.id)
    viewer = Viewer(ViewerKind.LINK, booking.person_id, link_id=link.id, link_opens=opens)
    form = NotMeForm()
    if form.validate_on_submit():
        try:
            turn_down(viewer, booking.id, form.why.data, form.words.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(f"The booking is cancelled. {booking.booked_by.name} has been told.", "success")
            return redirect(url_for("bookings.session", ref=booking.course_session.ref))
    return render_template(
        "bookings/not_me.html",
        booking=booking,
        booker=booking.booked_by,
        form=form,
        facts=facts_of(booking.course_session),
        begun=clock.now() >= booking.course_session.starts_at,
    ), form.status
