"""What the pages of merging ask: the two records side by side, where they meet, and which records may be one person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import aliased, selectinload

from training.agencies.models import Agency
from training.bookings.models import BOOKING_STATE_LABELS, BookingState
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.holdings import table_of
from training.core.viewer import ROLE_LABELS, Role, Viewer
from training.custody.merging import Meeting, Plan
from training.custody.models import Merge
from training.custody.stages import everything_held
from training.people.models import Account, EmailAddress, Employment, Person, RoleGrant
from training.people.queries import employed_on
from training.schedule.models import CourseSession

SHOWN_ABOVE = frozenset({"email_address", "employment", "account"})
"""Tables whose rows the page names one by one."""
DESK_LABELS = {
    "calendar_feed": "Addresses of their calendar",
    "course_wait": "Courses waited for",
    "digest_off": "Weekly digests turned off",
    "evaluation_request": "Evaluations asked",
    "group_booking": "Groups booked for others",
    "group_refusal": "Group bookings in which they could not be booked",
    "person_need": "Needs kept for next time",
    "reservation": "Places reserved for others",
    "trainer_assignment": "Sessions taught",
    "trainer_course": "Courses they may teach",
    "walk_in": "Sessions without a booking",
}
"""How the desk calls what its owner reads as “yours”."""


@dataclass(frozen=True)
class Side:
    """One of two records, as the page sets it beside the other."""

    person: Person
    addresses: list[str]
    jobs: list[str]
    roles: list[str]
    account: str


@dataclass(frozen=True)
class Counted:
    """How many rows of one kind each record has."""

    label: str
    first: int
    second: int


def side_of(person: Person) -> Side:
    """What the page says about one record; five queries."""
    jobs = db.session.execute(
        select(Agency.name, Employment.agency_named, Employment.job_role, Employment.to_on)
        .outerjoin(Agency, Agency.id == Employment.agency_id)
        .where(Employment.person_id == person.id)
        .order_by(Employment.from_on.desc(), Employment.id)
    )
    roles = db.session.scalars(
        select(RoleGrant.role)
        .where(
            RoleGrant.person_id == person.id,
            RoleGrant.to_on.is_(None) | (RoleGrant.to_on >= clock.today()),
        )
        .order_by(RoleGrant.id)
    )
    addresses = db.session.scalars(
        select(EmailAddress.address)
        .where(EmailAddress.person_id == person.id)
        .order_by(EmailAddress.is_primary.desc(), EmailAddress.id)
    )
    return Side(
        person=person,
        addresses=list(addresses),
        jobs=[f"{name or named}, {role}" + ("" if ended is None else " (ended)") for name, named, role, ended in jobs],
        roles=list(dict.fromkeys(ROLE_LABELS[role] for role in roles)),
        account=_account_in_words(db.session.scalar(select(Account).where(Account.person_id == person.id))),
    )


def _account_in_words(account: Account | None) -> str:
    if account is None:
        return "None"
    if not account.active:
        return f"Closed, was {account.email}"
    return f"{account.email}" + ("" if account.confirmed_at else ", not confirmed yet")


def rows_of_both(first: Person, second: Person) -> list[Counted]:
    """How many rows of each kind the two records have, of those that a merge moves; a query for each kind."""
    found: list[Counted] = []
    for name, holding in everything_held().items():
        for column in holding.moving if name not in SHOWN_ABOVE else ():
            owner = table_of(name).c[column]
            numbers = db.session.execute(
                select(
                    func.count().filter(owner == first.id),
                    func.count().filter(owner == second.id),
                ).where(owner.in_([first.id, second.id]))
            ).one()
            if any(numbers):
                found.append(Counted(DESK_LABELS.get(name, holding.label), *numbers))
    return found


def meetings_in_words(planned: Plan, kept: Person, merged: Person) -> list[str]:
    """Where the two records meet, a sentence each; one query."""
    sentences = [
        *_bookings_in_words(planned),
        *(
            f"Both have a job as {pair.kept_row['job_role']} at one agency: it is one job."
            for pair in planned.same_jobs
        ),
    ]
    if planned.meetings_in("account"):
        sentences.append(
            f"Both have an account: that of {kept.ref} stays, that of {merged.ref} is closed and signed out everywhere."
        )
    for table, sentence in (
        ("trainer_assignment", "Both teach one session: the assignment that is accepted stays."),
        ("completion", "Both completed one session: it counts once."),
        ("walk_in", "Both came to one session without a booking: one of the two stays with the other record."),
        ("lead_request", "Both ask to lead one agency: one request stays, the other is withdrawn."),
        ("person_need", f"Both keep needs for their next bookings: those of {kept.ref} stay, the others stay unseen."),
    ):
        sentences += [sentence] * len(planned.meetings_in(table))
    return sentences


def _bookings_in_words(planned: Plan) -> list[str]:
    meetings = planned.meetings_in("booking")
    rows = db.session.execute(
        select(CourseSession.id, CourseSession.ref, Course.title, CourseSession.starts_at)
        .join(Course, Course.id == CourseSession.course_id)
        .where(CourseSession.id.in_([meeting.stands["session_id"] for meeting in meetings]))
    )
    named = {key: (ref, title, starts_at) for key, ref, title, starts_at in rows}
    return [_booking_in_words(meeting, *named[meeting.stands["session_id"]]) for meeting in meetings]


def _booking_in_words(meeting: Meeting, ref: str, title: str, starts_at: datetime) -> str:
    stands, yields = meeting.stands, meeting.yields
    if starts_at <= clock.now():
        return (
            f"Both were on {title}, {ref}: booking {stands['ref']} stays with the better mark of both. "
            "If both attended, reports count one attendance fewer, for it was one person."
        )
    labels = {BookingState(row["state"]): BOOKING_STATE_LABELS[BookingState(row["state"])] for row in (stands, yields)}
    said = labels[BookingState(stands["state"])].lower()
    return (
        f"Both are on {title}, {ref}: booking {stands['ref']} ({said}) stays, {yields['ref']} ends, and a place that "
        "is free by that goes to the waiting list."
    )


def merges_of(viewer: Viewer, person_id: int) -> list[Merge]:
    """The merges into this record that stand, the latest first; for officers only."""
    if not (viewer.is_machine or viewer.has(Role.OFFICER)):
        return []
    return list(
        db.session.scalars(
            select(Merge)
            .where(Merge.kept_id == person_id, Merge.undone_at.is_(None))
            .options(selectinload(Merge.merged))
            .order_by(Merge.id.desc())
        )
    )


def merge_by_ref(viewer: Viewer, kept: Person, ref: str) -> Merge | None:
    """A merge into this record that stands."""
    return next((merge for merge in merges_of(viewer, kept.id) if merge.ref == ref.strip().upper()), None)


def duplicates(viewer: Viewer) -> Select[str, str, str, str, str, str, str]:
    """Pairs of records that may be one person, the oldest first: reference and names of both, and why; for `paged`.

    Two records with one name at one agency today, or with one staff number of one agency.
    """
    found = union_all(_same_name(), _same_number()).subquery()
    pairs = (
        select(found.c.first_id, found.c.second_id, func.min(found.c.why).label("why"))
        .group_by(found.c.first_id, found.c.second_id)
        .subquery()
    )
    first, second = aliased(Person), aliased(Person)
    statement = (
        select(
            first.ref,
            first.given_name,
            first.family_name,
            second.ref.label("other_ref"),
            second.given_name.label("other_given_name"),
            second.family_name.label("other_family_name"),
            pairs.c.why,
        )
        .select_from(pairs)
        .join(first, first.id == pairs.c.first_id)
        .join(second, second.id == pairs.c.second_id)
        .where(
            *(person.merged_into_id.is_(None) & person.anonymised_at.is_(None) for person in (first, second)),
        )
        # By the keys and not by name: the pairs are few, and must lead to the people rather than the other way round.
        .order_by(pairs.c.first_id, pairs.c.second_id)
    )
    return statement if viewer.is_machine or viewer.has(Role.OFFICER) else statement.where(literal(value=False))


def _same_name() -> Select[int, int, str]:
    works = (
        select(Person.id.label("person_id"), Person.sort_key.label("likeness"), Employment.agency_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(employed_on(clock.today()), Employment.agency_id.is_not(None), Person.merged_into_id.is_(None))
        .distinct()
    )
    return _pairs(works, "Same name and agency")


def _same_number() -> Select[int, int, str]:
    numbered = (
        select(Employment.person_id, Employment.staff_number.label("likeness"), Employment.agency_id)
        .where(Employment.staff_number != "", Employment.agency_id.is_not(None))
        .distinct()
    )
    return _pairs(numbered, "Same staff number")


def _pairs(likenesses: Any, why: str) -> Select[int, int, str]:
    """Everybody with one likeness at one agency, each beside the oldest record of them."""
    alike = likenesses.subquery()
    oldest = func.min(alike.c.person_id).over(partition_by=(alike.c.agency_id, alike.c.likeness))
    beside = select(
        oldest.label("first_id"), alike.c.person_id.label("second_id"), literal(why).label("why")
    ).subquery()
    return select(beside.c.first_id, beside.c.second_id, beside.c.why).where(beside.c.first_id != beside.c.second_id)
