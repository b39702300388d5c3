"""Reserved places: reserving them, who is named, giving back what is not needed, and what the desk changes."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.agencies.queries import agency_choices
from training.bookings.opening import refusal_of
from training.bookings.places import standing_of
from training.bookings.terms import cut_off_of, is_in_window
from training.bookings.views_book import facts_of, ways_left
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.groups.blueprint import blueprint
from training.groups.forms_reservations import GiveBackForm, PlacesForm, ReserveForm, day_of
from training.groups.notices import last_day, who_looks_after
from training.groups.operations_reservations import change_reservation, give_back, reserve_places
from training.groups.queries_reservations import Reserved, named_in, reserved_by_ref
from training.groups.sides import Side, session_page
from training.groups.wording import stands
from training.people.queries_agency import own_agencies
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count


@blueprint.route("/sessions/<string:ref>/reserve", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD, *DESK_ROLES)
def reserve(ref: str) -> ResponseReturnValue:
    """Reserve places for an agency until it names who comes."""
    viewer, course_session = current_viewer(), session_by_ref(current_viewer(), ref)
    if course_session is None or course_session.status is SessionStatus.DRAFT:
        abort(404)
    agencies = [(one.id, one.name) for one in agency_choices(viewer)] if viewer.works_at_desk else own_agencies(viewer)
    form = ReserveForm(
        data={
            "name_by": max(cut_off_of(course_session), clock.today()),
            "agency": agencies[0][0] if len(agencies) == 1 else None,
        }
    )
    form.offer(agencies, ways_left(course_session) if course_session.online_capacity is not None else {})
    refusal = _why_none(course_session)
    if not refusal and form.validate_on_submit():
        try:
            kept = reserve_places(
                viewer,
                course_session.id,
                form.agency.data,
                form.places.data or 0,
                form.until(course_session),
                way=form.way_chosen,
            )
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(_kept(kept.places, last_day(kept), who_looks_after(kept).name), "success")
            return redirect(url_for("groups.reservation", ref=kept.ref))
    href, text = session_page(_side(), course_session)
    return render_template(
        "groups/reserve.html",
        course_session=course_session,
        form=form,
        refusal=refusal,
        facts=facts_of(course_session),
        free=standing_of(course_session.id).free(course_session),
        back_href=href,
        back_text=text,
    ), 409 if refusal and form.is_submitted() else form.status


@blueprint.get("/reservations/<string:ref>")
@access.only(Role.AGENCY_LEAD, *DESK_ROLES)
def reservation(ref: str) -> ResponseReturnValue:
    """Reserved places: who is named, how many have no name, and until when."""
    return _show(_reserved(ref), GiveBackForm())


@blueprint.post("/reservations/<string:ref>/give-back")
@access.only(Role.AGENCY_LEAD, *DESK_ROLES)
def give_places_back(ref: str) -> ResponseReturnValue:
    """Give back the reserved places that have no name."""
    reserved, form = _reserved(ref), GiveBackForm()
    if form.validate_on_submit():
        try:
            give_back(current_viewer(), reserved.reservation.id, form.reason.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(f"{count(reserved.unnamed, 'place').capitalize()} given back for others.", "success")
            return redirect(url_for("groups.reservation", ref=reserved.reservation.ref))
    return _show(reserved, form)


@blueprint.route("/desk/reservations/<string:ref>/change", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def change_reserved(ref: str) -> ResponseReturnValue:
    """Change how many places are reserved, and until when."""
    reserved = _reserved(ref)
    row = reserved.reservation
    form = PlacesForm(data={"places": row.places, "name_by": day_of(row.name_by)})
    if form.validate_on_submit():
        try:
            change_reservation(current_viewer(), row.id, form.places.data or 0, form.until(row.course_session))
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(_kept(row.places, last_day(row), who_looks_after(row).name), "success")
            return redirect(url_for("groups.reservation", ref=row.ref))
    return render_template("groups/change_reserved.html", reserved=reserved, row=row, form=form), form.status


def _kept(places: int, until: str, told: str) -> str:
    verb = "is" if places == 1 else "are"
    return f"{count(places, 'place')} {verb} reserved, to be named by the end of {until}. We have written to {told}."


def _why_none(course_session: CourseSession) -> str:
    """Why nothing can be reserved, without a full stop; empty where something may be."""
    if is_in_window(course_session):
        return "Places of this session are given out after applications close, so none can be reserved"
    return refusal_of(course_session) or ""


def _side() -> Side:
    return Side.DESK if current_viewer().works_at_desk else Side.PEOPLE


def _reserved(ref: str) -> Reserved:
    return reserved_by_ref(current_viewer(), ref) or abort(404)


def _show(reserved: Reserved, form: GiveBackForm) -> ResponseReturnValue:
    viewer, row = current_viewer(), reserved.reservation
    course_session = row.course_session
    bookings = named_in(viewer, row)
    href, text = session_page(_side(), course_session)
    return render_template(
        "groups/reservation.html",
        reserved=reserved,
        row=row,
        form=form,
        course_session=course_session,
        facts=facts_of(course_session),
        last_day=last_day(row),
        looks_after=who_looks_after(row).name,
        bookings=bookings,
        stands={one.id: stands(one) for one in bookings},
        waiting=standing_of(course_session.id).waiting,
        at_desk=viewer.works_at_desk,
        back_href=href,
        back_text=text,
    ), form.status
