"""Where figures on sessions and places come from, and which years there is anything to report on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from training.bookings.counting import places_in_all
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Course, CourseKind, CourseStatus
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.planning.models import TrainingPlan
from training.planning.years import TrainingYear
from training.reports.figures import Delivery
from training.reports.queries_attendance import Key, in_year, is_delivered, is_not_closed, is_training
from training.schedule.models import CourseSession


def delivery_by(
    viewer: Viewer,  # noqa: ARG001 - how many sessions ran is published
    keys: Sequence[Any],
    sessions: Sequence[ColumnElement[bool]],
) -> dict[Key, Delivery]:
    """Sessions and places of what `sessions` chooses, grouped by `keys`, columns of CourseSession; one query."""
    confirmed = (
        select(Booking.session_id, func.count().label("bookings"))
        .where(Booking.state == BookingState.CONFIRMED)
        .group_by(Booking.session_id)
        .subquery()
    )
    bookings = func.coalesce(confirmed.c.bookings, 0)
    statement = (
        select(
            *keys,
            func.sum(case((is_delivered(), 1), else_=0)),
            func.sum(case((is_not_closed(), 1), else_=0)),
            func.sum(places_in_all()),
            func.sum(bookings),
            func.sum(case((is_not_closed(), bookings), else_=0)),
        )
        .select_from(CourseSession)
        .outerjoin(confirmed, confirmed.c.session_id == CourseSession.id)
        .where(or_(is_delivered(), is_not_closed()), *sessions)
        .group_by(*keys)
    )
    width = len(keys)
    return {
        tuple(row[:width]): Delivery(*(int(figure) for figure in row[width:])) for row in db.session.execute(statement)
    }


def years_known(viewer: Viewer) -> list[TrainingYear]:  # noqa: ARG001 - the programme is published
    """This year and every year with a session that ran or a plan, the latest first; three queries."""
    ran = (or_(is_delivered(), is_not_closed()), is_training())
    span = select(func.min(CourseSession.ends_at), func.max(CourseSession.ends_at)).where(*ran)
    moments: Sequence[datetime | None] = db.session.execute(span).one()
    between = [TrainingYear.of(clock.local(moment).date()) for moment in moments if moment is not None]
    known = {TrainingYear.of(clock.today())}
    known |= {TrainingYear(starts) for starts in db.session.scalars(select(TrainingPlan.starts))}
    if between:
        years = [TrainingYear(starts) for starts in range(between[0].starts, between[1].starts + 1)]
        found = db.session.scalars(select(year_column(years)).where(*ran).distinct())
        known |= {TrainingYear(starts) for starts in found if starts is not None}
    return sorted(known, reverse=True)


def year_column(years: Sequence[TrainingYear]) -> ColumnElement[int | None]:
    """The year that a CourseSession belongs to, as the calendar year in which it begins; one of `years`, else empty.

    Labelled, so that it is grouped by its name: PostgreSQL takes the same expression twice for two.
    """
    return case(*((in_year(year), year.starts) for year in years)).label("year")


def courses_to_choose(viewer: Viewer) -> list[Course]:
    """Courses a report can be narrowed to, by title; drafts only at the desk, meetings never."""
    statement = select(Course).where(Course.kind != CourseKind.MEETING).order_by(Course.sort_key, Course.id)
    if not viewer.works_at_desk:
        statement = statement.where(Course.status != CourseStatus.DRAFT)
    return list(db.session.scalars(statement))
