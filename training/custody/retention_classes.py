"""The classes of records that retention knows: what of each is past its time, and what becomes of it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypedDict

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    String,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from training.attendance.models import WalkIn
from training.bookings.models import Booking, BookingWarning
from training.bookings.models_allotment import AllotmentResult
from training.bookings.models_told import ManagerTold
from training.core import clock
from training.core.audit import AuditEntry, AuditValues
from training.core.batches import Batch, BatchRow, BatchState
from training.core.columns import Identified
from training.core.database import db
from training.core.holdings_own import FORGOTTEN, OF_AN_ADDRESS
from training.core.limits import LimitCount
from training.core.links import SignedLink
from training.core.notes import Note
from training.core.outbox import UNSETTLED, OutboxMessage
from training.core.tasks import Task, TaskState
from training.custody.models import Merge, MergeStep
from training.custody.retention import RecordClass, record_classes, register_class
from training.custody.retention_people import (
    anonymise_due,
    anonymise_unconfirmed,
    people_due,
    unconfirmed_due,
)
from training.evaluations.holdings import OWN_WORDS
from training.evaluations.models import Answer, EvaluationRequest
from training.people.holdings import ANONYMISED
from training.people.models import Account, Employment, Person, SignIn
from training.schedule.models import CourseSession

OVER = (BatchState.REFUSED, BatchState.APPLIED, BatchState.DISCARDED, BatchState.UNDONE)


def before(day: date) -> datetime:
    """The moment before which rows are older than the day."""
    return clock.start_of_day(day)


def _done(statement: Any) -> int:
    result: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    return result.rowcount


class ByAge(TypedDict):
    """What `register_class` is told of rows that go whole once they are old."""

    due: Callable[[date], Select[int]]
    remove: Callable[[Sequence[int]], int]
    oldest: Callable[[], Select[Any]]


def _deleted_by(kind: type[Identified], moment: InstrumentedAttribute[datetime], *only: ColumnElement[bool]) -> ByAge:
    """Rows of `kind`, only those for which `only` holds, are deleted when `moment` is past."""
    return ByAge(
        due=lambda day: select(kind.id).where(moment < before(day), *only).order_by(kind.id),
        remove=lambda keys: _done(delete(kind).where(kind.id.in_(keys))),
        oldest=lambda: select(func.min(moment)),
    )


def _strip_messages(keys: Sequence[int]) -> int:
    empty = dict.fromkeys(("recipient_name", "recipient_address", "subject", "body_text", "body_html", "bounce"), "")
    table = OutboxMessage.__table__.c
    for column in (table.stream, table.key):
        of_address = update(OutboxMessage).where(OutboxMessage.id.in_(keys), column.startswith(OF_AN_ADDRESS))
        db.session.execute(of_address.values({column.name: literal(FORGOTTEN).concat(cast(OutboxMessage.id, String))}))
    nothing = dict.fromkeys(("calendar", "calendar_method", "last_error"))
    return _done(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(keys), OutboxMessage.recipient_address != "")
        .values(**empty, **nothing, secrets=[])
    )


def _strip_walk_ins(keys: Sequence[int]) -> int:
    named = update(WalkIn).where(WalkIn.id.in_(keys), WalkIn.name != ANONYMISED)
    return _done(named.values(name=ANONYMISED, address=""))


def _has_words() -> ColumnElement[bool]:
    asked = or_(BookingWarning.note != "", BookingWarning.answer != "")
    return or_(
        Booking.reason != "",
        exists().where(BookingWarning.booking_id == Booking.id, asked),
        exists().where(AllotmentResult.booking_id == Booking.id, AllotmentResult.overridden_reason != ""),
    )


def _strip_reasons(keys: Sequence[int]) -> int:
    warned, allotted = BookingWarning.booking_id.in_(keys), AllotmentResult.booking_id.in_(keys)
    db.session.execute(update(BookingWarning).where(warned).values(note="", answer=""))
    db.session.execute(update(AllotmentResult).where(allotted).values(overridden_reason=""))
    return _done(update(Booking).where(Booking.id.in_(keys)).values(reason=""))


def _strip_managers(keys: Sequence[int]) -> int:
    told = update(ManagerTold).where(ManagerTold.booking_id.in_(keys), ManagerTold.address != "")
    db.session.execute(told.values(address=""))
    return _done(update(Booking).where(Booking.id.in_(keys)).values(deputy_name="", deputy_address=""))


def _strip_former_managers(keys: Sequence[int]) -> int:
    named = update(Employment).where(Employment.id.in_(keys))
    return _done(named.values(manager_name="", manager_address="", manager_confirmed_at=None))


def _managers_due(day: date) -> Select[int]:
    told = exists().where(ManagerTold.booking_id == Booking.id, ManagerTold.address != "")
    return (
        select(Booking.id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(CourseSession.ends_at < before(day), or_(Booking.deputy_address != "", Booking.deputy_name != "", told))
        .order_by(Booking.id)
    )


def _messages_due(day: date) -> Select[int]:
    return (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.created_at < before(day),
            OutboxMessage.state.not_in(UNSETTLED),
            OutboxMessage.recipient_address != "",
        )
        .order_by(OutboxMessage.id)
    )


register_class(
    "people", "People without activity", 72,
    does="They are anonymised: bookings, attendance and ratings still count, and nobody knows whose they were.",
    why="Six years, in which somebody may ask what training a person had; refresher training is due within three.",
    due=people_due, remove=anonymise_due, least=12, names_people=True,
    oldest=lambda: select(func.min(Person.created_at)).where(Person.anonymised_at.is_(None)),
)  # fmt: skip
register_class(
    "unconfirmed", "Accounts that were never confirmed", 1,
    does="They are anonymised. The address can be used to ask for an account again.",
    why="Whoever did not follow the link within days will not; somebody else may have typed the address.",
    due=unconfirmed_due, remove=anonymise_unconfirmed, names_people=True,
    oldest=lambda: select(func.min(Account.created_at)).where(Account.confirmed_at.is_(None), Account.active),
)  # fmt: skip
register_class(
    "messages", "Messages", 24,
    does="Recipient and text are removed. That a message of this kind was sent, and when, stays.",
    why="Long enough to answer what somebody was told about a session of last year.",
    due=_messages_due, remove=_strip_messages,
    oldest=lambda: select(func.min(OutboxMessage.created_at)).where(OutboxMessage.recipient_address != ""),
)  # fmt: skip
register_class(
    "sign-ins", "Sign-ins", 12,
    does="They are deleted.",
    why="A year is enough to look into a misuse of an account.",
    **_deleted_by(SignIn, SignIn.seen_at),
)  # fmt: skip
register_class(
    "limits", "How often something was tried", 1,
    does="They are deleted.",
    why="They only slow down who tries passwords and codes, within hours.",
    **_deleted_by(LimitCount, LimitCount.begins_at),
)  # fmt: skip
register_class(
    "notes", "Searches and other noted facts", 24,
    does="They are deleted.",
    why="What people searched for in vain is evidence of demand for the plan of the next two years.",
    **_deleted_by(Note, Note.noted_at),
)  # fmt: skip
register_class(
    "links", "Links in messages", 6,
    does="They are deleted. Somebody who follows one later reads that it is not known.",
    why="They have long run out; until then their page can say why it does not work any more.",
    due=lambda day: select(SignedLink.id).where(SignedLink.expires_at < before(day)).order_by(SignedLink.id),
    remove=lambda keys: _done(delete(SignedLink).where(SignedLink.id.in_(keys))),
    oldest=lambda: select(func.min(SignedLink.created_at)),
)  # fmt: skip
register_class(
    "audit-values", "Values in the log of changes", 72,
    does="What was changed from what to what is removed. Who did what, when and why stays.",
    why="As long as people: until then it can be explained how a record came to be as it is.",
    due=lambda day: select(AuditValues.entry_id)
    .join(AuditEntry, AuditEntry.id == AuditValues.entry_id)
    .where(AuditEntry.happened_at < before(day))
    .order_by(AuditValues.entry_id),
    remove=lambda keys: _done(delete(AuditValues).where(AuditValues.entry_id.in_(keys))),
    oldest=lambda: select(func.min(AuditEntry.happened_at)).join(AuditValues, AuditValues.entry_id == AuditEntry.id),
)  # fmt: skip
register_class(
    "files", "Rows of files that were read", 12,
    does="The rows are deleted. That a file was read, when and by whom, stays; it can no longer be undone.",
    why="A year, in which a wrong file is noticed; what it changed is in the records of the people.",
    due=lambda day: select(BatchRow.id)
    .join(Batch, Batch.id == BatchRow.batch_id)
    .where(Batch.created_at < before(day), Batch.state.in_(OVER))
    .order_by(BatchRow.id),
    remove=lambda keys: _done(delete(BatchRow).where(BatchRow.id.in_(keys))),
    oldest=lambda: select(func.min(Batch.created_at)).join(BatchRow, BatchRow.batch_id == Batch.id),
)  # fmt: skip
register_class(
    "tasks", "What long work reported", 12,
    does="It is deleted, with its messages.",
    why="They say what came of an import or an export; after a year nobody asks.",
    **_deleted_by(Task, Task.created_at, Task.state.in_((TaskState.DONE, TaskState.REFUSED))),
)  # fmt: skip
register_class(
    "evaluation-words", "Own words in evaluations", 60,
    does="The words are removed. Ratings and choices stay and are counted.",
    why="Five years, over which the change that training makes is compared.",
    due=lambda day: select(Answer.id)
    .join(EvaluationRequest, EvaluationRequest.id == Answer.request_id)
    .where(EvaluationRequest.answered_at < before(day), Answer.text != "", text(OWN_WORDS))
    .order_by(Answer.id),
    remove=lambda keys: _done(update(Answer).where(Answer.id.in_(keys), Answer.text != "").values(text="")),
    oldest=lambda: select(func.min(EvaluationRequest.answered_at))
    .join(Answer, Answer.request_id == EvaluationRequest.id)
    .where(Answer.text != "", text(OWN_WORDS)),
)  # fmt: skip
register_class(
    "reasons", "Reasons for cancelling, and what was asked about a booking", 24,
    does="The words are removed. That and when the booking was cancelled, and that something was asked, stays.",
    why="They may say something about somebody’s health or family, and no report uses them after two years.",
    due=lambda day: select(Booking.id)
    .where(_has_words(), func.coalesce(Booking.cancelled_at, Booking.created_at) < before(day))
    .order_by(Booking.id),
    remove=_strip_reasons,
    oldest=lambda: select(func.min(Booking.created_at)).where(_has_words()),
)  # fmt: skip
register_class(
    "managers", "Whom a manager named, and to whom we wrote of a booking", 12,
    does="Name and address are removed from the booking. That and when somebody agreed stays.",
    why="Counted from the end of the session. Managers and their deputies often have no record of their own that goes.",
    due=_managers_due, remove=_strip_managers,
    oldest=lambda: select(func.min(CourseSession.ends_at))
    .join(Booking, Booking.session_id == CourseSession.id)
    .outerjoin(ManagerTold, ManagerTold.booking_id == Booking.id)
    .where(or_(Booking.deputy_address != "", ManagerTold.address != "")),
)  # fmt: skip
register_class(
    "former-managers", "Managers of jobs that have ended", 12,
    does="The name and address of the manager are removed from the job. Where and as what the person worked stays.",
    why="Nobody is asked about a job that ended a year ago: the last questions to a manager come within six months.",
    due=lambda day: select(Employment.id)
    .where(Employment.to_on < day, or_(Employment.manager_address != "", Employment.manager_name != ""))
    .order_by(Employment.id),
    remove=_strip_former_managers, least=6,
    oldest=lambda: select(func.min(Employment.to_on)).where(Employment.manager_address != ""),
)  # fmt: skip
register_class(
    "walk-ins", "People who came without a booking", 36,
    does="Name and address are removed where nobody matched them to a person. They are still counted.",
    why="Three years, in which somebody may still ask for the certificate.",
    due=lambda day: select(WalkIn.id)
    .where(WalkIn.created_at < before(day), WalkIn.person_id.is_(None), WalkIn.name != ANONYMISED)
    .order_by(WalkIn.id),
    remove=_strip_walk_ins,
    oldest=lambda: select(func.min(WalkIn.created_at)).where(WalkIn.person_id.is_(None), WalkIn.name != ANONYMISED),
)  # fmt: skip
register_class(
    "merges", "What merges of records moved", 12,
    does="What the merge moved is forgotten. The records stay merged, and that can no longer be undone.",
    why="A year, in which a wrong merge is noticed.",
    due=lambda day: select(MergeStep.id)
    .join(Merge, Merge.id == MergeStep.merge_id)
    .where(Merge.done_at < before(day))
    .order_by(MergeStep.id),
    remove=lambda keys: _done(delete(MergeStep).where(MergeStep.id.in_(keys))),
    oldest=lambda: select(func.min(Merge.done_at)).join(MergeStep, MergeStep.merge_id == Merge.id),
)  # fmt: skip


def classes() -> tuple[RecordClass, ...]:
    """All classes, in the order of the page."""
    return record_classes()
