"""The page on which a session gets more places, or fewer."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.places import locked_session, standing_of
from training.bookings.queries_session import live_bookings
from training.bookings.terms import may_pass_on
from training.bookings.views_people import session_for_desk
from training.catalogue.models import Mode
from training.changes.blueprint import blueprint
from training.changes.deeds import passed_on, why_closed
from training.changes.forms import CapacityForm
from training.changes.operations_capacity import LEAVES_A_PLACE, change_capacity
from training.changes.previews import LABELS
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.schedule.models import CourseSession, SessionStatus
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.fields import Choice
from training.web.formats import count, short_moment


@blueprint.route("/desk/sessions/<string:ref>/capacity", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def capacity(ref: str) -> ResponseReturnValue:
    """Change how many places there are; more go to the waiting list at once, fewer say who gives theirs up."""
    session = session_for_desk(ref)
    form = _form_of(session)
    differences: list[Difference] = []
    if form.validate_on_submit():
        locked_session(session.id)
        if form.is_stale(session.row_version):
            differences = refuse_stale(form, _form_of(session, unsent=True), "this session")
        elif _is_changed(session, form):
            return redirect(url_for("bookings.people", ref=session.ref))
    standing = standing_of(session.id)
    over = _over(session, form)
    if over and form.failed and not form.chosen:
        form.who.data = [choice.value for choice in form.who.offered()][-over:]
    return render_template(
        "changes/capacity.html",
        course_session=session,
        form=form,
        differences=differences,
        standing=standing,
        chooses=over > 0 or bool(form.chosen),
        passes_on=may_pass_on(session),
        closed=why_closed(session, "changed here") if session.status is not SessionStatus.DRAFT else "",
    ), form.status


def _form_of(session: CourseSession, *, unsent: bool = False) -> CapacityForm:
    data = {
        "capacity": session.capacity,
        "online_capacity": session.online_capacity,
        "row_version": session.row_version,
    }
    form = CapacityForm(formdata=None, data=data) if unsent else CapacityForm(data=data)
    holders = [one for one in live_bookings(session.id) if one.state in LEAVES_A_PLACE]
    choices = [
        Choice(str(one.id), one.person.name, f"{LABELS[one.state].capitalize()}, asked {short_moment(one.asked_at)}")
        for one in holders
    ]
    form.offer(choices, is_hybrid=session.mode is Mode.HYBRID)
    return form


def _over(session: CourseSession, form: CapacityForm) -> int:
    """How many people would lose their place with the numbers that were typed."""
    wanted = form.capacity.data
    if not form.is_submitted() or wanted is None:
        return 0
    return max(0, standing_of(session.id).held - wanted - (form.online or 0))


def _is_changed(session: CourseSession, form: CapacityForm) -> bool:
    """Do what the form asks for and say what came of it; False where it was refused, which the form then says."""
    held = standing_of(session.id).held
    try:
        change_capacity(
            current_viewer(),
            session.id,
            form.capacity.data or 0,
            form.online,
            to_list=form.chosen,
            reason=form.reason.data,
        )
    except Refused as refused:
        form.add_error(refused.sentence, refused.field if refused.field in form else "")
        return False
    left = len(form.chosen)
    moved = f" {count(left, 'person').capitalize()} moved to the waiting list and were told." if left else ""
    after = passed_on(standing_of(session.id).held + left - held)
    flash(f"The session has {count(session.places_in_all, 'place')} now.{moved}{after}", "success")
    return True
