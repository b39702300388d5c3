"""Taking a merge back by its journal, or saying what stands in the way."""

from typing import Any

from sqlalchemy import or_, select

from training.bookings import notices
from training.bookings.models import Booking, BookingState
from training.bookings.places import locked_session, standing_of
from training.core import audit, clock
from training.core.database import db
from training.core.holdings import table_of
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.custody.journal import plain, restore
from training.custody.models import Merge, MergeStep
from training.custody.operations_merge import fold_past_versions, may_give_roles_of
from training.custody.records import as_row, lock_people
from training.custody.stages import everything_held
from training.evaluations.models import EvaluationRequest
from training.people.models import Account, EmailAddress, Person, RoleGrant
from training.people.rules import may_grant
from training.records.models import Completion
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import listing

GIVING_WAY = frozenset({"telephone"})
"""Columns of a person that stay as somebody has changed them since."""
RUNNING = (SessionStatus.PUBLISHED, SessionStatus.FINISHED)
NAMED_AT_MOST = 5


def undo_merge(viewer: Viewer, merge_id: int) -> Merge:
    """Give every row back to the record that it came from; Refused, naming what changed since."""
    merge = db.session.get_one(Merge, merge_id)
    steps = list(merge.steps)
    returning = _returning_bookings(steps)
    sessions = _lock(returning)
    people = lock_people([merge.kept_id, merge.merged_id])
    db.session.refresh(merge)
    kept, merged = people[merge.kept_id], people[merge.merged_id]
    _require_undoable(viewer, merge, kept, merged, steps)
    if obstacles := _obstacles(merge, kept, steps):
        more = len(obstacles) - NAMED_AT_MOST
        named = [*obstacles[:NAMED_AT_MOST], *([f"{more} more"] if more > 0 else [])]
        raise Refused(f"This cannot be undone, because it has changed since: {listing(named)}")
    given_way = _given_way(kept, steps)
    for step in reversed(steps):
        restore(step, given_way if step.table_name == "person" else frozenset())
    db.session.expire_all()
    _follow_bookings(merge, steps)
    _require_places(sessions)
    merge.undone_at, merge.undone_by_id = clock.now(), viewer.person_id
    for person in (kept, merged):
        fold_past_versions(person)
    for record in (merged, kept):
        audit.record(viewer, "undid the merging of records", record, after={"merge": merge.ref})
    for booking_id in returning:
        booking = db.session.get_one(Booking, booking_id)
        if booking.state is BookingState.CONFIRMED and clock.now() < booking.course_session.starts_at:
            notices.one_of_two_no_more(booking)
    return merge


def _require_undoable(viewer: Viewer, merge: Merge, kept: Person, merged: Person, steps: list[MergeStep]) -> None:
    if not (viewer.is_machine or viewer.has(Role.OFFICER)):
        raise Refused("Only a learning and development officer can undo a merge")
    if merge.undone_at is not None:
        raise Refused("This was undone already")
    if viewer.person_id in (kept.id, merged.id):
        raise Refused("You cannot undo the merging of your own record. Ask another officer")
    if kept.merged_into_id is not None:
        into = db.session.get_one(Person, kept.merged_into_id)
        raise Refused(f"{kept.ref} was itself merged into {into.ref} later. Undo that first")
    if kept.anonymised_at is not None or merged.anonymised_at is not None:
        raise Refused("The person is anonymised, so nobody can know any more whose each record was")
    if not steps:
        raise Refused("What this merge moved is no longer kept, so it cannot be undone")
    if not may_give_roles_of(viewer, kept):
        raise Refused(f"{kept.name} has a role that you cannot give. Ask a system administrator")
    if not all(may_grant(viewer, role) for role in _roles_going_back(merge, steps)):
        raise Refused(f"{merged.name} ({merged.ref}) had a role that you cannot give. Ask a system administrator")


def _roles_going_back(merge: Merge, steps: list[MergeStep]) -> list[Role]:
    """The roles of the record that went as they stood before the merge, also where they have ended since."""
    moved = [
        step.row_id
        for step in steps
        if step.table_name == RoleGrant.__tablename__ and step.before.get("person_id") == merge.merged_id
    ]
    held = select(RoleGrant.role).where(
        or_(RoleGrant.id.in_(moved), RoleGrant.person_id == merge.merged_id),
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= clock.local(merge.done_at).date()),
    )
    return list(db.session.scalars(held))


