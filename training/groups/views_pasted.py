"""Whom to book, from a pasted list: each line is found, asked about, added or refused, and then all are checked."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from training.agencies.queries import agency_choices
from training.bookings.opening import refusal_of
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role, Viewer
from training.groups.blueprint import blueprint
from training.groups.forms_pasted import LEAVE, PastedForm, pasted_form_for
from training.groups.looking_up import ReadList, key_of, look_up
from training.groups.operations import MOST_PEOPLE
from training.groups.operations_adding import add_named
from training.groups.reading import MOST_LINES, TooLong
from training.groups.sides import Side, address, session_to_book
from training.groups.views_people import chosen_so_far
from training.people.queries_agency import own_agencies
from training.schedule.models import CourseSession
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count


@blueprint.route("/sessions/<string:ref>/group/list", methods=["GET", "POST"])
@access.signed_in
def pasted(ref: str) -> ResponseReturnValue:
    """Paste a list of my people to book."""
    return _pasted(Side.PEOPLE, ref)


@blueprint.route("/desk/sessions/<string:ref>/group/list", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def desk_pasted(ref: str) -> ResponseReturnValue:
    """Paste a list of people to book."""
    return _pasted(Side.DESK, ref)


def _pasted(side: Side, ref: str) -> ResponseReturnValue:
    viewer, course_session = current_viewer(), session_to_book(ref)
    before = chosen_so_far()
    read, too_long = _read(viewer, course_session)
    form = pasted_form_for(read, _agencies(viewer) if read is not None and read.unknown else [])
    refusal = refusal_of(course_session)
    if refusal is None and form.validate_on_submit():
        if too_long:
            form.add_error(f"The list has {too_long} lines. Paste up to {MOST_LINES} at once", "people")
        elif read is not None and (who := _whom(viewer, form, read, before)) is not None:
            _say_what_was_passed_over(read)
            return redirect(address(side, "check" if who else "people", course_session, who))
    return render_template(
        "groups/pasted.html",
        course_session=course_session,
        form=form,
        read=read if form.is_submitted() and not too_long else None,
        refusal=refusal,
        here=address(side, "pasted", course_session, before),
        back=address(side, "people", course_session, before),
        most=MOST_PEOPLE,
        most_lines=MOST_LINES,
        is_desk=side is Side.DESK,
        key_of=key_of,
    ), 409 if refusal and form.is_submitted() else form.status


def _read(viewer: Viewer, course_session: CourseSession) -> tuple[ReadList | None, str]:
    """The list that was sent, read, and how many lines it has where those are too many."""
    if request.method != "POST":
        return None, ""
    try:
        return look_up(viewer, course_session, request.form.get("people", "")), ""
    except TooLong as error:
        return None, str(error)


def _agencies(viewer: Viewer) -> list[tuple[int, str]]:
    """Where whoever is unknown can be added."""
    if viewer.works_at_desk:
        return [(one.id, one.name) for one in agency_choices(viewer)]
    return own_agencies(viewer) if viewer.has(Role.AGENCY_LEAD) else []


def _whom(viewer: Viewer, form: PastedForm, read: ReadList, before: Sequence[str]) -> list[str] | None:
    """The references of all to be checked, with those added now; None where the form says what stands against it.

    Whoever is asked first is not among them, so that there may be nobody to check yet.
    """
    who = [*before, *read.found]
    who += [ref for line, _ in read.several if (ref := form.chosen_for(line)) != LEAVE]
    wanted = [line for line in read.unknown if form.wants_added(line)]
    if len(dict.fromkeys(who)) + len(wanted) > MOST_PEOPLE:
        form.add_error(f"A group has up to {count(MOST_PEOPLE, 'person')}. Send the list in parts", "people")
        return None
    asked: list[str] = []
    for line in wanted:
        try:
            person = add_named(viewer, form.new_person(line))
        except Refused as refused:
            form.refuse(line, refused.sentence, refused.field)
            continue
        if person is None:
            asked.append(line.address)
        else:
            who.append(person.ref)
    if not who and not asked and not form.failed:
        form.add_error("Nobody in this list can be booked now", "people")
    if form.failed:
        return None
    for address_asked in asked:
        flash(f"{address_asked} is asked by email, and can be booked once they agree.", "warning")
    return list(dict.fromkeys(who))


def _say_what_was_passed_over(read: ReadList) -> None:
    for line, first in read.twice:
        flash(
            f"Line {line.number} names {line.name or line.address} again, as line {first} does. They count once.",
            "warning",
        )
