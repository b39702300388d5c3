"""The desk's sessions with their bookings: the list, and the page of one with what is next."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from training.bookings.additions import parts_of_session
from training.bookings.blueprint import blueprint
from training.bookings.forms_desk_sessions import SessionFilterForm
from training.bookings.places import standing_of
from training.bookings.queries_desk import people_of_session
from training.bookings.queries_desk_sessions import DeskSession, totals_of
from training.bookings.queries_desk_sessions import desk_sessions as sessions_found
from training.bookings.queries_needs import needs_standing
from training.bookings.queries_session import change_standing
from training.bookings.views_public import standing
from training.bookings.wording import part_name, sitting
from training.catalogue.models import MODE_LABELS
from training.core import clock
from training.core.viewer import DESK_ROLES
from training.schedule.models import SESSION_STATUS_LABELS, TRAINER_PART_LABELS, SessionStatus
from training.schedule.operations import readiness, times_of
from training.schedule.queries import SessionOrder, clashes_for_trainers, session_by_ref, trainers_of
from training.schedule.queries_trainers import declined_of
from training.schedule.rules import is_link, missing_to_publish, needs_link, needs_venue
from training.web import access
from training.web.access import current_viewer
from training.web.navigation import register_desk_section
from training.web.paging import Page, page_asked_for, paged

register_desk_section(
    "Sessions",
    "bookings.desk_sessions",
    position=20,
    prefixes=("/desk/sessions", "/desk/venues", "/desk/bookings", "/desk/needs"),
)

TONES = {
    SessionStatus.DRAFT: "waiting",
    SessionStatus.PUBLISHED: "good",
    SessionStatus.CALLED_OFF: "problem",
    SessionStatus.FINISHED: "over",
}
COLUMNS = ((SessionOrder.DATE, "Date"), (SessionOrder.COURSE, "Course"))


@dataclass(frozen=True)
class Heading:
    """A column to sort by: what it says, where it leads, and how the list is sorted by it now, if it is."""

    text: str
    href: str
    sorted: str


@blueprint.get("/desk/sessions")
@access.only(*DESK_ROLES)
def desk_sessions() -> ResponseReturnValue:
    """Which sessions are there, how full are they, and who teaches?"""
    viewer = current_viewer()
    form = SessionFilterForm(request.args)
    form.offer(viewer)
    form.validate()
    filters = form.filters
    found = paged(sessions_found(viewer, filters), page_asked_for())
    page = render_template(
        "bookings/desk_sessions.html",
        form=form,
        page=Page([DeskSession(*row) for row in found.rows], found.total, found.number, found.per_page),
        totals=totals_of(viewer, filters),
        headings=_headings(filters.order),
        order=filters.order,
        is_filtered=any(name in request.args for name in ("words", "status", "year", "course")),
        modes=MODE_LABELS,
        statuses=SESSION_STATUS_LABELS,
        tones=TONES,
    )
    return page, 400 if form.failed else 200


@blueprint.get("/desk/sessions/<string:ref>")
@access.only(*DESK_ROLES)
def desk_session(ref: str) -> ResponseReturnValue:
    """Where does this session stand, who comes, who teaches, and what is next?"""
    viewer = current_viewer()
    session = session_by_ref(viewer, ref) or abort(404)
    trainers = trainers_of(viewer, session.id)
    people = people_of_session(viewer, session.id)
    return render_template(
        "bookings/desk_session.html",
        session=session,
        course=session.course,
        standing=standing(session),
        missing=missing_to_publish(readiness(session), clock.now()) if session.status is SessionStatus.DRAFT else [],
        parts=[(part.number, part_name(session, part.number), sitting(part)) for part in session.parts],
        people=people,
        needs=needs_standing(viewer, session.id),
        change=change_standing(viewer, session.id),
        more=parts_of_session(viewer, session.id),
        declined=declined_of(viewer, session.id),
        free=standing_of(session.id).free(session),
        is_thin=session.status is SessionStatus.PUBLISHED and len(people.places) < session.course.minimum,
        has_begun=session.starts_at <= clock.now(),
        needs_venue=needs_venue(session.mode),
        needs_link=needs_link(session.mode),
        link=session.online_link if is_link(session.online_link) else "",
        trainers=trainers,
        clashes=clashes_for_trainers(
            viewer, [trainer.person_id for trainer in trainers], times_of(session), session.id
        ),
        part_labels=TRAINER_PART_LABELS,
        mode=MODE_LABELS[session.mode],
    )


def _headings(order: SessionOrder) -> list[Heading]:
    """Each heading sorts upwards, and the date downwards where it is sorted upwards already."""
    sorts = {SessionOrder.DATE: "ascending", SessionOrder.DATE_LATEST: "descending", SessionOrder.COURSE: "ascending"}
    headings: list[Heading] = []
    for wanted, text in COLUMNS:
        is_date = wanted is SessionOrder.DATE
        current = order is wanted or (is_date and order is SessionOrder.DATE_LATEST)
        following = SessionOrder.DATE_LATEST if is_date and order is SessionOrder.DATE else wanted
        headings.append(Heading(text, _sorted_by(following), sorts[order] if current and order in sorts else ""))
    return headings


def _sorted_by(order: SessionOrder) -> str:
    given = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in ("page", "sort")}
    return f"{request.path}?{urlencode({**given, 'sort': order.value}, doseq=True)}"
