"""The allotment of a session's places at the close of its application window, and deciding otherwise."""

import secrets
from datetime import timedelta

from sqlalchemy import select

from training.allotment import notices
from training.allotment.deciding import NO_AGENCY, ground_kept, ground_of
from training.allotment.rules import Share
from training.bookings.models import Booking, BookingState
from training.bookings.models_allotment import Allotment, AllotmentResult
from training.bookings.operations import require_not_begun
from training.bookings.places import counted, locked_session, promote_waiting, take_place
from training.bookings.states import put_on_list
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.schedule.models import CourseSession, SessionStatus

FIRM = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)


def allot_places(viewer: Viewer, session_id: int) -> Allotment | None:
    """Give out the places once applications have closed, and tell everybody why; None where there is nothing to do.

    Whoever gets none waits, in the order in which places would go on.
    """
    course_session = locked_session(session_id)
    if not is_due(course_session):
        return None
    ground, seed = ground_of(course_session), secrets.token_hex(8)
    shares = ground.decide(seed)
    allotment = Allotment(session_id=session_id, seed=seed, ran_at=clock.now(), applied=ground.as_kept())
    course_session.allotted_at = allotment.ran_at
    db.session.add(allotment)
    db.session.flush()
    audit.record(
        viewer,
        "allotted the places",
        allotment,
        after={"applications": len(shares), "places": sum(share.has_place for share in shares)},
    )
    groups = {one.key: ground.names.get(one.group, NO_AGENCY) for one in ground.applicants}
    for position, share in enumerate(shares, 1):
        booking = db.session.get_one(Booking, share.key, populate_existing=True)
        reason = notices.why(share.because, groups[share.key], booking.fair_rank, drawn=share.drawn)
        db.session.add(
            AllotmentResult(
                allotment=allotment, booking=booking, position=position, has_place=share.has_place, reason=reason
            )
        )
        # A place they were given a moment ago on another date may have ended it.
        if booking.state is BookingState.APPLIED:
            _settle(viewer, booking, share, position, reason)
    promote_waiting(viewer, course_session)
    return allotment


def is_due(course_session: CourseSession) -> bool:
    """Whether applications have closed and places were not given out yet."""
    closed = course_session.applications_close_at is not None and course_session.applications_close_at <= clock.now()
    return (
        closed
        and course_session.allotted_at is None
        and course_session.status is SessionStatus.PUBLISHED
        and clock.now() < course_session.starts_at
    )


def repeats(allotment: Allotment) -> bool:
    """Whether the run, done again on what it was decided on, gives the answer that was kept."""
    kept = db.session.execute(
        select(AllotmentResult.booking_id, AllotmentResult.has_place, AllotmentResult.overridden_reason)
        .where(AllotmentResult.allotment_id == allotment.id)
        .order_by(AllotmentResult.position)
    ).all()
    again = ground_kept(allotment.applied).decide(allotment.seed)
    return [(share.key, share.has_place) for share in again] == [
        (row.booking_id, row.has_place != bool(row.overridden_reason)) for row in kept
    ]


def decide_otherwise(
    viewer: Viewer, session_id: int, give_id: int, take_id: int | None, reason: str
) -> tuple[Booking, Booking | None]:
    """Give a place to somebody who waits, against the allotment: a free one, or that of another who waits instead.

    One deed with one reason, which both are told. Limits of agencies do not stop the officer.
    """
    if not (viewer.is_machine or viewer.has(Role.OFFICER)):
        raise LookupError("only an officer decides otherwise")
    if not reason.strip():
        raise Refused("Enter why you decide otherwise. Both people will read it", "reason")
    course_session = locked_session(session_id)
    require_not_begun(course_session)
    if course_session.allotted_at is None:
        raise Refused("The places of this session have not been allotted")
    given = _booking(session_id, give_id)
    if given.state is not BookingState.WAITING:
        raise Refused("Select somebody who waits", "give")
    taken = _booking(session_id, take_id) if take_id is not None else None
    if taken is not None:
        if taken.state not in FIRM:
            raise Refused("Select somebody who has a place", "take")
        put_on_list(viewer, taken, "took the place back", goes_first=False, reason=reason)
    now = counted(course_session)
    if now.room.free[now.waiter(given).way] < 1:
        raise Refused("There is no free place for this person. Select whose place they take", "take")
    take_place(viewer, given, "was given a place against the allotment")
    for booking, has_place in ((given, True), (taken, False)):
        if booking is not None:
            _note_override(booking, reason, has_place=has_place)
            notices.decided_otherwise(booking, reason)
    promote_waiting(viewer, course_session)
    return given, taken


def _settle(viewer: Viewer, booking: Booking, share: Share, position: int, reason: str) -> None:
    if share.has_place:
        take_place(viewer, booking, "was allotted a place")
        notices.has_place(booking, reason)
        return
    put_on_list(viewer, booking, "was allotted no place", goes_first=booking.goes_first, reason=reason)
    assert booking.waiting_since is not None
    booking.waiting_since += timedelta(microseconds=position)
    notices.no_place(booking, reason)


def _note_override(booking: Booking, reason: str, *, has_place: bool) -> None:
    result = db.session.scalar(select(AllotmentResult).where(AllotmentResult.booking_id == booking.id))
    if result is None:
        return
    if result.has_place != has_place:
        # Back to what the allotment said is no override any more.
        result.overridden_reason = "" if result.overridden_reason else reason
        result.has_place = has_place


def _booking(session_id: int, booking_id: int) -> Booking:
    booking = db.session.get(Booking, booking_id, populate_existing=True)
    if booking is None or booking.session_id != session_id:
        raise LookupError(f"booking {booking_id} is out of reach")
    return booking
