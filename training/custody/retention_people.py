"""When nothing has happened about somebody for so long that they are anonymised."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from training.attendance.models import WalkIn
from training.bookings.models import Booking
from training.core import clock
from training.core.database import db
from training.custody.anonymising import erase, holds_today, is_to_come, teaches_to_come
from training.custody.records import lock_people
from training.custody.retention import class_named
from training.people.models import Account, EmailAddress, Employment, Person, RoleGrant, Standing
from training.records.models import Completion
from training.schedule.models import CourseSession, TrainerAssignment

NAME, UNCONFIRMED = "people", "unconfirmed"


def people_due(day: date) -> Select[int]:
    """People about whom nothing has happened since the day and whom nothing keeps, the oldest first.

    What keeps somebody: a role, a session to come, a completion that still counts.
    """
    begin, today = clock.start_of_day(day), clock.today()
    late_sessions = select(CourseSession.id).where(CourseSession.ends_at >= begin)

    def nothing(owner: Any, *conditions: Any) -> Any:
        return ~select(owner).where(owner == Person.id, *conditions).correlate(Person).exists()

    merged = aliased(Person)
    return (
        select(Person.id)
        .where(
            Person.anonymised_at.is_(None),
            Person.merged_into_id.is_(None),
            Person.created_at < begin,
            nothing(RoleGrant.person_id, holds_today()),
            # Whoever a lead has put on the staff list since is still there.
            nothing(Employment.person_id, Employment.created_at >= begin),
            nothing(Booking.person_id, or_(is_to_come(), Booking.created_at >= begin)),
            nothing(Booking.person_id, Booking.session_id.in_(late_sessions)),
            nothing(WalkIn.person_id, or_(WalkIn.created_at >= begin, WalkIn.session_id.in_(late_sessions))),
            nothing(
                TrainerAssignment.person_id, or_(teaches_to_come(), TrainerAssignment.session_id.in_(late_sessions))
            ),
            nothing(
                Completion.person_id,
                Completion.revoked_at.is_(None),
                or_(
                    Completion.expires_on >= today,
                    (Completion.expires_on.is_(None)) & (Completion.completed_on >= day),
                    Completion.completed_on >= day,
                ),
            ),
            nothing(Account.person_id, or_(Account.last_seen_at >= begin, Account.created_at >= begin)),
            ~select(merged.id).where(merged.merged_into_id == Person.id, merged.created_at >= begin).exists(),
        )
        .order_by(Person.created_at, Person.id)
    )


def unconfirmed_due(day: date) -> Select[int]:
    """People who asked for an account before the day, never showed that the address is theirs, and did nothing else."""

    def nothing(owner: Any, *conditions: Any) -> Any:
        return ~select(owner).where(owner == Person.id, *conditions).correlate(Person).exists()

    return (
        select(Person.id)
        .join(Account, Account.person_id == Person.id)
        .where(
            Person.anonymised_at.is_(None),
            Person.merged_into_id.is_(None),
            Account.confirmed_at.is_(None),
            Account.created_at < clock.start_of_day(day),
            nothing(EmailAddress.person_id, EmailAddress.confirmed_at.is_not(None)),
            nothing(Employment.person_id, Employment.standing.in_((Standing.VOUCHED, Standing.LISTED))),
            *(nothing(owner) for owner in DOING),
        )
        .order_by(Person.created_at, Person.id)
    )


DOING = (
    RoleGrant.person_id,
    Booking.person_id,
    WalkIn.person_id,
    TrainerAssignment.person_id,
    Completion.person_id,
)
"""Whoever has one of these is known otherwise than by asking for an account."""


def anonymise_due(keys: Sequence[int]) -> int:
    """Anonymise those of the people who are still due under the lock: one may have come back a moment ago."""
    return _erase_due(keys, NAME, people_due)


def anonymise_unconfirmed(keys: Sequence[int]) -> int:
    """The same for those who never confirmed: one may have pressed the button a moment ago."""
    return _erase_due(keys, UNCONFIRMED, unconfirmed_due)


def _erase_due(keys: Sequence[int], name: str, due: Callable[[date], Select[int]]) -> int:
    locked = lock_people(keys)
    people = class_named(name)
    assert people is not None
    still = set(db.session.scalars(due(people.older_than).where(Person.id.in_(list(locked)))))
    for key in sorted(still):
        erase(key)
    return len(still)
