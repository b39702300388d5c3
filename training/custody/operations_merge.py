"""The deed of merging two records of one person, and of taking it back."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select, union

from training.accounts.sign_ins import end_sign_ins
from training.bookings import notices
from training.bookings.models import LIVE, Booking, BookingState
from training.bookings.offers import OFFER
from training.bookings.operations_first import is_only_here
from training.bookings.places import locked_booking, locked_session, promote_waiting
from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.holdings import link_subjects
from training.core.links import purposes, revoke_links
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.custody.applying import apply, frees_a_place
from training.custody.journal import change
from training.custody.merging import Plan, plan
from training.custody.models import Merge
from training.custody.records import lock_people
from training.people.models import Account, Employment, Person, RoleGrant
from training.people.operations_addresses import fold
from training.people.rules import may_grant
from training.schedule.models import CourseSession

MEANWHILE = "Something about these records changed meanwhile. Look at both again, and then merge them"


def merge_people(viewer: Viewer, kept_id: int, merged_id: int, reason: str) -> Merge:
    """Make one record of two: everything of `merged_id` comes to `kept_id`, row by row in a journal.

    Places that are free because the person was on one session twice go to the waiting list. Refused where `viewer` may
    not; see `refusal_of_merge`.
    """
    if not reason.strip():
        raise Refused("Enter why these are records of one person", "reason")
    locked = _lock_sessions(_sessions_of_both(kept_id, merged_id))
    people = lock_people([kept_id, merged_id])
    kept, merged = people[kept_id], people[merged_id]
    if refusal := refusal_of_merge(viewer, kept, merged):
        raise Refused(refusal)
    planned = plan(kept_id, merged_id)
    if not {meeting.stands["session_id"] for meeting in planned.meetings_in("booking")} <= locked.keys():
        raise Refused(MEANWHILE)
    merge = Merge(ref=new_reference("MERGE", 6), kept_id=kept_id, merged_id=merged_id, reason=reason.strip())
    merge.done_by_id = viewer.person_id
    db.session.add(merge)
    db.session.flush()
    _close_ways_in(planned, merged)
    ended = apply(merge, planned)
    _person_rows(merge, kept, merged)
    db.session.expire_all()
    for person in (kept, merged):
        fold_past_versions(person)
    audit.record(viewer, "merged into another record", merged, after={"kept": kept.ref}, reason=merge.reason)
    audit.record(viewer, "merged another record into", kept, after={"merged": merged.ref}, reason=merge.reason)
    _pass_on(viewer, planned, ended, locked)
    return merge


def bring_over(viewer: Viewer, booking_id: int) -> bool:
    """Bring a live booking to the kept record that was made at the moment of the merge; False where there is none.

    It is written into the journal of the merge, and goes back with it.
    """
    booking = locked_booking(booking_id)
    merge = db.session.scalar(select(Merge).where(Merge.merged_id == booking.person_id, Merge.undone_at.is_(None)))
    if merge is None or not booking.is_live:
        return False
    lock_people([merge.kept_id, merge.merged_id])
    planned = plan(merge.kept_id, merge.merged_id)
    late = Plan(
        [move for move in planned.moves if (move.table, move.row_id) == ("booking", booking_id)],
        [meeting for meeting in planned.meetings_in("booking") if meeting.merged_row["id"] == booking_id],
    )
    ended = apply(merge, late)
    job = _kept_job(booking, merge.kept_id)
    if job is not None:
        change(merge, "booking", booking_id, {"employment_id": job})
    db.session.expire_all()
    audit.record(viewer, "came over to the kept record", booking)
    _pass_on(viewer, late, ended, {each.id: each for each in _of_course(booking.course_session)})
    return True


def _of_course(course_session: CourseSession) -> Sequence[CourseSession]:
    """The sessions of the same course, which one lock covers."""
    return db.session.scalars(select(CourseSession).where(CourseSession.course_id == course_session.course_id)).all()


def _kept_job(booking: Booking, kept_id: int) -> int | None:
    """The same job at the kept record, where the one in which they come stayed behind."""
    job = booking.employment
    if job is None or job.person_id == kept_id:
        return None
    return db.session.scalar(
        select(Employment.id)
        .where(
            Employment.person_id == kept_id,
            Employment.agency_id == job.agency_id,
            func.lower(Employment.job_role) == job.job_role.lower(),
        )
        .order_by(Employment.to_on.is_not(None), Employment.id.desc())
        .limit(1)
    )


def refusal_of_merge(viewer: Viewer, kept: Person, merged: Person) -> str:
    """Why `viewer` cannot merge the two, in a sentence; empty where they can."""
    if not (viewer.is_machine or viewer.has(Role.OFFICER)):
        return "Only a learning and development officer can merge records"
    if kept.id == merged.id:
        return "Select another record: this is the same one"
    if viewer.person_id in (kept.id, merged.id):
        return "You cannot merge your own record. Ask another officer"
    for person in (kept, merged):
        if is_only_here(person):
            return f"{person.ref} books at this moment and has not confirmed an address yet. Look again in an hour"
        if person.merged_into_id is not None:
            return f"{person.ref} is merged into another record already"
        if person.anonymised_at is not None:
            return f"{person.ref} is anonymised, so nobody can know whose record it was"
        if not may_give_roles_of(viewer, person):
            return f"{person.name} ({person.ref}) has a role that you cannot give. Ask a system administrator"
    return ""


def may_give_roles_of(viewer: Viewer, person: Person) -> bool:
    """Whether `viewer` could give every role that the person holds or will hold."""
    held = db.session.scalars(
        select(RoleGrant.role).where(
            RoleGrant.person_id == person.id, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= clock.today())
        )
    )
    return all(may_grant(viewer, role) for role in held)


def _sessions_of_both(kept_id: int, merged_id: int) -> list[int]:
    """The sessions on which both records have a booking, and those that one waits for with others, by their keys."""
    of_kept = select(Booking.session_id).where(Booking.person_id == kept_id, Booking.state.in_(LIVE))
    of_merged = select(Booking.session_id).where(Booking.person_id == merged_id, Booking.state.in_(LIVE))
    tied = or_(Booking.course_wait_id.is_not(None), Booking.moves_from_id.is_not(None))
    together = union(
        of_merged.where(Booking.session_id.in_(of_kept)), of_merged.where(tied), of_kept.where(tied)
    ).subquery()
    return list(db.session.scalars(select(together.c.session_id)))


def _lock_sessions(session_ids: Iterable[int]) -> dict[int, CourseSession]:
    """The sessions, each locked behind its course, all courses in the order of their keys."""
    rows = db.session.execute(
        select(CourseSession.course_id, CourseSession.id)
        .where(CourseSession.id.in_(list(session_ids)))
        .order_by(CourseSession.course_id, CourseSession.id)
    ).all()
    return {key: locked_session(key) for _, key in rows}


def _close_ways_in(planned: Plan, merged: Person) -> None:
    """Make useless what was sent to the record that goes, and sign it out everywhere where its account closes."""
    for name, table in link_subjects().items():
        if table == "person" and name in purposes():
            revoke_links(purposes()[name], merged.id)
    for meeting in planned.meetings_in("account"):
        end_sign_ins(db.session.get_one(Account, meeting.merged_row["id"]))
    for meeting in planned.meetings_in("booking"):
        revoke_links(OFFER, meeting.yields["id"])
    db.session.flush()


def _person_rows(merge: Merge, kept: Person, merged: Person) -> None:
    if not kept.telephone and merged.telephone:
        change(merge, "person", kept.id, {"telephone": merged.telephone})
    change(merge, "person", merged.id, {"merged_into_id": kept.id})


def fold_past_versions(person: Person) -> None:
    """Write what the person is found by, without counting it as a change that somebody's open form should notice."""
    with db.session.no_autoflush:
        fold(person)
        texts = {"sort_key": person.sort_key, "search_text": person.search_text}
        db.session.expire(person)
    table = Person.__table__
    db.session.execute(table.update().where(table.c.id == person.id).values(texts))  # type: ignore[attr-defined]


def _pass_on(viewer: Viewer, planned: Plan, ended: Sequence[int], locked: dict[int, CourseSession]) -> None:
    """Tell calendars of the booking that yields, and pass its place on, and those of the dates that `ended`."""
    for meeting in planned.meetings_in("booking"):
        booking = db.session.get_one(Booking, meeting.yields["id"])
        course_session = locked[booking.session_id]
        audit.record(
            viewer,
            "left one of two bookings of the same person",
            booking,
            before={"state": meeting.yields["state"]},
            after={"state": BookingState.REPLACED},
        )
        if clock.now() < course_session.starts_at:
            notices.one_of_two(booking)
        if frees_a_place(meeting):
            promote_waiting(viewer, course_session)
    for booking_id in ended:
        booking = db.session.get_one(Booking, booking_id)
        revoke_links(OFFER, booking_id)
        audit.record(viewer, "cancelled", booking, after={"state": booking.state})
        promote_waiting(viewer, locked[booking.session_id])
