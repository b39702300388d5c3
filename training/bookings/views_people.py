"""The desk's list of the people of a session: who is booked, who waits, and booking or cancelling for them."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.bookings.additions import parts_of_session, remarks_about
from training.bookings.agreement_rule import rules_for_jobs
from training.bookings.blueprint import blueprint
from training.bookings.checking import warnings_for
from training.bookings.forms import BookForm, DeskCancelForm, PersonSearchForm
from training.bookings.models import BOOKING_STATE_LABELS, Booking, BookingState
from training.bookings.opening import refusal_of
from training.bookings.operations import book_place, cancel_booking
from training.bookings.operations_offers import give_place
from training.bookings.operations_warnings import note_warnings
from training.bookings.places import standing_of
from training.bookings.queries import booking_by_ref, live_booking, messages_about
from training.bookings.queries_desk import people_of_session
from training.bookings.standing import cancelling_booked
from training.bookings.terms import may_pass_on
from training.bookings.views_book import facts_of, role_in_words, ways_left, what_happened, written_to
from training.catalogue.models import Agreement
from training.core import clock
from training.core.messages import label_of
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.people.queries import current_employments, person_by_ref, search_people
from training.schedule.models import CourseSession
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form
from training.web.paging import page_asked_for, paged
from training.web.sheets import csv_download

CSV_HEADER = (
    "Booking", "State", "Name", "Email address", "Agency", "Role", "Asked", "Reason",
)  # fmt: skip


@blueprint.route("/desk/sessions/<string:ref>/people")
@access.only(*DESK_ROLES)
def people(ref: str) -> ResponseReturnValue:
    """Who is booked, who waits in which order, who has cancelled."""
    return _people(session_for_desk(ref), Form())


@blueprint.route("/desk/sessions/<string:ref>/people.csv")
@access.only(*DESK_ROLES)
def people_csv(ref: str) -> ResponseReturnValue:
    """Who comes, as a file for a spreadsheet."""
    course_session = session_for_desk(ref)
    found = people_of_session(current_viewer(), course_session.id)
    rows = [
        (
            one.ref,
            BOOKING_STATE_LABELS[one.state],
            one.name,
            one.address,
            one.agency,
            one.job_role,
            clock.local(one.booking.asked_at).strftime("%Y-%m-%d %H:%M"),
            one.booking.reason,
        )
        for one in (*found.places, *found.waiting, *found.ended)
    ]
    return csv_download(f"people-{course_session.ref}.csv", CSV_HEADER, rows)


@blueprint.route("/desk/sessions/<string:ref>/people/find")
@access.only(*DESK_ROLES)
def find_person(ref: str) -> ResponseReturnValue:
    """Find somebody to book on the session."""
    course_session = session_for_desk(ref)
    form = PersonSearchForm(request.args)
    words = form.q.data if form.validate() else ""
    found = paged(search_people(current_viewer(), words), page_asked_for()) if words else None
    return render_template(
        "bookings/desk_find_person.html", course_session=course_session, form=form, found=found, words=words
    ), 400 if form.failed else 200


@blueprint.route("/desk/sessions/<string:ref>/people/book/<string:person_ref>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def book_person(ref: str, person_ref: str) -> ResponseReturnValue:
    """Book somebody else; they are told who did it."""
    viewer, course_session = current_viewer(), session_for_desk(ref)
    person = person_by_ref(viewer, person_ref)
    if person is None:
        abort(404)
    employments = current_employments(viewer, person.id, clock.today())
    form = BookForm()
    rules = rules_for_jobs(course_session.course, employments)
    form.offer_ways(ways_left(course_session))
    form.offer(employments, rules=rules, for_other=True)
    warned = warnings_for(viewer, person.id, course_session, employments)
    form.ask_note(warned, for_other=True)
    if form.validate_on_submit():
        try:
            booking = book_place(
                viewer,
                course_session.id,
                person.id,
                form.employment_id,
                declared=form.is_declared,
                booked_by=viewer.person_id,
                way=form.way_chosen,
            )
            note_warnings(viewer, booking, warned, form.noted)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(f"{person.name}: {what_happened(booking)}", "success")
            return redirect(url_for("bookings.people", ref=course_session.ref))
    return render_template(
        "bookings/desk_book_person.html",
        course_session=course_session,
        person=person,
        form=form,
        facts=facts_of(course_session),
        role=role_in_words(employments),
        refusal=refusal_of(course_session),
        present=live_booking(viewer, course_session.id, person.id),
        warned=warned,
        manager_is_asked=Agreement.ASKED in rules,
    ), form.status


@blueprint.route("/desk/bookings/<string:ref>/cancel", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def cancel_for(ref: str) -> ResponseReturnValue:
    """Cancel somebody's booking, with the reason they will read."""
    booking = _booking(ref)
    people_page = url_for("bookings.people", ref=booking.course_session.ref)
    form = DeskCancelForm()
    if not booking.is_live:
        flash(f"The booking {booking.ref} has ended already.", "warning")
        return redirect(people_page)
    if form.validate_on_submit():
        try:
            cancel_booking(current_viewer(), booking.id, form.reason.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field)
        else:
            flash(f"The booking of {booking.person.name} is cancelled.{written_to(booking.person)}", "success")
            return redirect(people_page)
    return render_template(
        "bookings/desk_cancel.html",
        booking=booking,
        form=form,
        facts=facts_of(booking.course_session),
        is_late=cancelling_booked(booking)[1] and booking.state is BookingState.CONFIRMED,
        messages=[
            (label_of(message.kind), message.recipient_address, message.created_at, message.state_in_words)
            for message in messages_about(booking)
        ],
    ), form.status


@blueprint.route("/desk/bookings/<string:ref>/give-place", methods=["POST"])
@access.only(*DESK_ROLES)
def give_place_to(ref: str) -> ResponseReturnValue:
    """Give a free place to somebody on the waiting list, out of turn."""
    booking, form = _booking(ref), Form()
    if form.validate_on_submit():
        try:
            give_place(current_viewer(), booking.id)
        except Refused as refused:
            form.add_error(refused.sentence)
        else:
            flash(f"{booking.person.name} is booked.", "success")
            return redirect(url_for("bookings.people", ref=booking.course_session.ref))
    return _people(booking.course_session, form)


def session_for_desk(ref: str) -> CourseSession:
    """The session a reference names; 404 where there is none."""
    course_session = session_by_ref(current_viewer(), ref)
    if course_session is None:
        abort(404)
    return course_session


def _booking(ref: str) -> Booking:
    booking = booking_by_ref(current_viewer(), ref)
    if booking is None:
        abort(404)
    return booking


def _people(course_session: CourseSession, form: Form) -> ResponseReturnValue:
    found = people_of_session(current_viewer(), course_session.id)
    coming = clock.now() < course_session.starts_at
    return render_template(
        "bookings/desk_people.html",
        course_session=course_session,
        form=form,
        people=found,
        remarks=remarks_about([one.booking.id for one in (*found.places, *found.waiting)]),
        more=parts_of_session(current_viewer(), course_session.id),
        labels=BOOKING_STATE_LABELS,
        silent=sum(not one.address for one in (*found.places, *found.waiting)),
        may_book=refusal_of(course_session) is None,
        may_cancel=coming,
        # While places are passed on by themselves there is none to give.
        may_give=coming and standing_of(course_session.id).free(course_session) > 0 and not may_pass_on(course_session),
    ), form.status
