"""What a “declined” of a calendar means: the question to the person, by link or signed in, and the desk's note."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.additions import register_addition, register_remarks
from training.bookings.models import Booking
from training.bookings.queries import booking_by_ref, own_booking_by_ref
from training.bookings.standing import cancelling
from training.bookings.views_book import facts_of
from training.calendars.blueprint import blueprint
from training.calendars.forms import KEEP, DeclinedForm
from training.calendars.links import DECLINED
from training.calendars.operations_replies import release_place, settle_declined, unsettled_replies
from training.calendars.queries_replies import answers_in_words, declined_at
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink, use_link
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Viewer, ViewerKind
from training.people.queries import person_by_ref
from training.schedule.models import AssignmentState, TrainerAssignment
from training.schedule.queries import session_by_ref, trainers_of
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form
from training.web.links import link_page

KEPT = "You keep your place. See you there."
RELEASED = "Your place is released."
NOTED = "It is noted that {} comes all the same."


@link_page(DECLINED)
def declined_by_link(link: SignedLink) -> ResponseReturnValue:
    """Release the place, or keep it; opening the page does nothing."""
    booking = db.session.get(Booking, link.subject_id)
    if booking is None or not _is_open(booking):
        return render_template("links/closed.html", link=link), 410
    form = DeclinedForm()
    viewer = Viewer(ViewerKind.LINK, person_id=booking.person_id, link_id=link.id)
    said = _answered(viewer, booking, form)
    if said:
        use_link(link)
        flash(said, "success")
        return redirect(url_for("bookings.session", ref=booking.course_session.ref))
    return _page(booking, form)


@blueprint.route("/my/bookings/<string:ref>/declined", methods=["GET", "POST"])
@access.signed_in
def declined(ref: str) -> ResponseReturnValue:
    """Say whether one’s place is released, after the calendar declined the invitation."""
    booking = own_booking_by_ref(current_viewer(), ref)
    if booking is None:
        abort(404)
    form = DeclinedForm()
    own_page = redirect(url_for("bookings.show", ref=booking.ref))
    if not _is_open(booking):
        return own_page
    said = _answered(current_viewer(), booking, form)
    if said:
        flash(said, "success")
        return own_page
    return _page(booking, form)


@blueprint.route("/desk/bookings/<string:ref>/declined", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def declined_for(ref: str) -> ResponseReturnValue:
    """Somebody whose calendar declined: whether they come all the same."""
    booking = booking_by_ref(current_viewer(), ref)
    if booking is None:
        abort(404)
    return _for_desk(booking, url_for("bookings.people", ref=booking.course_session.ref))


@blueprint.route("/desk/sessions/<string:ref>/trainers/<string:person_ref>/declined", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def trainer_declined(ref: str, person_ref: str) -> ResponseReturnValue:
    """A trainer whose calendar declined: whether they come all the same."""
    viewer = current_viewer()
    course_session, person = session_by_ref(viewer, ref), person_by_ref(viewer, person_ref)
    if course_session is None or person is None:
        abort(404)
    accepted = [
        assignment
        for assignment in trainers_of(viewer, course_session.id)
        if assignment.person_id == person.id and assignment.state is AssignmentState.ACCEPTED
    ]
    if not accepted:
        abort(404)
    return _for_desk(accepted[0], url_for("pool.session_trainers", ref=course_session.ref))


def _for_desk(participant: Booking | TrainerAssignment, back: str) -> ResponseReturnValue:
    form = Form()
    replies = unsettled_replies(participant)
    if not replies:
        flash("There is nothing to settle here any more.", "warning")
        return redirect(back)
    if form.validate_on_submit():
        settle_declined(current_viewer(), participant, keeps=True)
        flash(NOTED.format(participant.person.name), "success")
        return redirect(back)
    return render_template(
        "calendars/desk_declined.html",
        form=form,
        participant=participant,
        booking=participant if isinstance(participant, Booking) else None,
        facts=facts_of(participant.course_session),
        received_at=max(reply.received_at for reply in replies),
        back=back,
    ), form.status


def _answered(viewer: Viewer, booking: Booking, form: DeclinedForm) -> str:
    """What was done with the answer, as a sentence; empty where there is none yet, or it is refused."""
    if request.method != "POST" or not form.validate_on_submit():
        return ""
    if form.answer.data == KEEP:
        settle_declined(viewer, booking, keeps=True)
        return KEPT
    try:
        release_place(viewer, booking)
    except Refused as refusal:
        form.add_error(refusal.sentence)
        return ""
    return RELEASED


def _is_open(booking: Booking) -> bool:
    return booking.is_live and clock.now() < booking.course_session.starts_at


def _page(booking: Booking, form: DeclinedForm) -> ResponseReturnValue:
    sentence, is_late = cancelling(booking.course_session)
    return render_template(
        "calendars/declined.html",
        booking=booking,
        form=form,
        facts=facts_of(booking.course_session),
        sentence=sentence,
        is_late=is_late,
    ), form.status


def _question(booking: Booking) -> Mapping[str, object] | None:
    moment = declined_at(booking)
    return {"ref": booking.ref, "declined_at": moment} if moment is not None else None


register_addition("calendars/declined_question.html", _question)
register_remarks(answers_in_words)
