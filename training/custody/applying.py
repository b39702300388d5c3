"""Writing what a merge changes, row by row, each into its journal."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from training.attendance.models import Presence
from training.bookings.models import BookingState
from training.core import clock
from training.core.database import db
from training.core.holdings import Erasure, Holding, table_of
from training.core.holdings import Meeting as Fate
from training.custody.journal import change
from training.custody.merging import Meeting, Plan, SameJob
from training.custody.models import Merge
from training.custody.stages import everything_held

JOB_REFERENCES = (("booking", "employment_id"), ("completion", "employment_id"))
FILLED_JOB_COLUMNS = ("staff_number", "manager_name", "manager_address", "manager_confirmed_at", "workforce_group_id")
MARK_COLUMNS = ("presence", "minutes_late", "minutes_early", "minutes_counted", "source", "marked_at", "marked_by_id")
FROM_BEST_TO_WORST = (Presence.ATTENDED, Presence.EXCUSED, Presence.ABSENT)


def apply(merge: Merge, planned: Plan) -> None:
    """Change every row as planned: first what yields, so that no constraint is broken on the way."""
    for meeting in planned.meetings:
        _meet(merge, meeting, everything_held()[meeting.table])
    for move in planned.moves:
        change(merge, move.table, move.row_id, {move.column: merge.kept_id})
    for pair in planned.same_jobs:
        _one_job(merge, pair)
    for meeting in planned.meetings_in("booking"):
        one_booking(merge, meeting)


def _meet(merge: Merge, meeting: Meeting, holding: Holding) -> None:
    yields, key = meeting.yields, meeting.yields["id"]
    given = {name: _given(value, key) for name, value in holding.released.items()}
    if meeting.table == "booking":
        given["replaced_by_id"] = meeting.stands["id"]
    change(merge, meeting.table, key, _released(given, yields))
    if holding.meeting is Fate.MOVES:
        change(merge, meeting.table, key, {meeting.column: merge.kept_id})
    if meeting.merged_stands:
        change(merge, meeting.table, meeting.stands["id"], {meeting.column: merge.kept_id})
        # What yields is always found at the record that goes, and never on a list of the person.
        change(merge, meeting.table, key, {meeting.column: merge.merged_id})


def _released(given: Mapping[str, Any], yields: Mapping[str, Any]) -> dict[str, Any]:
    """What the row that yields is given; an account that is closed already keeps when and why."""
    if yields.get("active") is False:
        return {name: value for name, value in given.items() if name not in ("active", "closed_at", "closed_because")}
    return dict(given)


def _given(value: Any, key: int) -> Any:
    if isinstance(value, Erasure):
        return f"{value.value}{key}" if value.is_numbered else value.value
    return value() if callable(value) else value


def _one_job(merge: Merge, pair: SameJob) -> None:
    """Let the kept job stand for both: as long as either, with what only the other says."""
    job, other = pair.kept_row, pair.merged_row
    wanted = {name: other[name] for name in FILLED_JOB_COLUMNS if not job[name] and other[name]}
    if job["has_no_manager"]:
        wanted = {name: value for name, value in wanted.items() if not name.startswith("manager_")}
    if job["manager_address"]:
        wanted.pop("manager_confirmed_at", None)
    ends = None if job["to_on"] is None or other["to_on"] is None else max(job["to_on"], other["to_on"])
    change(merge, "employment", job["id"], {**wanted, "from_on": min(job["from_on"], other["from_on"]), "to_on": ends})
    last = max(other["from_on"], clock.today() - timedelta(days=1))
    if other["to_on"] is None or other["to_on"] > last:
        change(merge, "employment", other["id"], {"to_on": last})
    for name, column in JOB_REFERENCES:
        table = table_of(name)
        for key in db.session.scalars(select(table.c.id).where(table.c[column] == other["id"]).order_by(table.c.id)):
            change(merge, name, key, {column: job["id"]})


def one_booking(merge: Merge, meeting: Meeting) -> None:
    """Let the booking that stands have what was marked, needed and asked under the other one."""
    stands, yields = meeting.stands["id"], meeting.yields["id"]
    _marks(merge, stands, yields)
    if not _of_booking("booking_need", stands):
        for need in _of_booking("booking_need", yields):
            change(merge, "booking_need", need["id"], {"booking_id": stands})
    _evaluations(merge, stands, yields)


def _of_booking(name: str, booking_id: int) -> list[dict[str, Any]]:
    table = table_of(name)
    statement = select(table).where(table.c.booking_id == booking_id).order_by(table.c.id)
    return [dict(row) for row in db.session.execute(statement).mappings()]


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


def frees_a_place(meeting: Meeting) -> bool:
    """Whether a place is free again because the two bookings are one."""
    return meeting.yields["state"] in (
        BookingState.CONFIRMED,
        BookingState.OFFERED,
        BookingState.AWAITING_AGREEMENT,
        BookingState.HELD,
    )
