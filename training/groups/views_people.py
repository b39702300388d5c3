"""Whom to book: picked from the list of one’s people, over several pages with the ticks kept."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from training.bookings.opening import refusal_of
from training.bookings.places import standing_of
from training.bookings.views_book import facts_of
from training.core.viewer import DESK_ROLES
from training.groups.blueprint import blueprint
from training.groups.forms import PeopleFilter
from training.groups.operations import MOST_PEOPLE
from training.groups.queries_people import candidates, people_to_book
from training.groups.sides import Side, address, session_page, session_to_book
from training.web import access
from training.web.access import current_viewer
from training.web.paging import page_asked_for, paged

MOST_IN_ADDRESS = 200
"""How many are kept in an address; longer ones do not reach the server."""


@blueprint.get("/sessions/<string:ref>/group")
@access.signed_in
def people(ref: str) -> ResponseReturnValue:
    """Book several of my people at once: who comes?"""
    return _people(Side.PEOPLE, ref)


@blueprint.get("/desk/sessions/<string:ref>/group")
@access.only(*DESK_ROLES)
def desk_people(ref: str) -> ResponseReturnValue:
    """Book several people at once: who comes?"""
    return _people(Side.DESK, ref)


def chosen_so_far() -> list[str]:
    """The references in the address, each once."""
    return list(dict.fromkeys(text.strip().upper()[:20] for text in request.args.getlist("who")))[:MOST_IN_ADDRESS]


def _people(side: Side, ref: str) -> ResponseReturnValue:
    viewer, course_session = current_viewer(), session_to_book(ref)
    form = PeopleFilter(request.args)
    words = form.words.data if form.validate() else ""
    found = paged(people_to_book(viewer, words), page_asked_for())
    chosen = candidates(viewer, chosen_so_far(), course_session)
    shown = candidates(viewer, [row.ref for row in found.rows], course_session)
    href, text = session_page(side, course_session)
    return render_template(
        "groups/people.html",
        course_session=course_session,
        form=form,
        found=found,
        people=list(shown.values()),
        chosen=chosen,
        elsewhere=[ref for ref in chosen if ref not in shown],
        most=MOST_PEOPLE,
        refusal=refusal_of(course_session),
        facts=facts_of(course_session),
        free=standing_of(course_session.id).free(course_session),
        here=address(side, "people", course_session),
        check=address(side, "check", course_session),
        paste=address(side, "pasted", course_session, chosen),
        back_href=href,
        back_text=text,
    ), 400 if form.failed else 200
