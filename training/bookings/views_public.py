"""The shop window: the programme, a course and a session, readable without signing in."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from training.bookings.blueprint import blueprint
from training.bookings.forms_programme import ProgrammeFilterForm
from training.bookings.models import Booking, BookingState
from training.bookings.queries_programme import (
    CourseCard,
    DaySession,
    ProgrammeFilters,
    ProgrammeSession,
    course_cards,
    last_ran_at,
    own_booking,
    places_taken,
    sessions_of_course,
    sittings_between,
    upcoming_sessions,
)
from training.bookings.reach import books_for_others
from training.bookings.rules import Refusal, may_book
from training.bookings.standing import passing_on
from training.bookings.wording import part_name, sitting
from training.bookings.wording_agreement import agreement_in_words
from training.catalogue.models import COURSE_KIND_LABELS, MODE_LABELS, CourseStatus
from training.catalogue.queries import course_by_slug
from training.catalogue.queries_conditions import conditions_of
from training.core import clock
from training.core.columns import folded
from training.core.notes import note
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.queries import session_by_ref, trainers_of, trains_at
from training.schedule.rules import is_link, needs_link
from training.web import access
from training.web.access import current_viewer
from training.web.formats import WEEKDAYS
from training.web.limits import SEARCHES, take
from training.web.navigation import register_tab
from training.web.paging import Page, page_asked_for, paged

register_tab("Courses", "bookings.courses", position=10, prefixes=("/courses", "/sessions"))

VIEWS = {"dates": "Dates", "month": "Month", "courses": "Courses"}
FIRST_YEAR, LAST_YEAR = 2000, 2100
FRIDAY = 4


@dataclass(frozen=True)
class MonthLink:
    """Another month, and the way to it with the same filters."""

    first: date
    href: str


@dataclass(frozen=True)
class Month:
    """A month as the grid shows it: weeks of days, each with its sittings; None for days of other months."""

    first: date
    weekdays: Sequence[str]
    """Without the weekend where nothing is on it."""
    weeks: Sequence[Sequence[tuple[date, Sequence[DaySession]] | None]]
    days: int
    """On how many days there are sessions."""
    before: MonthLink
    after: MonthLink


@blueprint.get("/courses")
@access.public
def courses() -> ResponseReturnValue:
    """What training is there, and when? As dates, month by month, or as courses."""
    viewer = current_viewer()
    form = ProgrammeFilterForm(request.args)
    form.offer(viewer)
    form.validate()
    view = request.args.get("view", "dates")
    if view not in VIEWS:
        abort(404)
    found = _find(viewer, view, form.filters)
    page = render_template(
        "bookings/public/courses.html",
        form=form,
        view=view,
        views=[(text, _address(view=name, month=None), name == view) for name, text in VIEWS.items()],
        is_filtered=form.filters != ProgrammeFilters(),
        kinds=COURSE_KIND_LABELS,
        **found,
    )
    return page, 400 if form.failed else 200


@blueprint.get("/courses/<string:slug>")
@access.public
def course(slug: str) -> ResponseReturnValue:
    """Is this course for me, what will I be able to do after it, and when does it run?"""
    viewer = current_viewer()
    found = course_by_slug(viewer, slug) or abort(404)
    sessions = sessions_of_course(viewer, found.id)
    return render_template(
        "bookings/public/course.html",
        course=found,
        sessions=sessions,
        bookable=next((session for session in sessions if session.refusal is None and session.free > 0), None),
        last_ran_at=None if sessions else last_ran_at(viewer, found.id),
        is_retired=found.status is CourseStatus.RETIRED,
        may_wait=found.status is CourseStatus.LIVE,
        kind=COURSE_KIND_LABELS[found.kind],
        mode=MODE_LABELS[found.mode],
        agreement=agreement_in_words(viewer, found),
        conditions=conditions_of(viewer, found.id),
        today=clock.today(),
    )


@blueprint.get("/sessions/<string:ref>")
@access.public
def session(ref: str) -> ResponseReturnValue:
    """Can I come?"""
    viewer = current_viewer()
    found = session_by_ref(viewer, ref) or abort(404)
    booking = own_booking(viewer, found.id)
    sees_link = viewer.works_at_desk or _has_place(booking) or trains_at(viewer, found.id)
    return render_template(
        "bookings/public/session.html",
        session=found,
        course=found.course,
        booking=booking,
        has_place=_has_place(booking),
        free=found.places_in_all - places_taken(viewer, [found.id])[found.id],
        standing=standing(found),
        parts=[(part_name(found, part.number), sitting(part)) for part in found.parts],
        comes_online=needs_link(found.mode),
        link=found.online_link if sees_link and is_link(found.online_link) else "",
        sees_link=sees_link,
        trainers=trainers_of(viewer, found.id),
        agreement=agreement_in_words(viewer, found.course),
        mode=MODE_LABELS[found.mode],
        passing_on=passing_on(found),
        may_book_others=books_for_others(viewer),
        may_wait=found.course.status is CourseStatus.LIVE,
    )


def standing(found: CourseSession) -> str:
    """Where a session stands for somebody who wants to come: `open`, or why not."""
    if found.status in (SessionStatus.DRAFT, SessionStatus.CALLED_OFF, SessionStatus.FINISHED):
        return found.status.value
    if found.ends_at <= clock.now():
        return "over"
    refusal = may_book(
        clock.now(),
        published=True,
        opens_at=found.booking_opens_at,
        closes_at=found.booking_closes_at,
        starts_at=found.starts_at,
    )
    return "open" if refusal is None else refusal.value


def _has_place(booking: Booking | None) -> bool:
    return booking is not None and booking.state is BookingState.CONFIRMED


def _find(viewer: Viewer, view: str, filters: ProgrammeFilters) -> dict[str, object]:
    if view == "month":
        return {"month": _month(viewer, filters)}
    if view == "courses":
        cards = course_cards(viewer, filters)
        _note_search(filters, sessions=None, courses=len(cards))
        return {"cards": cards}
    rows = paged(upcoming_sessions(viewer, filters), page_asked_for())
    sessions = [ProgrammeSession(*row) for row in rows.rows]
    found = Page(sessions, rows.total, rows.number, rows.per_page)
    cards: list[CourseCard] = [] if found.total else course_cards(viewer, _without_dates(filters))
    _note_search(filters, sessions=found.total, courses=len(cards))
    return {"page": found, "months": _by_month(sessions), "cards": cards, "refusals": Refusal}


def _without_dates(filters: ProgrammeFilters) -> ProgrammeFilters:
    return ProgrammeFilters(
        words=filters.words, kind=filters.kind, priority_id=filters.priority_id, audience=filters.audience
    )


def _note_search(filters: ProgrammeFilters, *, sessions: int | None, courses: int) -> None:
    # What people look for and do not find is evidence of need.
    is_without_result = filters.words and not sessions and (sessions == 0 or courses == 0)
    if is_without_result and request.method == "GET" and take(SEARCHES) is None:
        note("search-without-result", words=folded(filters.words), courses=courses)


def _by_month(sessions: Sequence[ProgrammeSession]) -> list[tuple[date, list[ProgrammeSession]]]:
    months: dict[date, list[ProgrammeSession]] = {}
    for row in sessions:
        months.setdefault(clock.local(row.starts_at).date().replace(day=1), []).append(row)
    return list(months.items())


def _month(viewer: Viewer, filters: ProgrammeFilters) -> Month:
    first = _month_asked_for(filters)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    on_days: dict[date, list[DaySession]] = {}
    for row in sittings_between(viewer, first, clock.months_later(first, 1) - timedelta(days=1), filters):
        on_days.setdefault(row.on, []).append(row)
    width = 7 if any(day.weekday() >= FRIDAY + 1 for day in on_days) else FRIDAY + 1
    return Month(
        first=first,
        weekdays=WEEKDAYS[:width],
        weeks=[
            [(day, on_days.get(day, [])) if day.month == first.month else None for day in week[:width]]
            for week in weeks
            if any(day.month == first.month for day in week[:width])
        ],
        days=len(on_days),
        before=_month_link(clock.months_later(first, -1)),
        after=_month_link(clock.months_later(first, 1)),
    )


def _month_asked_for(filters: ProgrammeFilters) -> date:
    text = request.args.get("month", "")
    if not text:
        return (filters.start or clock.today()).replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(404)
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        abort(404)
    return first


def _month_link(first: date) -> MonthLink:
    return MonthLink(first, _address(view="month", month=f"{first:%Y-%m}"))


def _address(**changed: str | None) -> str:
    """The present address with some of its arguments changed, or left out where None."""
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in (*changed, "page")}
    given = {name: value for name, value in changed.items() if value is not None}
    return f"{request.path}?{urlencode({**kept, **given}, doseq=True)}"
