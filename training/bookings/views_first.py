"""Booking without being signed in: one short page, a code by mail, and the place is theirs."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from training.accounts.entering import enter
from training.accounts.sign_ins import Way as SignInWay
from training.accounts.where_to import remember_where_to
from training.bookings.agreement_rule import agreement_for, agreement_of_partnership, own_rules
from training.bookings.blueprint import blueprint
from training.bookings.forms_first import FirstBookForm, FirstCodeForm
from training.bookings.models import Booking
from training.bookings.models_first import FirstRequest
from training.bookings.opening import refusal_of
from training.bookings.operations_first import begin, held_for, send_another
from training.bookings.operations_first_confirming import Confirmed, confirm_first, first_request
from training.bookings.places import counted, standing_of
from training.bookings.standing import cancelling, passing_on
from training.bookings.terms import is_in_window
from training.bookings.terms_figures import on_cancelling
from training.bookings.views_book import facts_of, ways_left, what_happened
from training.catalogue.models import Agreement, Course
from training.core.policies import terms_figures_in_force
from training.core.refusal import Refused
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.queries import session_by_ref
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form

KEYS = "first_bookings"
"""What this browser has begun: the keys of the pages that ask for codes."""
KEYS_KEPT = 10
GONE = 410
AGAIN = "The time is over and no place is held for you any more. What you typed is still here: you can begin again."


@blueprint.route("/sessions/<string:ref>/book/new", methods=["GET", "POST"])
@access.public
def first_book(ref: str) -> ResponseReturnValue:
    """Book without an account: who you are and where you work; then a code that we send confirms it."""
    course_session = session_to_book(ref)
    if current_viewer().is_signed_in:
        return redirect(url_for("bookings.book", ref=course_session.ref))
    form = _form(course_session)
    before = _begun_before(course_session, str(form.again.data or request.args.get("again", "")))
    if request.method == "GET" and before is not None:
        form.show(before.typed["form"])
        form.again.data = request.args["again"]
    refusal = refusal_of(course_session)
    if refusal is None and form.validate_on_submit() and form.settle_agency():
        rule = agreement_for(course_session.course, form.job().agency_id)
        if form.require_what_the_rule_wants(rule):
            try:
                begun = begin(course_session.id, form.typed(), _keys(), before)
            except Refused as refused:
                form.add_error(refused.sentence, refused.field if refused.field in form else "")
            else:
                session[KEYS] = [*_keys(), begun.key][-KEYS_KEPT:]
                return redirect(url_for("bookings.first_code", ref=course_session.ref, key=begun.key))
    return _page(course_session, form, 409 if refusal and form.is_submitted() else form.status)


@blueprint.route("/sessions/<string:ref>/book/<string:key>", methods=["GET", "POST"])
@access.public
def first_code(ref: str, key: str) -> ResponseReturnValue:
    """Type the code that was sent, and the place is yours."""
    course_session = session_to_book(ref)
    first = first_request(key)
    if first is None or first.session_id != course_session.id:
        return _over(course_session)
    form = FirstCodeForm()
    if form.validate_on_submit():
        try:
            confirmed = confirm_first(key, form.code.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            return _enter(course_session, confirmed) if confirmed is not None else _over(course_session)
    elif first.confirmed_at is not None:
        return redirect(url_for("bookings.book", ref=course_session.ref))
    return _code_page(first, key, form)


@blueprint.post("/sessions/<string:ref>/book/<string:key>/code")
@access.public
def first_new_code(ref: str, key: str) -> ResponseReturnValue:
    """Send another code; the one before is worth nothing then."""
    course_session, form = session_to_book(ref), Form()
    first = first_request(key)
    if first is None or first.session_id != course_session.id:
        return _over(course_session)
    if form.validate_on_submit():
        try:
            send_another(first)
        except Refused:
            return _over(course_session)
        flash("Another code is on its way. The one before does not work any more.", "success")
        return redirect(url_for("bookings.first_code", ref=ref, key=key))
    shown = FirstCodeForm(formdata=None)
    shown.form_errors.extend(text for text, _ in form.errors_for_summary())
    return _code_page(first, key, shown)


def _page(course_session: CourseSession, form: FirstBookForm, status: int) -> ResponseReturnValue:
    refusal = refusal_of(course_session)
    return render_template(
        "bookings/first_book.html",
        course_session=course_session,
        form=form,
        refusal=refusal,
        facts=facts_of(course_session),
        free=standing_of(course_session.id).free(course_session),
        gets_place=counted(course_session).has_place_for(None),
        applies=is_in_window(course_session),
        minutes=int(held_for().total_seconds() // 60),
        asks_manager="manager_address" in form,
        cancelling=cancelling(course_session),
        passing_on=passing_on(course_session),
        terms_say=on_cancelling(terms_figures_in_force()),
        over=AGAIN if status == GONE else "",
    ), status


def session_to_book(ref: str) -> CourseSession:
    """The session a reference names; 404 where there is none that anybody may see."""
    course_session = session_by_ref(current_viewer(), ref)
    if course_session is None or course_session.status is SessionStatus.DRAFT:
        abort(404)
    return course_session


def address_of_request() -> str:
    """The address that the page in the present request writes to, for the limit; empty where its time is over."""
    first = first_request(str((request.view_args or {}).get("key", "")))
    return str(first.typed["address"]) if first is not None else ""


def _form(course_session: CourseSession) -> FirstBookForm:
    form = FirstBookForm()
    form.offer(_possible_rules(course_session.course), ways_left(course_session))
    return form


def _possible_rules(course: Course) -> set[Agreement]:
    """The rules that may hold, as long as it is not known where they work."""
    if course.agreement is not None:
        return {course.agreement}
    return {agreement_of_partnership(), *own_rules().values()}


def _keys() -> list[str]:
    kept: list[str] = session.get(KEYS, [])
    return kept


def _begun_before(course_session: CourseSession, key: str) -> FirstRequest | None:
    """What this browser began before on this session and may put right."""
    first = first_request(key) if key else None
    is_open = first is not None and first.session_id == course_session.id and first.confirmed_at is None
    return first if is_open else None


def _enter(course_session: CourseSession, confirmed: Confirmed) -> ResponseReturnValue:
    booking: Booking | None = confirmed.booking
    if booking is None:
        remember_where_to(url_for("bookings.book", ref=course_session.ref))
        flash(f"Your address is confirmed. {confirmed.why_not}.", "warning")
    else:
        remember_where_to(url_for("bookings.show", ref=booking.ref))
        said = what_happened(booking) if confirmed.is_new else "You had booked this session already."
        flash(f"Your address is confirmed. {said}", "success")
    return enter(confirmed.account, SignInWay.CODE)


def _code_page(first: FirstRequest, key: str, form: FirstCodeForm) -> ResponseReturnValue:
    course_session = first.course_session
    return render_template(
        "bookings/first_code.html",
        course_session=course_session,
        first=first,
        key=key,
        form=form,
        address=first.typed["address"],
        typed=first.typed["form"],
        is_held=first.booking_id is not None,
        applies=is_in_window(course_session),
    ), form.status


def _over(course_session: CourseSession) -> ResponseReturnValue:
    """The page to begin again, with what was typed where the page of the code brought it along."""
    form = FirstBookForm(formdata=None)
    form.offer(_possible_rules(course_session.course), ways_left(course_session))
    form.show(request.form.to_dict())
    return _page(course_session, form, GONE)
