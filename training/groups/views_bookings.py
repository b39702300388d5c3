"""What one’s people have booked: for a lead, for a manager; cancelling for them; and which session to book them on."""

from urllib.parse import urlencode

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.forms import CancelForm
from training.bookings.models import BOOKING_STATE_LABELS, LIVE, Booking, BookingState
from training.bookings.operations import cancel_booking, would_be_late
from training.bookings.places import standing_of
from training.bookings.reach import books_for_others, manages_somebody
from training.bookings.standing import cancelling_booked
from training.bookings.views_book import facts_of, written_to
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role
from training.groups.blueprint import blueprint
from training.groups.forms import SessionFilter
from training.groups.forms_bookings import BookingsFilter
from training.groups.forms_reservations import day_of
from training.groups.links import acts_as_lead, cancel_page, lead_pages
from training.groups.queries import GroupFilters, booking_looked_after, bookings_of_people
from training.groups.queries_reservations import reservations_of
from training.groups.queries_sessions import sessions_to_book
from training.groups.wording import stands
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.paging import page_asked_for, paged
from training.web.sheets import csv_download

CSV_HEADER = (
    "Booking", "First name", "Last name", "Agency", "Role", "Course", "Session", "Date", "State", "Group",
)  # fmt: skip


@blueprint.get("/agency/bookings")
@access.only(Role.AGENCY_LEAD)
def agency_bookings() -> ResponseReturnValue:
    """What my people have booked, and what is reserved for us."""
    return _bookings("agency_bookings")


@blueprint.get("/agency/bookings.csv")
@access.only(Role.AGENCY_LEAD)
def agency_bookings_csv() -> ResponseReturnValue:
    """What my people have booked, as a file for a spreadsheet."""
    return _file()


@blueprint.get("/my/staff")
@access.signed_in
def staff_bookings() -> ResponseReturnValue:
    """What the people I manage have booked."""
    if not manages_somebody(current_viewer()):
        abort(404)
    return _bookings("staff_bookings")


@blueprint.get("/agency/bookings/new")
@access.only(Role.AGENCY_LEAD)
def choose_session() -> ResponseReturnValue:
    """Which session to book my people on."""
    return _choose("choose_session", "groups.agency_bookings", "What your people have booked")


@blueprint.get("/my/staff/new")
@access.signed_in
def choose_session_for_staff() -> ResponseReturnValue:
    """Which session to book the people I manage on."""
    if not manages_somebody(current_viewer()):
        abort(404)
    return _choose("choose_session_for_staff", "groups.staff_bookings", "The people you manage")


@blueprint.route("/bookings/<string:ref>/cancel", methods=["GET", "POST"])
@access.signed_in
def cancel_for_person(ref: str) -> ResponseReturnValue:
    """Cancel the booking of somebody I lead or manage: what it means, before the button."""
    viewer = current_viewer()
    booking = booking_looked_after(viewer, ref)
    if booking is None or booking.person_id == viewer.person_id:
        abort(404)
    back = _list_page()
    if not booking.is_live:
        flash(f"The booking {booking.ref} has ended already.", "warning")
        return redirect(back)
    form = CancelForm()
    form.reason.label.text = "Why are you cancelling it?"
    form.reason.description = "They read it. Please write nothing about health."
    late = would_be_late(booking)
    if form.validate_on_submit():
        try:
            cancel_booking(viewer, booking.id, form.reason.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(f"The booking of {booking.person.name} is cancelled.{written_to(booking.person)}", "success")
            return redirect(back)
    return render_template(
        "groups/cancel.html",
        booking=booking,
        form=form,
        facts=[("Who", booking.person.name), *facts_of(booking.course_session), ("Booking", booking.ref)],
        begun=clock.now() >= booking.course_session.starts_at,
        standing=stands(booking),
        has_place=booking.holds_place,
        is_late=late,
        sentence=cancelling_booked(booking)[0],
        waiting=standing_of(booking.session_id).waiting,
        back=back,
    ), form.status


def _list_page() -> str:
    """The list from which somebody acts for their people."""
    viewer = current_viewer()
    if viewer.works_at_desk:
        return url_for("bookings.desk_sessions")
    page = "agency_bookings" if viewer.has(Role.AGENCY_LEAD) else "staff_bookings"
    return url_for(f"groups.{page}") if books_for_others(viewer) else url_for("bookings.my_bookings")


def _asked() -> dict[str, str]:
    """The filters in the address, as they stand there."""
    return {name: request.args[name] for name in ("words", "state") if request.args.get(name)}


def _filters() -> tuple[BookingsFilter, GroupFilters]:
    form = BookingsFilter(request.args)
    form.validate()
    state = None if form.state.errors else form.state.data
    states = (BookingState(state),) if state else LIVE
    return form, GroupFilters("" if form.words.errors else form.words.data, states)


def _bookings(page: str) -> ResponseReturnValue:
    viewer = current_viewer()
    form, filters = _filters()
    found = paged(bookings_of_people(viewer, filters), page_asked_for())
    led = acts_as_lead()
    rows: list[Booking] = found.rows
    return render_template(
        "groups/bookings.html",
        is_lead=page == "agency_bookings",
        here=url_for(f"groups.{page}"),
        new=url_for("groups.choose_session" if page == "agency_bookings" else "groups.choose_session_for_staff"),
        csv=f"{url_for('groups.agency_bookings_csv')}?{urlencode(_asked())}" if page == "agency_bookings" else "",
        form=form,
        found=found,
        stands={one.id: stands(one) for one in rows},
        cancel={one.id: cancel_page(one) for one in rows},
        more={one.id: lead_pages(one, led) for one in rows},
        reservations=reservations_of(viewer) if page == "agency_bookings" else [],
        day_of=day_of,
        is_filtered=bool(form.words.data or form.state.data),
    ), 400 if form.failed else 200


def _file() -> Response:
    form, filters = _filters()
    if form.failed:
        abort(400)
    rows = db.session.scalars(bookings_of_people(current_viewer(), filters))
    return csv_download(
        "bookings-of-my-agency.csv",
        CSV_HEADER,
        [
            (
                one.ref, one.person.given_name, one.person.family_name, one.agency.name if one.agency else "",
                one.job_role, one.course_session.course.title, one.course_session.ref,
                clock.local(one.course_session.starts_at).date().isoformat(), BOOKING_STATE_LABELS[one.state],
                one.group.ref if one.group else "",
            )
            for one in rows
        ],
    )  # fmt: skip


def _choose(here: str, back: str, back_text: str) -> ResponseReturnValue:
    viewer = current_viewer()
    if ref := request.args.get("session", "").strip():
        chosen = session_by_ref(viewer, ref)
        return redirect(url_for("groups.people", ref=chosen.ref)) if chosen is not None else abort(404)
    form = SessionFilter(request.args)
    words = form.words.data if form.validate() else ""
    return render_template(
        "groups/choose_session.html",
        form=form,
        here=url_for(f"groups.{here}"),
        back=url_for(back),
        back_text=back_text,
        found=paged(sessions_to_book(viewer, words), page_asked_for()),
    ), 400 if form.failed else 200
