"""The page behind the link of an offer: take the place or leave it, without signing in."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.forms import AnswerForm
from training.bookings.models import Booking
from training.bookings.offers import OFFER
from training.bookings.operations_offers import accept_offer, decline_offer
from training.bookings.wording import dates, place
from training.core.database import db
from training.core.links import SignedLink, use_link
from training.core.refusal import Refused
from training.core.viewer import Viewer, ViewerKind
from training.web.links import link_page


@link_page(OFFER)
def offer(link: SignedLink) -> ResponseReturnValue:
    """Answer an offer; opening the page does nothing."""
    booking = db.session.get_one(Booking, link.subject_id)
    viewer = Viewer(ViewerKind.LINK, person_id=booking.person_id, link_id=link.id)
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            said = answer_offer(viewer, booking.id, takes=form.answer.data == "take")
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            use_link(link)
            flash(said, "success")
            return redirect(url_for("bookings.session", ref=booking.course_session.ref))
    if booking.offered_until is None:
        # It was answered or taken back by another way, perhaps in this very moment.
        return render_template("links/closed.html", link=link), 410
    course_session = booking.course_session
    facts = [("When", dates(course_session.parts)), ("Where", place(course_session)), ("Booking", booking.ref)]
    return render_template(
        "bookings/offer.html", booking=booking, course_session=course_session, form=form, facts=facts
    ), form.status


def answer_offer(viewer: Viewer, booking_id: int, *, takes: bool) -> str:
    """Take or leave the place, and say what happened."""
    if takes:
        booking = accept_offer(viewer, booking_id)
        told = booking.person.address
        return "You are booked." + (f" A confirmation is on its way to {told}." if told else "")
    decline_offer(viewer, booking_id)
    return "You have left the place to the next person. You may book again at any time."
