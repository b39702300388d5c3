"""Telling people of a change: once for all edits within the quiet period, from what they know to what is now.

Every change of a session under its lock notes here what it was. A tick tells when the quiet period has ended.
"""

from sqlalchemy import select

from training.bookings.models import BookingState
from training.bookings.models_changes import SessionChange
from training.bookings.places import locked_session
from training.bookings.queries_session import live_bookings
from training.bookings.wording import ABOUT_TO_START
from training.changes import notices
from training.changes.knowledge import Known, Step, differences, from_json, known_now, known_since, to_json
from training.changes.notices import Hears, comes
from training.changes.queries import accepted_trainers, asked_trainers
from training.changes.settings import quiet_period
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import WORKER, Viewer
from training.schedule.models import CourseSession, SessionStatus

NOBODY = "There is nobody to tell"
PUT_BACK = "It was put back before anybody was told"
CALLED_OFF = "The session was called off before anybody was told"
BEGUN = "The session began before anybody was told"


def open_change(session_id: int) -> SessionChange | None:
    """The change that people are yet to be told of, if there is one."""
    return db.session.scalar(
        select(SessionChange)
        .where(SessionChange.session_id == session_id, SessionChange.told_at.is_(None))
        .execution_options(populate_existing=True)
    )


def steps_of(change: SessionChange | None) -> list[Step]:
    """Every state of the session since people were last told; none where nothing waits to be told."""
    return from_json(change.was) if change is not None else []


def note_change(viewer: Viewer, session: CourseSession, was: Known, silent_reason: str = "") -> SessionChange:
    """Have people told of what was changed a moment ago, `was` being how the session stood before.

    At once where the start is near, else when the quiet period has ended, which begins anew. Nobody where everybody
    knows the session as it is now, and nobody where there is a `silent_reason`: that settles what still waited, too.
    """
    db.session.flush()
    now, quiet, change = clock.now(), quiet_period(), open_change(session.id)
    steps = [*steps_of(change), Step(now, was)]
    if change is None:
        change = SessionChange(session_id=session.id)
        db.session.add(change)
    change.was = to_json(steps)
    change.changed_at, change.changed_by_id, change.tell_at = now, viewer.person_id, now + quiet
    db.session.flush()
    if silent_reason:
        _settle(change, silent_reason)
        audit.record(viewer, "told nobody of the change", session, reason=silent_reason)
    elif not _anybody_hears(session, steps):
        _settle(change, NOBODY if differences(steps[0].known, known_now(session), comes=True) else PUT_BACK)
    elif min(session.starts_at, *(step.known.starts_at for step in steps)) - now <= ABOUT_TO_START:
        change.tell_at = now
        deliver(viewer, session, change)
    return change


def _anybody_hears(session: CourseSession, steps: list[Step]) -> bool:
    """Whether somebody knows the session otherwise than it is, trainers who have not answered yet among them."""
    was = steps[0].known
    asked_again = was.parts != known_now(session).parts and asked_trainers(session.id) > 0
    return asked_again or bool(who_hears(session, steps)) or notices.venue_hears(session, was)


def tell_now(viewer: Viewer, session_id: int) -> int:
    """Tell people without waiting for the end of the quiet period; returns how many. Refused where nothing waits."""
    session = locked_session(session_id)
    change = open_change(session_id)
    if change is None:
        raise Refused("People have been told already")
    return deliver(viewer, session, change)


def tell_when_due(session_id: int) -> int:
    """The same for the worker: only once the quiet period has ended; returns how many were told."""
    session = locked_session(session_id)
    change = open_change(session_id)
    if change is None or clock.now() < change.tell_at:
        return 0
    return deliver(WORKER, session, change)


def deliver(viewer: Viewer, session: CourseSession, change: SessionChange) -> int:
    """Write to everybody who knows the session otherwise than it is; returns how many people that were."""
    if session.status is not SessionStatus.PUBLISHED:
        return _settle(change, CALLED_OFF)
    if clock.now() >= session.starts_at:
        return _settle(change, BEGUN)
    change.told_at = clock.now()
    steps = steps_of(change)
    hears = who_hears(session, steps)
    for one in hears:
        notices.changed(one)
    venues = notices.venues_told(session, steps[0].known)
    asked = sum(one.is_asked for one in hears)
    audit.record(viewer, "told people of the change", session, after={"people": len(hears), "asked": asked})
    return len(hears) + venues


def settle_called_off(session: CourseSession) -> list[Step]:
    """End a change nobody was told of, for a session that is called off; returns what people know of it."""
    change = open_change(session.id)
    if change is None:
        return []
    _settle(change, CALLED_OFF)
    return steps_of(change)


def who_hears(session: CourseSession, steps: list[Step]) -> list[Hears]:
    """Everybody with a live booking, and trainers who said yes, who know the session otherwise than it is.

    Not a place that is held for some minutes while an address is confirmed: the confirmation says how it is.
    """
    now = known_now(session)
    bookings = [one for one in live_bookings(session.id) if one.state is not BookingState.HELD]
    found: list[Hears] = []
    for one in bookings:
        was = known_since(steps, one.created_at)
        if was is not None and (listed := differences(was, now, comes=comes(one))):
            found.append(Hears(one, was, listed))
    for one in accepted_trainers(session.id):
        was = known_since(steps, one.answered_at or one.created_at)
        if was is not None and (listed := differences(was, now, comes=True)):
            found.append(Hears(one, was, listed))
    return found


def _settle(change: SessionChange, reason: str) -> int:
    change.told_at, change.silent_reason = clock.now(), reason
    db.session.flush()
    return 0
