"""What would happen to each of those chosen, how they are to be booked, and the button that books them."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.agreement_rule import agreements_for
from training.bookings.checking import warnings_for_many
from training.bookings.opening import refusal_of
from training.bookings.operations_warnings import note_warnings
from training.bookings.rules_checking import Warned
from training.bookings.terms import GROUP_SKIPS
from training.bookings.views_book import facts_of, ways_left
from training.catalogue.models import Agreement
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.viewer import DESK_ROLES, Viewer
from training.groups.blueprint import blueprint
from training.groups.foreseeing import Foreseen, foresee
from training.groups.forms import MANY, TOGETHER, GroupForm, group_form_for
from training.groups.operations import MOST_PEOPLE, Named, Outcome, book_group
from training.groups.queries_people import Candidate, Range, candidates, range_of
from training.groups.sides import Side, address, session_to_book
from training.groups.views_people import chosen_so_far
from training.groups.wording import each_now, hints_for
from training.schedule.models import CourseSession
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/sessions/<string:ref>/group/check", methods=["GET", "POST"])
@access.signed_in
def check(ref: str) -> ResponseReturnValue:
    """See what would happen to each of my people, and book them."""
    return _check(Side.PEOPLE, ref)


@blueprint.route("/desk/sessions/<string:ref>/group/check", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_check(ref: str) -> ResponseReturnValue:
    """See what would happen to each of these people, and book them."""
    return _check(Side.DESK, ref)


def _check(side: Side, ref: str) -> ResponseReturnValue:
    viewer, course_session = current_viewer(), session_to_book(ref)
    asked_for = chosen_so_far()
    people = list(candidates(viewer, asked_for, course_session).values())
    if not people:
        flash("Choose who comes first.", "warning")
        return redirect(address(side, "people", course_session))
    warned = warnings_for_many(viewer, {one.person_id: one.jobs for one in people}, course_session)
    foreseen = _foreseen(course_session, people)
    form = _form(viewer, course_session, people, warned, foreseen)
    refusal = refusal_of(course_session)
    too_many = len(people) > MOST_PEOPLE
    if refusal is None and not too_many and form.validate_on_submit():
        try:
            outcome = _book(viewer, course_session, people, warned, form)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field if refused.field in form else "")
        else:
            if outcome.group is not None:
                return redirect(url_for("groups.group", ref=outcome.group.ref))
            _say_why_nobody(form, people, outcome)
    return render_template(
        "groups/check.html",
        course_session=course_session,
        facts=facts_of(course_session),
        people=people,
        lost=len(asked_for) - len(people),
        warned=warned,
        now=each_now(people, foreseen),
        free=_free_in_words(people, foreseen),
        form=form,
        refusal=refusal,
        too_many=too_many,
        most=MOST_PEOPLE,
        here=address(side, "check", course_session, [one.ref for one in people]),
        without={
            one.ref: address(side, "check", course_session, [other.ref for other in people if other is not one])
            for one in people
        },
        back=address(side, "people", course_session, [one.ref for one in people]),
        needs_note_hint=not viewer.works_at_desk,
    ), 409 if (refusal or too_many) and form.is_submitted() else form.status


def _form(
    viewer: Viewer,
    course_session: CourseSession,
    people: Sequence[Candidate],
    warned: Mapping[int, Sequence[Warned]],
    foreseen: Foreseen,
) -> GroupForm:
    return group_form_for(
        people,
        warned,
        ways=ways_left(course_session),
        hints=dict(zip((MANY, TOGETHER), hints_for(course_session, foreseen, setting_value(GROUP_SKIPS)), strict=True)),
        declares=_declared_for(range_of(viewer), course_session, people),
        at_desk=viewer.works_at_desk,
    )


def _foreseen(course_session: CourseSession, people: Sequence[Candidate]) -> Foreseen:
    """What would become of those not on the session yet; of several jobs the first counts until one is chosen."""
    new = [one for one in people if not one.present]
    agencies = {one.person_id: one.jobs[0].agency_id if one.jobs else None for one in new}
    return foresee(course_session, agencies, course_session.places_in_all)


def _free_in_words(people: Sequence[Candidate], foreseen: Foreseen) -> list[tuple[str, int]]:
    """How many places each agency among them could have, by name; one entry where it is the same for all."""
    names = {job.agency_id: job.agency.name for one in people for job in one.jobs if job.agency is not None}
    found = {names.get(key or 0, "People without an agency"): places for key, places in foreseen.free.items()}
    if len(set(found.values())) == 1:
        return [("", next(iter(found.values())))]
    return sorted(found.items())


def _declared_for(reach: Range, course_session: CourseSession, people: Sequence[Candidate]) -> list[str]:
    """The names of those whose manager’s agreement is for whoever books to declare: not of one’s own people."""
    jobs = {one.ref: one.jobs for one in people if not one.present}
    agencies = {job.agency_id for several in jobs.values() for job in several} | {None}
    rules = agreements_for(course_session.course, agencies)
    return [
        one.name
        for one in people
        if one.ref in jobs and any(
            rules[job.agency_id if job else None] is Agreement.DECLARED
            and not (job is not None and (reach.leads(job) or reach.manages(job)))
            for job in (jobs[one.ref] or (None,))
        )
    ]  # fmt: skip


def _book(
    viewer: Viewer,
    course_session: CourseSession,
    people: Sequence[Candidate],
    warned: Mapping[int, Sequence[Warned]],
    form: GroupForm,
) -> Outcome:
    jobs = {one.person_id: form.job_of(one) for one in people}
    agencies = {job.agency_id for one in people for job in one.jobs if job.id == jobs[one.person_id]}
    outcome = book_group(
        viewer,
        course_session.id,
        [Named(one.person_id, jobs[one.person_id]) for one in people],
        together=form.come_together,
        declared=form.is_declared,
        agency_id=agencies.pop() if len(agencies) == 1 else None,
        way=form.way_chosen,
    )
    by_person = {one.person_id: one for one in people}
    for booking in outcome.booked:
        note_warnings(viewer, booking, warned[booking.person_id], form.note_of(by_person[booking.person_id]))
    return outcome


def _say_why_nobody(form: GroupForm, people: Sequence[Candidate], outcome: Outcome) -> None:
    """Nobody was booked: say of each what stood in the way."""
    names = {one.person_id: one.name for one in people}
    if form.come_together:
        form.add_error("Nobody was booked: you chose together or not at all, and not all of them can be", "together")
    else:
        form.add_error("Nobody was booked")
    for answer in outcome.answers:
        if answer.refused:
            form.add_error(f"{names[answer.person_id]}: {answer.refused}")
