"""Whether somebody comes on another day: the page behind the link of the message, and the same for who is signed in."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.models import Booking
from training.bookings.operations_moving import move_booking
from training.bookings.queries import own_booking_by_ref
from training.bookings.standing import in_words
from training.bookings.views_book import facts_of
from training.changes.blueprint import blueprint
from training.changes.forms_coming import COMES, ComingForm
from training.changes.links import COMING
from training.changes.operations_coming import give_back, say_coming, why_not_asked
from training.changes.queries_dates import other_dates
from training.core.database import db
from training.core.links import SignedLink
from training.core.refusal import Refused
from training.core.viewer import Viewer, ViewerKind
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.formats import day
from training.web.links import link_page


@link_page(COMING)
def coming_by_link(link: SignedLink) -> ResponseReturnValue:
    """Can you come on the new date? Opening the page does nothing."""
    booking = db.session.get(Booking, link.subject_id)
    if booking is None:
        return render_template("links/closed.html", link=link), 410
    opens = (Booking.__tablename__, booking.id)
    viewer = Viewer(ViewerKind.LINK, booking.person_id, link_id=link.id, link_opens=opens)
    return _answering(viewer, booking)


@blueprint.route("/my/bookings/<string:ref>/coming", methods=["GET", "POST"])
@access.signed_in
def coming(ref: str) -> ResponseReturnValue:
    """Say whether I can come on the new date of my session."""
    booking = own_booking_by_ref(current_viewer(), ref)
    if booking is None:
        abort(404)
    return _answering(current_viewer(), booking)


def _answering(viewer: Viewer, booking: Booking) -> ResponseReturnValue:
    session = booking.course_session
    why_not = why_not_asked(booking)
    form = ComingForm(data={"seen_from": session.starts_at.isoformat()})
    others = [] if why_not else other_dates(session, must_be_open=True)
    form.offer(others, has_place=booking.holds_place)
    if not why_not and form.validate_on_submit():
        try:
            said, leads_to = _act(viewer, booking, form)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
            # Whatever was there to be seen is on the page that is shown now.
            form.seen_from.data = session.starts_at.isoformat()
        else:
            flash(said, "success")
            return redirect(leads_to if viewer.is_signed_in else request.path)
    return render_template(
        "changes/coming.html",
        booking=booking,
        form=form,
        facts=facts_of(session),
        standing=in_words(booking),
        why_not=why_not,
        has_others=bool(others),
        by_link=not viewer.is_signed_in,
    ), 409 if why_not and request.method == "POST" else form.status


def _act(viewer: Viewer, booking: Booking, form: ComingForm) -> tuple[str, str]:
    """Do what was answered; returns what happened, and the page on which it is seen."""
    own_page = url_for("bookings.show", ref=booking.ref)
    if form.answer.data == COMES:
        say_coming(viewer, booking.id, seen_from=form.seen)
        return "Thank you. We are looking forward to seeing you.", own_page
    ref, way = form.moves_to
    if not ref:
        had_place = booking.holds_place
        give_back(viewer, booking.id)
        return ("Your place is given back." if had_place else "You have left the waiting list."), own_page
    other = session_by_ref(viewer, ref)
    if other is None:
        raise Refused("Select one of the dates on this page", "answer")
    moved = move_booking(viewer, booking.id, other.id, way=way)
    on = day(other.parts[0].on)
    if moved.holds_place:
        return f"You are moved to {on}. A message about it is on its way.", url_for("bookings.show", ref=moved.ref)
    return f"You are on the waiting list for {on}, and keep your present place until then.", own_page
