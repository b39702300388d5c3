"""Deeds on many drafts at once: publishing them now or at a set time, and setting when booking opens and closes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select

from training.catalogue.models import Course
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.core.working_days import bank_holidays, working_days_before
from training.schedule.models import CourseSession, SessionStatus
from training.schedule.operations import publish_session, readiness
from training.schedule.rules import booking_times_problem, missing_to_publish, publish_time_problem

NOTHING_CHOSEN = "Choose at least one session"


@dataclass(frozen=True)
class Left:
    """A draft that a deed on many left as it was, and why, as sentences without full stops."""

    ref: str
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a deed on many drafts: the references of those it was done to, and those it left."""

    done: list[str]
    left: list[Left]


def publish_together(viewer: Viewer, session_ids: Sequence[int]) -> Outcome:
    """Publish every one of these drafts that is ready; the others stay drafts, with what is missing."""
    outcome = Outcome([], [])
    now = clock.now()
    for session in _locked_drafts(session_ids):
        if missing := missing_to_publish(readiness(session), now):
            outcome.left.append(Left(session.ref, session.course.title, tuple(missing)))
        else:
            publish_session(viewer, session.id)
            outcome.done.append(session.ref)
    return outcome


def publish_at(viewer: Viewer, session_ids: Sequence[int], moment: datetime) -> Outcome:
    """Have these drafts published at `moment` by the worker, which looks again at what is missing then.

    Those that start before it stay as they are.
    """
    if moment <= clock.now():
        raise Refused("Enter a time in the future", "publish_on")
    outcome = Outcome([], [])
    for session in _locked_drafts(session_ids):
        if sentence := publish_time_problem(moment, session.starts_at, clock.now()):
            outcome.left.append(Left(session.ref, session.course.title, (sentence,)))
            continue
        _set(viewer, session, "set when the draft is published", {"publish_at": moment})
        outcome.done.append(session.ref)
    return outcome


def take_back_publishing(viewer: Viewer, session_ids: Sequence[int]) -> Outcome:
    """Leave these drafts unpublished until somebody publishes them: no set time any more."""
    outcome = Outcome([], [])
    for session in _locked_drafts(session_ids):
        if session.publish_at is None:
            outcome.left.append(Left(session.ref, session.course.title, ("It had no set time",)))
            continue
        _set(viewer, session, "took back when the draft is published", {"publish_at": None})
        outcome.done.append(session.ref)
    return outcome


@dataclass(frozen=True)
class BookingTimes:
    """When booking opens and closes for many sessions; None leaves what each has.

    It closes so many working days before each session starts, at the time of the clock.
    """

    opens_at: datetime | None = None
    closes_days_before: int | None = None
    closes_time: time = time(17)


def set_booking_times(viewer: Viewer, session_ids: Sequence[int], times: BookingTimes) -> Outcome:
    """Set when booking opens and closes for these drafts; those that it does not fit stay as they are."""
    outcome = Outcome([], [])
    for session in _locked_drafts(session_ids):
        opens_at, closes_at = _wanted(session, times)
        _field, sentence = booking_times_problem(opens_at, closes_at, session.starts_at, session.applications_close_at)
        if sentence:
            outcome.left.append(Left(session.ref, session.course.title, (sentence,)))
            continue
        wanted = {"booking_opens_at": opens_at, "booking_closes_at": closes_at}
        _set(viewer, session, "set when booking opens and closes", wanted)
        outcome.done.append(session.ref)
    return outcome


def _wanted(session: CourseSession, times: BookingTimes) -> tuple[datetime | None, datetime | None]:
    closes_at = session.booking_closes_at
    if times.closes_days_before is not None:
        starts_on = clock.local(session.starts_at).date()
        on = working_days_before(starts_on, times.closes_days_before, bank_holidays())
        # On the day itself booking cannot close later than the session starts.
        closes_at = min(clock.instant(on, times.closes_time), session.starts_at)
    return times.opens_at or session.booking_opens_at, closes_at


def _set(viewer: Viewer, session: CourseSession, deed: str, wanted: Mapping[str, object]) -> None:
    before, after = audit.changes(session, dict(wanted))
    if after:
        audit.record(viewer, deed, session, before=before, after=after)
        db.session.flush()


def _locked_drafts(session_ids: Sequence[int]) -> list[CourseSession]:
    """The drafts among these, courses locked first and in the order of their keys; others are no longer drafts."""
    if not session_ids:
        raise Refused(NOTHING_CHOSEN)
    courses = select(CourseSession.course_id).where(CourseSession.id.in_(session_ids))
    db.session.execute(select(Course.id).where(Course.id.in_(courses)).order_by(Course.id).with_for_update()).all()
    locked = db.session.scalars(
        select(CourseSession)
        .where(CourseSession.id.in_(session_ids))
        .order_by(CourseSession.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    drafts = [session for session in locked if session.status is SessionStatus.DRAFT]
    if not drafts:
        raise Refused("None of these is a draft any more. Somebody has published or discarded them")
    return sorted(drafts, key=lambda session: (session.starts_at, session.id))
