"""What the pages of retention ask: how each class stands, the latest runs, and what stays of one person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from training.attendance.models import Mark
from training.bookings.models import Booking
from training.core import clock
from training.core.database import db
from training.core.settings import setting_value
from training.custody.models import RetentionRun
from training.custody.operations_retention import past_its_time
from training.custody.records import records_of
from training.custody.retention import RecordClass
from training.custody.retention_classes import classes
from training.evaluations.models import EvaluationRequest
from training.people.models import Person
from training.records.models import Completion

RUNS_SHOWN = 20


@dataclass(frozen=True)
class Standing:
    """A class of records: for how many months it is kept, since when there are rows, and how many are past that."""

    record_class: RecordClass
    months: int
    oldest: datetime | None
    due: int


@dataclass(frozen=True)
class Run:
    """One run as a row of the page."""

    label: str
    ran_at: datetime
    removed: int
    by: str


@dataclass(frozen=True)
class Staying:
    """What is still counted of somebody who is anonymised, and what they lose."""

    bookings: int
    marks: int
    evaluations: int
    completions: int
    in_date: int


def classes_as_they_stand() -> list[Standing]:
    """Every class with its numbers; two queries each, whatever there is."""
    return [
        Standing(
            record_class,
            setting_value(record_class.setting),
            db.session.scalar(record_class.oldest()),
            past_its_time(record_class),
        )
        for record_class in classes()
    ]


def latest_runs() -> list[Run]:
    """The latest runs, with who asked for them; one query."""
    labels = {record_class.name: record_class.label for record_class in classes()}
    rows = db.session.execute(
        select(RetentionRun, Person.given_name, Person.family_name)
        .outerjoin(Person, Person.id == RetentionRun.asked_by_id)
        .order_by(RetentionRun.ran_at.desc(), RetentionRun.id.desc())
        .limit(RUNS_SHOWN)
    )
    return [
        Run(
            labels.get(run.record_class, run.record_class),
            run.ran_at,
            run.removed,
            f"{given} {family}" if given else "By itself at night",
        )
        for run, given, family in rows
    ]


def what_stays(person_id: int) -> Staying:
    """What is counted of the person in all their records; four queries."""
    ids = records_of(person_id)
    bookings = select(Booking.id).where(Booking.person_id.in_(ids))
    answered = EvaluationRequest.answered_at.is_not(None)
    in_date = Completion.expires_on.is_(None) | (Completion.expires_on >= clock.today())
    completions = db.session.execute(
        select(func.count(), func.count().filter(in_date)).where(
            Completion.person_id.in_(ids), Completion.revoked_at.is_(None)
        )
    ).one()
    return Staying(
        bookings=_count(select(func.count()).select_from(bookings.subquery())),
        marks=_count(select(func.count(Mark.id)).where(Mark.booking_id.in_(bookings))),
        evaluations=_count(
            select(func.count(EvaluationRequest.id)).where(EvaluationRequest.booking_id.in_(bookings), answered)
        ),
        completions=completions[0],
        in_date=completions[1],
    )


def _count(statement: object) -> int:
    return db.session.scalar(statement) or 0  # type: ignore[call-overload]
