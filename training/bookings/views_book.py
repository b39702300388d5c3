"""The one page on which a person books themselves."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.agreement_rule import rules_for_jobs
from training.bookings.agreements import is_asked_about
from training.bookings.asking import who_is_asked
from training.bookings.blueprint import blueprint
from training.bookings.checking import warnings_for
from training.bookings.forms import BookForm, agency_named
from training.bookings.models import Booking, BookingState, Way
from training.bookings.opening import refusal_of
from training.bookings.operations import book_place
from training.bookings.operations_warnings import note_warnings
from training.bookings.places import counted, standing_of
from training.bookings.queries import live_booking
from training.bookings.queries_told import manager_to_be_told
from training.bookings.standing import cancelling, passing_on
from training.bookings.terms_figures import on_cancelling
from training.bookings.wording import place, sitting
from training.bookings.wording_agreement import before_booking
from training.catalogue.models import Mode
from training.core import clock
from training.core.database import db
from training.core.policies import terms_figures_in_force
from training.core.refusal import Refused
from training.people.models import Employment, Person
from training.people.operations_standing import drop_manager
from training.people.queries import current_employments
from training.people.queries_contacts import ContactKind, who_receives
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count, moment

WHO_AGREES = {
    ContactKind.MANAGER: "the line manager",
    ContactKind.LEAD: "the agency’s training lead",
    ContactKind.OFFICER: "the training team",
}
NO_ROLE = "We do not know your agency yet. You can book all the same; tell us on your account page."


@blueprint.route("/sessions/<string:ref>/book", methods=["GET", "POST"])
@access.public
def book(ref: str) -> ResponseReturnValue:
    """What, when, where, in which role; one button books. Without being signed in: to the page that asks who it is."""
    viewer = current_viewer()
    course_session = session_by_ref(viewer, ref)
    if course_session is None or course_session.status is SessionStatus.DRAFT:
        abort(404)
    if viewer.person_id is None:
        return redirect(url_for("bookings.first_book", ref=course_session.ref))
    present = live_booking(viewer, course_session.id, viewer.person_id)
    if present is not None:
        return redirect(url_for("bookings.show", ref=present.ref))
    employments = current_employments(viewer, viewer.person_id, clock.today())
    form = BookForm()
    rules = rules_for_jobs(course_session.course, employments)
    form.offer(employments, rules=rules, for_other=False)
    form.offer_ways(ways_left(course_session))
    warned = warnings_for(viewer, viewer.person_id, course_session, employments)
    form.ask_note(warned)
    refusal = refusal_of(course_session)
    if refusal is None and form.validate_on_submit():
        try:
            for job in form.jobs_without_their_manager(employments):
                drop_manager(viewer, job)
            # Written before the places are locked: a lock must not wait behind changes nobody has sent yet.
            db.session.flush()
            booking = book_place(
                viewer,
                course_session.id,
                viewer.person_id,
                form.employment_id,
                declared=form.is_declared,
                way=form.way_chosen,
            )
            note_warnings(viewer, booking, warned, form.noted)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            flash(what_happened(booking), "success")
            if form.says_manager_changed:
                flash("Please tell us on your account page who your line manager is now.", "warning")
            return redirect(url_for("bookings.show", ref=booking.ref))
    standing = standing_of(course_session.id)
    return render_template(
        "bookings/book.html",
        course_session=course_session,
        form=form,
        refusal=refusal,
        facts=facts_of(course_session),
        role=role_in_words(employments),
        free=standing.free(course_session),
        waiting=standing.waiting,
        gets_place=any(
            counted(course_session).has_place_for(agency) for agency in {job.agency_id for job in employments} or {None}
        ),
        warned=warned,
        agreement=before_booking(course_session, employments),
        cancelling=cancelling(course_session),
        passing_on=passing_on(course_session),
        terms_say=on_cancelling(terms_figures_in_force()),
    ), 409 if refusal and form.is_submitted() else form.status


def ways_left(course_session: CourseSession) -> dict[Way, str]:
    """How many places are left each way of attending; nothing where the session leaves no choice."""
    if course_session.mode is not Mode.HYBRID:
        return {}
    free = standing_of(course_session.id).free_by_way(course_session)
    return {way: _left(free[way]) if way in free else "" for way in Way}


def _left(free: int) -> str:
    return f"{count(free, 'place')} left" if free > 0 else "Full: you would join the waiting list"


def facts_of(course_session: CourseSession) -> list[tuple[str, str]]:
    """When and where, as facts for a page."""
    several = len(course_session.parts) > 1
    dates = [(f"Day {part.number}" if several else "When", sitting(part)) for part in course_session.parts]
    return [*dates, ("Where", place(course_session)), ("Session", course_session.ref)]


def role_in_words(employments: list[Employment]) -> str:
    """In which role somebody comes who has nothing to choose; empty where they choose."""
    if len(employments) > 1:
        return ""
    if not employments:
        return NO_ROLE
    job = employments[0]
    return f"{job.job_role or 'Role not given'}, {agency_named(job)}"


def written_to(person: Person) -> str:
    """Where a message to the person went, as a sentence: to them, or to whoever receives theirs."""
    to = who_receives(person)
    if not to.on_behalf_of:
        return f" We have written to {to.address}."
    return f" {person.given_name} has no email address, so we have written to {to.name}, who passes it on."


def what_happened(booking: Booking) -> str:
    """What booking came to, and who was told, for the person who did it."""
    told = written_to(booking.person)
    if booking.state is BookingState.CONFIRMED:
        manager = manager_to_be_told(booking)
        also = f" The line manager at {manager} reads of it in the next message we send them." if manager else ""
        return f"The place is booked.{told}{also}"
    if booking.state is BookingState.AWAITING_AGREEMENT and booking.agreement_until is not None:
        return f"A place is kept until {moment(booking.agreement_until)}, for {_whom(booking)} to agree.{told}"
    asked = f" We have asked {_whom(booking)} already." if is_asked_about(booking) else ""
    if booking.state is BookingState.APPLIED and booking.course_session.applications_close_at is not None:
        closes = moment(booking.course_session.applications_close_at)
        return f"The application is in. Places are given out after {closes}.{asked}{told}"
    return f"The session is full, so the booking is on the waiting list.{asked}{told}"


def _whom(booking: Booking) -> str:
    return WHO_AGREES[who_is_asked(booking).kind]
