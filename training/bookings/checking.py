"""What is checked when somebody books: what comes first, whom the course is for, their hours, what they have done.

A warning never stops a booking: the way on is to book all the same and ask the officer (`operations_warnings`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from training.bookings.models import LIVE, Booking, BookingState
from training.bookings.rules import overlap
from training.bookings.rules_checking import (
    THEY,
    YOU,
    Voice,
    Warned,
    WarnedKind,
    clash,
    comes_first,
    done_already,
    for_others,
    not_done,
    not_required,
    other_date,
    ran_out,
    required,
    teaches_this,
)
from training.catalogue.models import Course, Requirement
from training.catalogue.queries_conditions import NamedCourse, accepted_for, prerequisites_of, requirements_of
from training.catalogue.rules import is_asked_of
from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import Employment
from training.people.queries import lead_agencies
from training.records.queries import Done, all_done
from training.records.rules import in_date_until
from training.schedule.models import LIVE_ASSIGNMENTS, CourseSession, SessionPart, SessionStatus, TrainerAssignment
from training.web.formats import clock as time_of_day
from training.web.formats import moment

Jobs = Employment | Sequence[Employment] | None
"""The job somebody comes in; several where they have yet to choose, none where it is not known."""

HOW = {
    BookingState.WAITING: "wait for a place",
    BookingState.APPLIED: "have applied for a place",
    BookingState.OFFERED: "are offered a place",
    BookingState.AWAITING_AGREEMENT: "have asked for a place",
}


@dataclass(frozen=True)
class _Sitting:
    """A part of a session that somebody will be at, and as what."""

    session_id: int
    course_id: int
    ref: str
    title: str
    starts_at: datetime
    ends_at: datetime
    first_at: datetime
    last_at: datetime
    """When the whole session begins and ends."""
    state: BookingState | None
    """None for who teaches it."""
    is_named: bool = True
    """Whether the viewer may know which session it is."""


@dataclass(frozen=True)
class _Course:
    """What the catalogue says of the course, read once for however many people."""

    before: list[NamedCourse]
    accepted: Mapping[int, Mapping[int, NamedCourse]]
    requirements: list[Requirement]


def warnings_for(viewer: Viewer, person_id: int, course_session: CourseSession, jobs: Jobs) -> list[Warned]:
    """What the person should know before they book the session, in a fixed order; empty where nothing is found.

    Sentences say “you” where the viewer is the person, else “they”. The caller answers for the person being within
    the viewer’s reach. A constant number of queries.
    """
    return warnings_for_many(viewer, {person_id: jobs}, course_session)[person_id]


def warnings_for_many(
    viewer: Viewer, people: Mapping[int, Jobs], course_session: CourseSession
) -> dict[int, list[Warned]]:
    """`warnings_for` for each of these people, by their key, with the job each comes in; as many queries as for one."""
    if not people:
        return {}
    on = clock.local(course_session.starts_at).date()
    course_id = course_session.course_id
    before = prerequisites_of(viewer, course_id)
    asked_about = [course_id, *(course.id for course in before)]
    facts = _Course(before, accepted_for(viewer, asked_about), requirements_of(viewer, course_id, on))
    done = all_done(viewer, people, asked_about, on)
    sittings = _sittings_of(viewer, people)
    found: dict[int, list[Warned]] = {}
    for person_id, jobs in people.items():
        voice = YOU if viewer.person_id == person_id else THEY
        mine = {key: several for (who, key), several in done.items() if who == person_id}
        coming = sittings.get(person_id, [])
        listed = [jobs] if isinstance(jobs, Employment) else list(jobs or ())
        found[person_id] = [
            *_first_things(voice, facts, mine, coming, course_session),
            *_audience(voice, course_session, listed),
            *_clashes(voice, coming, course_session),
            *_done_or_coming(voice, mine.get(course_id, []), coming, course_session),
            *_requirements(voice, facts.requirements, mine.get(course_id, []), listed),
        ]
    return found


def clashes_with(
    viewer: Viewer, person_id: int, sessions: Sequence[CourseSession], *, without: int | None = None
) -> dict[int, list[Warned]]:
    """What else the person has in the hours of each of `sessions`, by its key, but for the session `without`.

    As many queries for many sessions as for one. The caller answers for the viewer’s reach.
    """
    voice = YOU if viewer.person_id == person_id else THEY
    coming = [one for one in _sittings_of(viewer, [person_id]).get(person_id, []) if one.session_id != without]
    return {one.id: _clashes(voice, coming, one) for one in sessions}


def _first_things(
    voice: Voice,
    facts: _Course,
    done: Mapping[int, list[Done]],
    coming: Sequence[_Sitting],
    course_session: CourseSession,
) -> list[Warned]:
    on = clock.local(course_session.starts_at).date()
    found: list[Warned] = []
    for course in facts.before:
        several = done.get(course.id, [])
        if any(one.counts_on(on) for one in several):
            continue
        accepted = facts.accepted.get(course.id, {})
        places = (
            sitting
            for sitting in coming
            if sitting.course_id in {course.id, *accepted}
            and sitting.state is BookingState.CONFIRMED
            and sitting.last_at <= course_session.starts_at
        )
        place = next(places, None)
        if place is not None and place.is_named:
            starts_on = clock.local(place.first_at).date()
            sentence = comes_first(voice, course.title, place.ref, starts_on)
            found.append(Warned(WarnedKind.COMES_FIRST, sentence, place.ref))
        elif place is None:
            last = several[0].completed_on if several else None
            in_place = [other.title for other in accepted.values() if not other.is_draft]
            found.append(Warned(WarnedKind.PREREQUISITE, not_done(voice, course.title, in_place, last)))
    return found


def _audience(voice: Voice, course_session: CourseSession, jobs: Sequence[Employment]) -> list[Warned]:
    audience = course_session.course.audience
    groups = {job.workforce_group_id for job in jobs} - {None}
    if not audience or not groups or not groups.isdisjoint(group.id for group in audience):
        return []
    return [Warned(WarnedKind.AUDIENCE, for_others(voice, [group.name for group in audience]))]


def _clashes(voice: Voice, coming: Sequence[_Sitting], course_session: CourseSession) -> list[Warned]:
    found: dict[int, Warned] = {}
    for sitting in coming:
        if sitting.session_id == course_session.id:
            if sitting.state is None:
                found[sitting.session_id] = Warned(WarnedKind.CLASH, teaches_this(voice))
            continue
        shared = any(
            overlap(part.starts_at, part.ends_at, sitting.starts_at, sitting.ends_at) for part in course_session.parts
        )
        if shared and sitting.session_id not in found:
            when = f"{moment(sitting.starts_at)} to {time_of_day(sitting.ends_at)}"
            title = sitting.title if sitting.is_named else ""
            sentence = clash(voice, title, sitting.ref, when, teaches=sitting.state is None)
            found[sitting.session_id] = Warned(WarnedKind.CLASH, sentence, sitting.ref if sitting.is_named else "")
    return list(found.values())


def _done_or_coming(
    voice: Voice, done: Sequence[Done], coming: Sequence[_Sitting], course_session: CourseSession
) -> list[Warned]:
    on = clock.local(course_session.starts_at).date()
    found: list[Warned] = []
    counting = next((one for one in done if one.counts_on(on)), None)
    if counting is not None:
        sentence = done_already(voice, counting.title, counting.completed_on, in_place=counting.in_place)
        found.append(Warned(WarnedKind.DONE, sentence))
    named: set[int] = set()
    for sitting in coming:
        same = sitting.course_id == course_session.course_id and sitting.session_id != course_session.id
        if same and sitting.state is not None and sitting.is_named and sitting.session_id not in named:
            named.add(sitting.session_id)
            how = HOW.get(sitting.state, "have a place")
            sentence = other_date(voice, sitting.ref, clock.local(sitting.first_at).date(), how)
            found.append(Warned(WarnedKind.OTHER_DATE, sentence, sitting.ref))
    return found


def _requirements(
    voice: Voice, requirements: Sequence[Requirement], done: Sequence[Done], jobs: Sequence[Employment]
) -> list[Warned]:
    mine = [one for one in requirements if any(_is_for(one, job) for job in jobs)]
    if not mine and requirements and jobs:
        whom = list(dict.fromkeys(of_whom(one) for one in requirements))
        return [Warned(WarnedKind.NOT_REQUIRED, not_required(voice, whom))]
    last = done[0].completed_on if done else None
    return [Warned(WarnedKind.REQUIRED, _stands(voice, one, last)) for one in mine]


def _is_for(one: Requirement, job: Employment) -> bool:
    return is_asked_of(one.workforce_group_id, one.job_role, job.workforce_group_id, job.job_role)


def _stands(voice: Voice, one: Requirement, last: date | None) -> str:
    if last is None or one.every_months is None:
        return required(voice, one.every_months, one.source, last, None)
    until = in_date_until(last, one.every_months)
    assert until is not None
    if until < clock.today():
        return ran_out(voice, one.every_months, one.source, last, until)
    return required(voice, one.every_months, one.source, last, until)


def of_whom(one: Requirement) -> str:
    """Of whom a requirement is asked: “Early help practitioners”, “health visitors in Universal services”."""
    group = one.workforce_group.name if one.workforce_group else ""
    return f"{one.job_role} ({group})" if one.job_role and group else one.job_role or group


def _sittings_of(viewer: Viewer, person_ids: Collection[int]) -> dict[int, list[_Sitting]]:
    """Every part to come that each person is booked on or teaches, soonest first; two queries, and the viewer’s reach.

    A draft is known to the desk only. Others than the person and the desk read of a booking made outside the agencies
    they lead only that there is something.
    """
    parts = (
        select(SessionPart, CourseSession, Course.title)
        .join(CourseSession, CourseSession.id == SessionPart.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(CourseSession.ends_at > clock.now())
        .order_by(SessionPart.starts_at, SessionPart.id)
    )
    published = CourseSession.status == SessionStatus.PUBLISHED
    booked = parts.join(Booking, Booking.session_id == CourseSession.id).where(
        published, Booking.person_id.in_(person_ids), Booking.state.in_(LIVE)
    )
    found: dict[int, list[_Sitting]] = {}
    led = lead_agencies(viewer) if viewer.has(Role.AGENCY_LEAD) else set[int]()
    for part, session, title, state, person_id, agency_id in db.session.execute(
        booked.add_columns(Booking.state, Booking.person_id, Booking.agency_id)
    ):
        named = viewer.works_at_desk or viewer.person_id == person_id or agency_id in led
        found.setdefault(person_id, []).append(_sitting(part, session, title, state, named))
    taught = parts.join(TrainerAssignment, TrainerAssignment.session_id == CourseSession.id).where(
        published | (CourseSession.status == SessionStatus.DRAFT) if viewer.works_at_desk else published,
        TrainerAssignment.person_id.in_(person_ids),
        TrainerAssignment.state.in_(LIVE_ASSIGNMENTS),
    )
    for part, session, title, person_id in db.session.execute(taught.add_columns(TrainerAssignment.person_id)):
        named = viewer.works_at_desk or viewer.person_id == person_id
        found.setdefault(person_id, []).append(_sitting(part, session, title, None, named))
    return {key: sorted(several, key=lambda one: one.starts_at) for key, several in found.items()}


def _sitting(
    part: SessionPart, session: CourseSession, title: str, state: BookingState | None, named: bool
) -> _Sitting:
    return _Sitting(
        session_id=session.id,
        course_id=session.course_id,
        ref=session.ref,
        title=title,
        starts_at=part.starts_at,
        ends_at=part.ends_at,
        first_at=session.starts_at,
        last_at=session.ends_at,
        state=state,
        is_named=named,
    )
