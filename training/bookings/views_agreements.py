"""The pages behind the links in a manager's, a deputy's and a lead's mail: who asks for what, and whether they may go.

No account is needed.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.agreements import DEPUTY, LEAD, MANAGER, is_asked_about, last_day_to_object
from training.bookings.forms_agreements import (
    AGREES,
    DECLINES,
    NOT_FOR_ME,
    NOT_MINE,
    OBJECTS,
    SOMEBODY_ELSE,
    WHILE_ASKED,
    AgreementForm,
)
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import AgreedBy, CancelledBy
from training.bookings.operations_agreements import agree, not_their_manager, object_to, say_no, why_no_objection
from training.bookings.operations_deputy import name_deputy, not_for_me
from training.bookings.views_book import facts_of
from training.bookings.wording_answers import what_was_said
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink
from training.core.refusal import Refused
from training.core.viewer import Viewer, ViewerKind
from training.people.queries_contacts import still_leads
from training.web.links import link_page

_SIDE = {
    AgreedBy.MANAGER: CancelledBy.MANAGER,
    AgreedBy.DEPUTY: CancelledBy.MANAGER,
    AgreedBy.LEAD: CancelledBy.LEAD,
}
_READER = {
    AgreedBy.MANAGER: "the line manager",
    AgreedBy.DEPUTY: "whoever decides in place of the line manager",
    AgreedBy.LEAD: "the training lead",
}


@link_page(MANAGER)
def manager_answers(link: SignedLink) -> ResponseReturnValue:
    """May they go? Opening the page does nothing."""
    return _answering(link, AgreedBy.MANAGER)


@link_page(LEAD)
def lead_answers(link: SignedLink) -> ResponseReturnValue:
    """The same for the lead, who is told where no manager's address is confirmed, or asked where they are silent."""
    return _answering(link, AgreedBy.LEAD)


@link_page(DEPUTY)
def deputy_answers(link: SignedLink) -> ResponseReturnValue:
    """The same for whoever the manager says decides in their place."""
    return _answering(link, AgreedBy.DEPUTY)


def _answering(link: SignedLink, by: AgreedBy) -> ResponseReturnValue:
    booking = db.session.get(Booking, link.subject_id)
    if booking is None:
        return render_template("links/closed.html", link=link), 410
    asked = is_asked_about(booking)
    why_not = why_no_objection(booking, _SIDE[by])
    form = AgreementForm()
    if asked:
        form.offer_while_asked(is_manager=by is AgreedBy.MANAGER, is_deputy=by is AgreedBy.DEPUTY)
    else:
        form.offer(may_object=not why_not, is_manager=by is AgreedBy.MANAGER)
    is_over = not booking.is_live or clock.now() >= booking.course_session.starts_at
    is_theirs = _is_theirs(link, booking, by)
    is_open = is_theirs and not is_over
    too_late = request.method == "POST" and not asked and form.answer.data in WHILE_ASKED
    if is_open and not too_late and form.validate_on_submit():
        try:
            said = _act(
                Viewer(ViewerKind.LINK, link_id=link.id, link_opens=(Booking.__tablename__, booking.id)),
                booking,
                form,
                by,
            )
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field if refusal.field in form else "")
        else:
            flash(said, "success")
            leaves = form.answer.data in (NOT_MINE, NOT_FOR_ME)
            return redirect(url_for("homes.front") if leaves else request.path)
    is_turned_away = request.method == "POST" and (not is_open or too_late)
    return render_template(
        "bookings/agreement.html",
        booking=booking,
        form=form,
        facts=facts_of(booking.course_session),
        asked=asked,
        by=by,
        reader=_READER[by],
        is_theirs=is_theirs,
        is_over=is_over,
        too_late=too_late,
        said=what_was_said(booking),
        objected=booking.state is BookingState.CANCELLED and booking.cancelled_by is _SIDE[by],
        why_not=why_not,
        last_day=last_day_to_object(booking),
        desk_address=installation().mail_address,
    ), 409 if is_turned_away else form.status


def _act(viewer: Viewer, booking: Booking, form: AgreementForm, by: AgreedBy) -> str:
    name, answer = booking.person.name, form.answer.data
    told = " They are told by message, with your reason." if booking.person.address else ""
    if answer == AGREES:
        agreed = agree(viewer, booking.id, by)
        if agreed.holds_place:
            return f"You agreed. {name} keeps the place; there is nothing more to do."
        return f"You agreed. {name} has no place yet; there is nothing more for you to do."
    if answer == DECLINES:
        say_no(viewer, booking.id, form.reason.data, by)
        return f"You said no. The booking of {name} has ended.{told}"
    if answer == OBJECTS:
        object_to(viewer, booking.id, form.reason.data, _SIDE[by])
        return f"You objected. The booking of {name} is cancelled.{told}"
    if answer == SOMEBODY_ELSE:
        named = name_deputy(viewer, booking.id, form.deputy_name.data, form.deputy_address.data)
        if named.deputy_confirmed_at is not None:
            return f"We have asked {named.deputy_name} at {named.deputy_address}. You can still answer yourself."
        return (
            f"{named.deputy_address} is not an address of your agency, so we ask its training lead, or the training "
            f"team, before we write to {named.deputy_name}. You can still answer yourself."
        )
    if answer == NOT_FOR_ME:
        not_for_me(viewer, booking.id)
        return "Thank you. We go on asking the line manager, and ask the agency’s training lead as well."
    assert answer == NOT_MINE
    not_their_manager(viewer, booking.id)
    return "Thank you. We no longer write to you about this person, and ask them who their line manager is."


def _is_theirs(link: SignedLink, booking: Booking, by: AgreedBy) -> bool:
    """Whether the reader is still the one who is asked: nobody who said no, or was replaced, sees more of it."""
    if by is AgreedBy.LEAD:
        asked_on = clock.local(link.created_at).date()
        return booking.agency_id is not None and still_leads(booking.agency_id, asked_on, booking.person_id)
    is_named = booking.employment is not None and bool(booking.employment.manager_address)
    return is_named and (by is AgreedBy.MANAGER or booking.deputy_confirmed_at is not None)
