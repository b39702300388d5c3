"""Writing what a merge changes, row by row, each into its journal."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from training.bookings.models import BookingState
from training.core import clock
from training.core.database import db
from training.core.holdings import Erasure, Holding, table_of
from training.core.holdings import Meeting as Fate
from training.custody.applying_bookings import end_wait_with_a_place, one_booking, one_wait
from training.custody.journal import change
from training.custody.merging import Meeting, Plan, SameJob
from training.custody.models import Merge
from training.custody.stages import everything_held

JOB_REFERENCES = (("booking", "employment_id"), ("completion", "employment_id"))
FILLED_JOB_COLUMNS = ("staff_number", "manager_name", "manager_address", "manager_confirmed_at", "workforce_group_id")


def apply(merge: Merge, planned: Plan) -> list[int]:
    """Change every row as planned: first what yields, so that no constraint is broken on the way.

    Returns the keys of bookings that ended because the person has a place on another date.
    """
    for meeting in planned.meetings:
        _meet(merge, meeting, everything_held()[meeting.table])
    for move in planned.moves:
        change(merge, move.table, move.row_id, {move.column: merge.kept_id})
    for pair in planned.same_jobs:
        _one_job(merge, pair)
    for meeting in planned.meetings_in("booking"):
        one_booking(merge, meeting)
    for meeting in planned.meetings_in("course_wait"):
        one_wait(merge, meeting)
    waits = planned.meetings_in("course_wait")
    return [key for one in planned.meetings_in("booking") for key in end_wait_with_a_place(merge, one, waits)]


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


def frees_a_place(meeting: Meeting) -> bool:
    """Whether a place is free again because the two bookings are one."""
    return meeting.yields["state"] in (
        BookingState.CONFIRMED,
        BookingState.OFFERED,
        BookingState.AWAITING_AGREEMENT,
        BookingState.HELD,
    )
