"""The page on which a session gets another date, time, place or link."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.places import locked_session
from training.bookings.queries_session import change_standing
from training.bookings.views_book import facts_of
from training.bookings.views_people import session_for_desk
from training.bookings.wording import ABOUT_TO_START
from training.changes.blueprint import blueprint
from training.changes.deeds import when_told, why_closed
from training.changes.forms import MoveForm, move_form_for
from training.changes.operations_move import move_session
from training.changes.previews import Preview, preview_of_move
from training.changes.settings import quiet_period
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.schedule.models import CourseSession
from training.schedule.rules import MOST_PARTS
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.templating import new_form_token


@blueprint.route("/desk/sessions/<string:ref>/move", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def move(ref: str) -> ResponseReturnValue:
    """Give a session another date, time, place or link: first who will be told what, then the button."""
    viewer, session = current_viewer(), session_for_desk(ref)
    form = move_form_for(viewer, session)
    differences: list[Difference] = []
    preview: Preview | None = None
    if _asks_for_a_part(form):
        return _page(session, form, differences, preview)
    if form.validate_on_submit():
        locked_session(session.id)
        if form.is_stale(session.row_version):
            differences = refuse_stale(form, move_form_for(viewer, session, unsent=True), "this session")
        else:
            try:
                if form.was_previewed(form.move, session.row_version) and not form.lacks_reason():
                    return _moved(session, form)
                preview = preview_of_move(viewer, session.id, form.move)
            except Refused as refused:
                form.add_error(refused.sentence, _field_of(refused.field, form))
    return _page(session, form, differences, preview)


def _moved(session: CourseSession, form: MoveForm) -> ResponseReturnValue:
    viewer, wanted = current_viewer(), form.move
    move_session(
        viewer,
        session.id,
        wanted.parts,
        venue_id=wanted.venue_id,
        online_link=wanted.online_link,
        mode=wanted.mode,
        silent_reason=form.silent_reason.data if form.silent.data else "",
    )
    flash(f"The session is changed.{when_told(viewer, session.id)}", "success")
    return redirect(url_for("bookings.desk_session", ref=session.ref))


def _page(
    session: CourseSession, form: MoveForm, differences: list[Difference], preview: Preview | None
) -> ResponseReturnValue:
    starts = [session.starts_at, *(part.starts_at for part in form.parts)]
    return render_template(
        "changes/move.html",
        course_session=session,
        form=form,
        differences=differences,
        preview=preview,
        facts=facts_of(session),
        waiting=change_standing(current_viewer(), session.id),
        at_once=min(starts) - clock.now() <= ABOUT_TO_START,
        quiet_minutes=int(quiet_period().total_seconds() // 60),
        may_add=len(form.numbers) < MOST_PARTS,
        closed=why_closed(session),
    ), form.status


def _asks_for_a_part(form: MoveForm) -> bool:
    if not form.is_submitted() or "add_part" not in request.form:
        return False
    form.shown.data = str(min(len(form.numbers) + 1, MOST_PARTS))
    # The token that was sent is spent with this answer, so the next sending needs its own.
    form.form_token.data = new_form_token()
    return True


def _field_of(field: str, form: MoveForm) -> str:
    """The field of the page that an operation names, such as `on_1` for `parts-0-on`."""
    if field.startswith("parts-"):
        _, index, name = field.split("-")
        field = f"{name}_{int(index) + 1}"
    return field if field in form else ""
