"""What people called agencies that are not listed: how many, since when, and which agency they may mean."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.agencies.models import UnlistedName
from training.agencies.queries_names import Match, Names
from training.bookings.models import LIVE, Booking
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Employment, Person
from training.schedule.models import CourseSession


@dataclass(frozen=True)
class Named:
    """One name in whatever spelling: who works there, since when it is asked, and what the desk once answered."""

    folded: str
    name: str
    """The spelling most people chose."""
    people: list[Person]
    jobs: list[int]
    asked_at: datetime
    answered: UnlistedName | None = None
    close: list[Match] = field(default_factory=list[Match])

    @property
    def is_open(self) -> bool:
        """Whether the desk has something to do: nothing answered yet, or named again since."""
        return self.answered is None or self.asked_at > self.answered.answered_at


def names_to_confirm(viewer: Viewer, *, with_matches: bool = False) -> list[Named]:
    """The names of agencies that are not listed, the longest-standing first; three queries, five with matches.

    One that was answered counts from when it was named again. Nothing but for the desk.
    """
    if not viewer.works_at_desk:
        return []
    answered = {row.folded: row for row in db.session.scalars(select(UnlistedName))}
    jobs: dict[str, list[Employment]] = {}
    for job in db.session.scalars(
        select(Employment)
        .join(Person, Person.id == Employment.person_id)
        .where(Employment.agency_id.is_(None), Person.merged_into_id.is_(None))
        .options(joinedload(Employment.person))
        .order_by(Employment.created_at, Employment.id)
    ):
        jobs.setdefault(folded(job.agency_named)[:200], []).append(job)
    names = Names(viewer) if with_matches else None
    found = [_named(key, rows, answered.get(key), names) for key, rows in jobs.items()]
    return sorted(found, key=lambda named: (named.asked_at, named.folded))


def _named(key: str, jobs: list[Employment], answered: UnlistedName | None, names: Names | None) -> Named:
    spelling = Counter(job.agency_named for job in jobs).most_common(1)[0][0]
    since = [job.created_at for job in jobs if answered is None or job.created_at > answered.answered_at]
    return Named(
        folded=key,
        name=spelling,
        people=list(dict.fromkeys(job.person for job in jobs)),
        jobs=[job.id for job in jobs],
        asked_at=min(since) if since else jobs[0].created_at,
        answered=answered,
        close=names.close_to(spelling) if names else [],
    )


def name_to_confirm(viewer: Viewer, name: str) -> Named | None:
    """What is known of one name, in whatever spelling; None where nobody (any more) calls an agency so."""
    wanted = folded(name)[:200]
    return next((named for named in names_to_confirm(viewer, with_matches=True) if named.folded == wanted), None)


def bookings_without_agency(viewer: Viewer) -> list[Booking]:
    """Coming bookings of people whose agency has closed, the nearest first: they were asked where they work now."""
    if not viewer.works_at_desk:
        return []
    return list(
        db.session.scalars(
            select(Booking)
            .join(CourseSession, CourseSession.id == Booking.session_id)
            .join(Employment, Employment.id == Booking.employment_id)
            .where(
                Booking.agency_id.is_(None),
                Employment.agency_id.is_not(None),
                Booking.state.in_(LIVE),
                CourseSession.starts_at > clock.now(),
            )
            .options(
                joinedload(Booking.person),
                joinedload(Booking.course_session).joinedload(CourseSession.course),
                joinedload(Booking.employment).joinedload(Employment.agency),
            )
            .order_by(CourseSession.starts_at, Booking.id)
        )
    )