def _obstacles(merge: Merge, kept: Person, steps: list[MergeStep]) -> list[str]:
    """What has changed since, in words: rows that no longer say what the merge left in them, and what came of them."""
    left: dict[tuple[str, int], dict[str, Any]] = {}
    for step in steps:
        left.setdefault((step.table_name, step.row_id), {}).update(step.after)
    found: list[str] = []
    for (table, row_id), latest in left.items():
        row = as_row(table_of(table), row_id)
        watched = {name: value for name, value in latest.items() if (table, name) != ("person", "telephone")}
        if row is None or any(plain(row[name]) != value for name, value in watched.items()):
            found.append(_named(table, row_id, row))
    return [*found, *_addresses_in_use(kept, steps), *_completions_since(merge, steps)]


def _named(table: str, row_id: int, row: dict[str, Any] | None) -> str:
    """How the sentence names a row: by its reference or address where it has one."""
    label = everything_held()[table].label.removesuffix("s").lower()
    if row is None:
        return f"the {label} {row_id}, which is gone"
    name = row.get("ref") or row.get("address") or row.get("job_role") or ""
    return f"the {label} {name}".rstrip()


def _addresses_in_use(kept: Person, steps: list[MergeStep]) -> list[str]:
    """Addresses that would go back while the kept person's account signs in with them."""
    going = [step.row_id for step in steps if step.table_name == "email_address" and "person_id" in step.before]
    accounts_going = [step.row_id for step in steps if step.table_name == "account" and "person_id" in step.before]
    used = db.session.scalars(
        select(EmailAddress.address)
        .join(Account, Account.email == EmailAddress.address)
        .where(EmailAddress.id.in_(going), Account.person_id == kept.id, Account.id.not_in(accounts_going))
    )
    taken_back = [step.before["email"] for step in steps if step.table_name == "account" and "email" in step.before]
    taken = db.session.scalars(select(Account.email).where(Account.email.in_(taken_back)))
    return [f"the address {address}, with which {kept.name} signs in now" for address in {*used, *taken}]


def _completions_since(merge: Merge, steps: list[MergeStep]) -> list[str]:
    """Completions of the kept person that were written since from bookings that would go back."""
    moved = [step.row_id for step in steps if step.table_name == "booking"]
    refs = db.session.scalars(
        select(CourseSession.ref).join(Booking, Booking.session_id == CourseSession.id).where(Booking.id.in_(moved))
    )
    written = db.session.scalars(
        select(Completion.source).where(
            Completion.person_id == merge.kept_id,
            Completion.source.in_([f"session:{ref}" for ref in refs]),
            Completion.created_at >= merge.done_at,
        )
    )
    return [f"the completion of session {source.partition(':')[2]}, written since" for source in written]


def _given_way(kept: Person, steps: list[MergeStep]) -> frozenset[str]:
    """Which columns of the kept person were changed since and stay so."""
    for step in steps:
        if step.table_name == "person" and step.row_id == kept.id:
            return frozenset(name for name in GIVING_WAY & step.after.keys() if getattr(kept, name) != step.after[name])
    return frozenset()


def _returning_bookings(steps: list[MergeStep]) -> list[int]:
    """The bookings that would take up a place again, or wait again."""
    return list(dict.fromkeys(step.row_id for step in steps if step.table_name == "booking" and "state" in step.before))


def _lock(booking_ids: list[int]) -> list[CourseSession]:
    rows = db.session.execute(
        select(CourseSession.course_id, CourseSession.id)
        .join(Booking, Booking.session_id == CourseSession.id)
        .where(Booking.id.in_(booking_ids))
        .order_by(CourseSession.course_id, CourseSession.id)
        .distinct()
    ).all()
    return [locked_session(key) for _, key in rows]


def _follow_bookings(merge: Merge, steps: list[MergeStep]) -> None:
    """Evaluations opened since for a booking that goes back go with it."""
    going = [step.row_id for step in steps if step.table_name == "booking" and "person_id" in step.before]
    for request in db.session.scalars(
        select(EvaluationRequest)
        .join(Booking, Booking.id == EvaluationRequest.booking_id)
        .where(
            Booking.id.in_(going), Booking.person_id == merge.merged_id, EvaluationRequest.person_id == merge.kept_id
        )
    ):
        request.person_id = merge.merged_id


def _require_places(sessions: list[CourseSession]) -> None:
    """Refused where a booking would come back to a session that is full now or not to be."""
    for course_session in sessions:
        if course_session.status not in RUNNING:
            raise Refused(f"This cannot be undone: session {course_session.ref} was called off meanwhile")
        if min(standing_of(course_session.id).free_by_way(course_session).values()) < 0:
            raise Refused(
                f"This cannot be undone: the second place on session {course_session.ref} has gone to somebody else. "
                "Cancel a booking there or add a place first"
            )
