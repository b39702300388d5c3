"""How far fairness speaks for somebody who asks for a place on a course; read for waiting lists and the allotment."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import and_, or_, select

from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy, DeclinedBy
from training.bookings.rules_fairness import rank, reason_in_words
from training.catalogue.models import Course, Requirement
from training.catalogue.queries_conditions import requirements_of
from training.catalogue.rules import is_asked_of
from training.core import clock
from training.core.database import db
from training.core.viewer import WORKER
from training.people.models import Employment
from training.records.queries import all_done
from training.schedule.models import CourseSession, SessionStatus

__all__ = ["fair_rank", "fair_ranks_for", "reason_in_words"]


def fair_rank(person_id: int, employment: Employment | None, course: Course) -> int:
    """0 to 7, the lower goes first: see `rules_fairness.rank`. The role is that of the job they come in.

    Four queries. The same for whoever asks: it decides, and shows nothing.
    """
    return fair_ranks_for(course, {person_id: employment})[person_id]


def fair_ranks_for(course: Course, people: Mapping[int, Employment | None]) -> dict[int, int]:
    """The rank of each of these people, by their key, with the job each comes in; as many queries as for one."""
    if not people:
        return {}
    today = clock.today()
    requirements = requirements_of(WORKER, course.id, today)
    done = all_done(WORKER, people, [course.id], today)
    last = {person_id: several[0].completed_on for (person_id, _), several in done.items()}
    refused = _refused(course.id, people)
    return {
        person_id: rank(
            requires=job is not None and any(_is_for(one, job) for one in requirements),
            attended=person_id in last,
            refused=any(on > last.get(person_id, date.min) for on in refused.get(person_id, ())),
        )
        for person_id, job in people.items()
    }


def _is_for(one: Requirement, job: Employment) -> bool:
    return is_asked_of(one.workforce_group_id, one.job_role, job.workforce_group_id, job.job_role)


def _refused(course_id: int, person_ids: Collection[int]) -> dict[int, list[date]]:
    """The days of the sessions of the course on which each person got no place though they asked for one.

    The allotment said no; or they waited until it began, or until it was called off.
    """
    waited_in_vain = and_(
        Booking.state == BookingState.WAITING,
        CourseSession.status.in_((SessionStatus.PUBLISHED, SessionStatus.FINISHED)),
        CourseSession.starts_at <= clock.now(),
    )
    called_off = and_(
        Booking.state == BookingState.CANCELLED,
        Booking.cancelled_by == CancelledBy.CALLED_OFF,
        Booking.waiting_since.is_not(None),
        Booking.confirmed_at.is_(None),
    )
    declined = and_(Booking.state == BookingState.DECLINED, Booking.declined_by == DeclinedBy.ALLOTMENT)
    rows = db.session.execute(
        select(Booking.person_id, CourseSession.starts_at)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(CourseSession.course_id == course_id, Booking.person_id.in_(person_ids))
        .where(or_(waited_in_vain, called_off, declined))
    )
    found: dict[int, list[date]] = {}
    for person_id, starts_at in rows:
        found.setdefault(person_id, []).append(clock.local(starts_at).date())
    return found
