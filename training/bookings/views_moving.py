"""The pages on which a place is moved to another date of the course: one's own, for a lead, at the desk."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.blueprint import blueprint
from training.bookings.forms_moving import MoveBookingForm
from training.bookings.models import Booking
from training.bookings.operations import BEGUN
from training.bookings.operations_moving import MOVABLE, move_booking
from training.bookings.queries import pending_move_of
from training.bookings.queries_dates import course_dates
from training.bookings.standing import cancelling_booked
from training.bookings.views_book import facts_of, written_to
from training.bookings.views_sides import Side, booking_on, way_back
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.formats import day


@blueprint.route("/my/bookings/<string:ref>/move", methods=["GET", "POST"])
@access.signed_in
def move_my_booking(ref: str) -> ResponseReturnValue:
    """Move my place to another date of the course."""
    return _moving(Side.OWN, ref)


@blueprint.route("/agency/bookings/<string:ref>/move", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_move_booking(ref: str) -> ResponseReturnValue:
    """Move the place of one of my people to another date of the course."""
    return _moving(Side.AGENCY, ref)


@blueprint.route("/desk/bookings/<string:ref>/move", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_move_booking(ref: str) -> ResponseReturnValue:
    """Move somebody's place to another date of the course."""
    return _moving(Side.DESK, ref)


def _moving(side: Side, ref: str) -> ResponseReturnValue:
    viewer, booking = current_viewer(), booking_on(side, ref)
    course_session = booking.course_session
    why_not = _why_not(booking, side)
    dates = [] if why_not else course_dates(viewer, course_session.course_id, booking.person_id, but=course_session)
    form = MoveBookingForm()
    form.offer(dates, is_own=side.is_own)
    if form.date.choices and form.validate_on_submit():
        try:
            moved = _move(booking, form)
        except Refused as refused:
            form.add_error(refused.sentence, "date" if refused.field else "")
        else:
            flash(_said(side, moved, booking), "success")
            goes_to = moved if moved.holds_place else booking
            return redirect(way_back(side, goes_to).href)
    sentence, is_late = cancelling_booked(booking)
    return render_template(
        "bookings/move.html",
        side=side,
        back=way_back(side, booking),
        booking=booking,
        form=form,
        facts=facts_of(course_session),
        why_not=why_not,
        dates=dates,
        has_choice=bool(form.date.choices),
        kept_day=course_session.parts[0].on,
        sentence=sentence,
        is_late=is_late,
    ), 409 if request.method == "POST" and not form.date.choices else form.status


def _move(booking: Booking, form: MoveBookingForm) -> Booking:
    ref, way = form.chosen
    target = session_by_ref(current_viewer(), ref)
    if target is None:
        raise Refused("Select one of the dates on this page", "date")
    return move_booking(current_viewer(), booking.id, target.id, way=way)


def _why_not(booking: Booking, side: Side) -> str:
    """Why there is nothing to move, without a full stop; empty where there is."""
    who = "You are" if side.is_own else f"{booking.person.name} is"
    if not booking.is_live:
        return "This booking has ended already"
    if clock.now() >= booking.course_session.starts_at:
        return BEGUN
    if booking.state not in MOVABLE:
        return "Only a place can be moved to another date, and this booking has none yet"
    pending = pending_move_of(current_viewer(), booking)
    if pending is None:
        return ""
    return f"{who} waiting to move to {day(pending.course_session.parts[0].on)} already, reference {pending.ref}"


def _said(side: Side, moved: Booking, former: Booking) -> str:
    on, kept = day(moved.course_session.parts[0].on), day(former.course_session.parts[0].on)
    who, has = ("You", "have") if side.is_own else (moved.person.name, "has")
    told = written_to(moved.person)
    if moved.holds_place:
        return f"{who} {has} a place on {on}, and the one on {kept} is given up.{told}"
    keeps = "keep your" if side.is_own else "keeps the"
    return f"{who} {keeps} place on {kept} until {on} has one.{told}"


def move_page(side: Side, booking: Booking) -> str:
    """The address of the page that moves this booking."""
    endpoints = {
        Side.OWN: "bookings.move_my_booking",
        Side.AGENCY: "bookings.agency_move_booking",
        Side.DESK: "bookings.desk_move_booking",
    }
    return url_for(endpoints[side], ref=booking.ref)
