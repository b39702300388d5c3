"""What a merge makes of two bookings, or two waits, of one person: the one that stands has what the other one had."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from training.attendance.models import Presence
from training.bookings.models import LIVE, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.models_told import ToldStanding
from training.core import clock
from training.core.database import db
from training.core.holdings import table_of
from training.custody.journal import change
from training.custody.merging import Meeting
from training.custody.models import Merge
from training.custody.records import as_row

MARK_COLUMNS = ("presence", "minutes_late", "minutes_early", "minutes_counted", "source", "marked_at", "marked_by_id")
FROM_BEST_TO_WORST = (Presence.ATTENDED, Presence.EXCUSED, Presence.ABSENT)
IN_LINE = (BookingState.WAITING, BookingState.APPLIED)
WITHOUT_PLACE = (*IN_LINE, BookingState.OFFERED)
WITH_PLACE = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)


def one_booking(merge: Merge, meeting: Meeting) -> None:
    """Let the booking that stands have what was marked, needed, asked and said under the other one, and its turn."""
    stands, yields = meeting.stands["id"], meeting.yields["id"]
    _marks(merge, stands, yields)
    if not _of_booking("booking_need", stands):
        for need in _of_booking("booking_need", yields):
            change(merge, "booking_need", need["id"], {"booking_id": stands})
    _warnings(merge, stands, yields)
    _what_the_manager_knows(merge, stands, yields)
    _evaluations(merge, stands, yields)
    _turn(merge, meeting)
    _kept_place(merge, stands, yields)


def one_wait(merge: Merge, meeting: Meeting) -> None:
    """Let the dates of the wait that ends follow those of the one that stands, in their order."""
    stands, yields = meeting.stands["id"], meeting.yields["id"]
    dates = _live(course_wait_id=stands)
    last = max((date["preference"] or 0 for date in dates), default=0)
    for number, date in enumerate(_live(course_wait_id=yields), last + 1):
        change(merge, "booking", date["id"], {"course_wait_id": stands, "preference": number})
    if meeting.yields["tell_new_dates"]:
        change(merge, "course_wait", stands, {"tell_new_dates": True})


def end_wait_with_a_place(merge: Merge, meeting: Meeting, waits: Sequence[Meeting]) -> list[int]:
    """End a wait for several dates one of which the person has under the other record: one place ends the rest.

    Returns the keys of the bookings on the other dates.
    """
    became = {wait.yields["id"]: wait.stands["id"] for wait in waits}
    wait_id = became.get(meeting.yields["course_wait_id"], meeting.yields["course_wait_id"])
    wait = as_row(table_of("course_wait"), wait_id) if wait_id is not None else None
    if meeting.stands["state"] not in WITH_PLACE or wait is None or wait["ended_at"] is not None:
        return []
    now = clock.now()
    change(merge, "course_wait", wait["id"], {"ended_at": now})
    dates = _live(course_wait_id=wait["id"])
    for date in dates:
        given = {"state": BookingState.CANCELLED, "cancelled_by": CancelledBy.OTHER_DATE, "cancelled_at": now}
        change(merge, "booking", date["id"], {**given, "offered_until": None, "held_until": None})
    return [date["id"] for date in dates]


def _turn(merge: Merge, meeting: Meeting) -> None:
    """Nobody loses their turn, their group or what they wait for by having been in line under two names."""
    stands, yields = meeting.stands, meeting.yields
    if stands["state"] not in WITHOUT_PLACE or yields["state"] not in WITHOUT_PLACE:
        return
    wanted: dict[str, Any] = {}
    if stands["state"] in IN_LINE and stands["state"] == yields["state"]:
        wanted["asked_at"] = min(stands["asked_at"], yields["asked_at"])
        wanted["goes_first"] = stands["goes_first"] or yields["goes_first"]
        for column in ("waiting_since", "fair_rank"):
            wanted[column] = min((row[column] for row in (stands, yields) if row[column] is not None), default=None)
    for columns in (("group_id",), ("moves_from_id",), ("course_wait_id", "preference")):
        if stands[columns[0]] is None and yields[columns[0]] is not None:
            wanted |= {column: yields[column] for column in columns}
    change(merge, "booking", stands["id"], wanted)


def _kept_place(merge: Merge, stands: int, yields: int) -> None:
    """Whoever waits to move away from the booking that yields moves away from the one that stands."""
    for booking in _live(moves_from_id=yields):
        change(merge, "booking", booking["id"], {"moves_from_id": stands})


def _live(**wanted: int) -> list[dict[str, Any]]:
    """The live bookings with these keys in their columns, in the order of preference."""
    table = table_of("booking")
    statement = select(table).where(table.c.state.in_(LIVE), *(table.c[name] == key for name, key in wanted.items()))
    rows = db.session.execute(statement.order_by(table.c.preference, table.c.id)).mappings()
    return [dict(row) for row in rows]


def _of_booking(name: str, booking_id: int) -> list[dict[str, Any]]:
    table = table_of(name)
    statement = select(table).where(table.c.booking_id == booking_id).order_by(table.c.id)
    return [dict(row) for row in db.session.execute(statement).mappings()]


def _warnings(merge: Merge, stands: int, yields: int) -> None:
    """What was asked about either is asked about the booking that stands: else nobody would see it any more."""
    present = {warning["kind"] for warning in _of_booking("booking_warning", stands)}
    for warning in _of_booking("booking_warning", yields):
        if warning["kind"] not in present:
            change(merge, "booking_warning", warning["id"], {"booking_id": stands})


def _what_the_manager_knows(merge: Merge, stands: int, yields: int) -> None:
    """The person still comes, so their manager does not read that somebody else does."""
    is_known = _of_booking("manager_told", stands)
    for told in _of_booking("manager_told", yields):
        given = {"standing": ToldStanding.ENDED} if is_known else {"booking_id": stands}
        change(merge, "manager_told", told["id"], given)


def _marks(merge: Merge, stands: int, yields: int) -> None:
    """A mark for each part that either has; where both have one, the better stands."""
    present = {mark["part_id"]: mark for mark in _of_booking("mark", stands)}
    for mark in _of_booking("mark", yields):
        ours = present.get(mark["part_id"])
        if ours is None:
            change(merge, "mark", mark["id"], {"booking_id": stands})
        elif FROM_BEST_TO_WORST.index(mark["presence"]) < FROM_BEST_TO_WORST.index(ours["presence"]):
            # Minutes first go to nought, for only who attended may have some.
            change(merge, "mark", ours["id"], {name: mark[name] for name in MARK_COLUMNS})


def _evaluations(merge: Merge, stands: int, yields: int) -> None:
    """One evaluation for each stage: what was answered under the other booking counts, and nobody is asked twice."""
    present = {request["stage"]: request for request in _of_booking("evaluation_request", stands)}
    now = clock.now()
    for request in _of_booking("evaluation_request", yields):
        ours = present.get(request["stage"])
        if ours is None:
            change(merge, "evaluation_request", request["id"], {"booking_id": stands})
            continue
        if request["answered_at"] is not None and ours["answered_at"] is None:
            answer = table_of("answer")
            for key in db.session.scalars(select(answer.c.id).where(answer.c.request_id == request["id"])).all():
                change(merge, "answer", key, {"request_id": ours["id"]})
            given = {"asked_at": request["asked_at"], "answered_at": request["answered_at"]}
            change(merge, "evaluation_request", ours["id"], given)
            change(merge, "evaluation_request", request["id"], {"answered_at": None})
        if request["expires_at"] > now:
            over = {"due_at": now - timedelta(seconds=2), "expires_at": now - timedelta(seconds=1)}
            change(merge, "evaluation_request", request["id"], over)
        change(merge, "evaluation_request", request["id"], {"person_id": merge.merged_id})
