"""The page behind the link in a manager's mail: who booked what, and whether they may go; no account is needed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.agreements import LEAD, MANAGER, last_day_to_object
from training.bookings.forms_agreements import AGREES, NOT_MINE, OBJECTS, AgreementForm
from training.bookings.models import Booking, BookingState, CancelledBy
from training.bookings.operations_agreements import agree, not_their_manager, object_to, why_no_objection
from training.bookings.views_book import facts_of
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink
from training.core.refusal import Refused
from training.core.viewer import Viewer, ViewerKind
from training.web.links import link_page


@link_page(MANAGER)
def manager_answers(link: SignedLink) -> ResponseReturnValue:
    """May they go? Opening the page does nothing."""
    return _answering(link, CancelledBy.MANAGER)


@link_page(LEAD)
def lead_answers(link: SignedLink) -> ResponseReturnValue:
    """The same for the lead, who is told where no manager's address is confirmed."""
    return _answering(link, CancelledBy.LEAD)


def _answering(link: SignedLink, by: CancelledBy) -> ResponseReturnValue:
    booking = db.session.get(Booking, link.subject_id)
    if booking is None:
        return render_template("links/closed.html", link=link), 410
    is_manager = by is CancelledBy.MANAGER
    is_over = not booking.is_live or clock.now() >= booking.course_session.starts_at
    is_theirs = not is_manager or _is_named(booking)
    form = AgreementForm()
    why_not = why_no_objection(booking)
    form.offer(may_object=not why_not, is_manager=is_manager)
    is_open = is_theirs and not is_over
    if is_open and form.validate_on_submit():
        try:
            said = _act(_holder(link, booking), booking, form, by)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash(said, "success")
            return redirect(url_for("homes.front") if form.answer.data == NOT_MINE else request.path)
    return render_template(
        "bookings/agreement.html",
        booking=booking,
        form=form,
        facts=facts_of(booking.course_session),
        is_manager=is_manager,
        is_theirs=is_theirs,
        is_over=is_over,
        objected=booking.state is BookingState.CANCELLED and booking.cancelled_by is by,
        why_not=why_not,
        last_day=last_day_to_object(booking),
        desk_address=installation().mail_address,
    ), 409 if request.method == "POST" and not is_open else form.status


def _holder(link: SignedLink, booking: Booking) -> Viewer:
    return Viewer(ViewerKind.LINK, link_id=link.id, link_opens=(Booking.__tablename__, booking.id))


def _act(viewer: Viewer, booking: Booking, form: AgreementForm, by: CancelledBy) -> str:
    name, answer = booking.person.name, form.answer.data
    if answer == AGREES:
        agree(viewer, booking.id)
        return f"You agreed. {name} keeps the place; there is nothing more to do."
    if answer == OBJECTS:
        object_to(viewer, booking.id, form.reason.data, by)
        told = " They are told by message, with your reason." if booking.person.address else ""
        return f"You objected. The booking of {name} is cancelled.{told}"
    not_their_manager(viewer, booking.id)
    return "Thank you. We no longer write to you about this person, and ask them who their line manager is."


def _is_named(booking: Booking) -> bool:
    """Whether the job in which the person comes still names a manager: nobody who said no sees more of it."""
    return booking.employment is not None and bool(booking.employment.manager_address)
