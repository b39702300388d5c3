"""What a run of retention would remove, row by row: when it was and what it is, without a word of what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from training.attendance.models import WalkIn
from training.bookings.models import Booking
from training.core import batch_kinds, clock, messages, tasks
from training.core.audit import AuditEntry
from training.core.batches import Batch, BatchRow
from training.core.database import db
from training.core.limits import LimitCount
from training.core.links import SignedLink
from training.core.notes import Note
from training.core.outbox import OutboxMessage
from training.core.tasks import Task
from training.custody.models import Merge, MergeStep
from training.custody.retention import RecordClass
from training.evaluations.models import Answer, EvaluationRequest
from training.people.models import Employment, Person, SignIn
from training.schedule.models import CourseSession

SHOWN = 50
"""How many rows the page shows of those that would go, the oldest first."""


@dataclass(frozen=True)
class Going:
    """One row that would be removed or stripped."""

    at: datetime
    what: str


@dataclass(frozen=True)
class Shows:
    """How rows of a class are shown: by their key, a moment, and what stands in the pattern."""

    key: Any
    rows: Select[*tuple[Any, ...]]
    pattern: str = "{}"
    named: Callable[[str], str] = str
    """What the first of them is called."""


def _plain(word: str) -> str:
    return word.replace("-", " ").capitalize()


SHOWS = {
    "messages": Shows(
        OutboxMessage.id, select(OutboxMessage.created_at, OutboxMessage.kind, OutboxMessage.id),
        "{}, message {}", messages.label_of,
    ),
    "sign-ins": Shows(SignIn.id, select(SignIn.seen_at, SignIn.device)),
    "limits": Shows(LimitCount.id, select(LimitCount.begins_at, LimitCount.kind), named=_plain),
    "notes": Shows(Note.id, select(Note.noted_at, Note.kind), named=_plain),
    "links": Shows(SignedLink.id, select(SignedLink.expires_at, SignedLink.purpose), named=_plain),
    "audit-values": Shows(
        AuditEntry.id, select(AuditEntry.happened_at, AuditEntry.deed, AuditEntry.id), "“{}”, entry {}"
    ),
    "files": Shows(
        BatchRow.id,
        select(Batch.created_at, Batch.kind, Batch.file_name, BatchRow.number).join(
            BatchRow, BatchRow.batch_id == Batch.id
        ),
        "{}: {}, row {}", batch_kinds.label_of,
    ),
    "tasks": Shows(Task.id, select(Task.created_at, Task.kind, Task.ref), "{}, {}", tasks.label_of),
    "evaluation-words": Shows(
        Answer.id,
        select(EvaluationRequest.answered_at, CourseSession.ref)
        .join(Answer, Answer.request_id == EvaluationRequest.id)
        .join(CourseSession, CourseSession.id == EvaluationRequest.session_id),
        "An answer about session {}",
    ),
    "managers": Shows(
        Booking.id,
        select(CourseSession.ends_at, Booking.ref).join(CourseSession, CourseSession.id == Booking.session_id),
        "Booking {}",
    ),
    "former-managers": Shows(
        Employment.id,
        select(Employment.to_on, Person.ref, Employment.job_role).join(Person, Person.id == Employment.person_id),
        "A job of {}: {}",
    ),
    "reasons": Shows(Booking.id, select(Booking.created_at, Booking.ref), "Booking {}"),
    "walk-ins": Shows(
        WalkIn.id,
        select(WalkIn.created_at, CourseSession.ref).join(CourseSession, CourseSession.id == WalkIn.session_id),
        "Somebody at session {}",
    ),
    "merges": Shows(
        MergeStep.id,
        select(Merge.done_at, Merge.ref, MergeStep.id).join(MergeStep, MergeStep.merge_id == Merge.id),
        "{}, step {}",
    ),
}  # fmt: skip
"""For each class but people, who are shown by name."""


def _moment(value: date) -> datetime:
    """A moment as it is, and a day from its beginning."""
    return value if isinstance(value, datetime) else clock.start_of_day(value)


def first_to_go(record_class: RecordClass) -> list[Going]:
    """The oldest rows of a class that a run would remove now, at most `SHOWN`; one query."""
    shows = SHOWS[record_class.name]
    due = record_class.due(record_class.older_than).limit(SHOWN).subquery()
    found = db.session.execute(shows.rows.where(shows.key.in_(select(due))).order_by(shows.key))
    return [Going(_moment(row[0]), shows.pattern.format(shows.named(str(row[1])), *row[2:])) for row in found]
