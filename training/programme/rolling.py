"""Rolls a past term forward: each session as a draft in the same week of the new term, on the same day of the week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from training.core.batch_applying import apply_batch
from training.core.batch_kinds import Plan
from training.core.batch_reading import as_kept, planned_rows
from training.core.batches import Batch, BatchRow, BatchState, Verdict
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.spreadsheets import SheetRow
from training.core.viewer import Viewer
from training.programme.copying import copied_details, teachers_to_ask
from training.programme.importing import IMPORT
from training.programme.names import Pool
from training.programme.queries import closures_between, sessions_between
from training.programme.rules import WEEK, Closure, day_concerns, next_free_weekday
from training.programme.writing import cells_of
from training.schedule.models import CourseSession, SessionStatus, TrainerPart
from training.schedule.operations import times_of

ROLLED = (SessionStatus.PUBLISHED, SessionStatus.FINISHED)
"""What was called off or never published is not rolled forward."""
MOST_SESSIONS = 150
"""How many sessions are rolled forward at once: two years' worth in a large partnership."""
FIRST_ROW = 2
"""The number of the first row, as a spreadsheet counts below its headings."""


@dataclass(frozen=True)
class Suggestion:
    """A session of the past and the day on which it would begin."""

    session: CourseSession
    was_on: date
    on: date
    moved: str = ""
    """Why it is not simply so many weeks later, as a sentence."""
    not_asked: tuple[str, ...] = ()
    """Trainers who cannot be asked again."""


def weeks_between(first: date, start: date) -> timedelta:
    """How much later a session is: whole weeks, from the week of `first` to the week of `start`."""
    return _monday(start) - _monday(first)


def suggestions(viewer: Viewer, first: date, last: date, start: date) -> list[Suggestion]:
    """The sessions that began from `first` to `last`, each in the same week of the term that begins in that of `start`.

    Where that day is no day for training, the next free day of the same name is suggested, and why.
    """
    later = weeks_between(first, start)
    found = [
        session for session in sessions_between(viewer, first, last, ROLLED) if first <= session.parts[0].on <= last
    ]
    if not found:
        return []
    ends = max(part.on for session in found for part in session.parts) + later + 26 * WEEK
    closures = closures_between(viewer, _monday(start), ends)
    pool = Pool()
    return [_suggested(session, later, closures, pool) for session in found]


def _suggested(session: CourseSession, later: timedelta, closures: Sequence[Closure], pool: Pool) -> Suggestion:
    was_on = session.parts[0].on
    wanted = was_on + later
    on = next_free_weekday(wanted, closures) or wanted
    moved = ""
    if on != wanted:
        why = " ".join(concern.sentence for concern in day_concerns([wanted], closures, wanted))
        moved = f"{why} The next free day of the same name is suggested."
    _asked, gone = teachers_to_ask(session, pool)
    return Suggestion(session, was_on, on, moved, tuple(each.person.name for each in gone))


def rows_of(taken: Sequence[tuple[Suggestion, date]], *, ask_trainers: bool) -> list[SheetRow]:
    """The sessions on their new days as rows of a file, numbered as a spreadsheet would."""
    pool = Pool()
    return [
        SheetRow(number, _cells(suggestion, on, pool, ask_trainers=ask_trainers))
        for number, (suggestion, on) in enumerate(taken, FIRST_ROW)
    ]


def _cells(suggestion: Suggestion, on: date, pool: Pool, *, ask_trainers: bool) -> dict[str, str]:
    session = suggestion.session
    details = copied_details(session, (on - times_of(session)[0].on).days)
    named: dict[TrainerPart, str] = {}
    for each in teachers_to_ask(session, pool)[0] if ask_trainers else ():
        named.setdefault(each.part, pool.written(each.person_id, each.person.name, each.person.ref))
    trainers = named.get(TrainerPart.LEAD, ""), named.get(TrainerPart.CO_TRAINER, "")
    return cells_of(session.course.code, session.venue.name if session.venue else "", details, trainers)


def planned(viewer: Viewer, rows: Sequence[SheetRow]) -> Mapping[int, Plan]:
    """What loading the rows would do, by their number."""
    return {row.number: plan for row, plan in planned_rows(viewer, IMPORT, {}, rows)[1]}


def load_rolled(viewer: Viewer, rows: Sequence[SheetRow], name: str) -> Batch:
    """Load the rows as drafts, all of them or none; undone as one like a file. Refused where one is a problem."""
    if not IMPORT.may(viewer, {}):
        raise Refused("Only an officer rolls a programme forward")
    _planner, plans = planned_rows(viewer, IMPORT, {}, rows)
    if any(plan.verdict is Verdict.PROBLEM for _row, plan in plans):
        raise Refused("Put right the sessions with a problem, or leave them out")
    batch = Batch(
        ref=new_reference("IMP", 6),
        kind=IMPORT.name,
        asked_by_id=viewer.person_id,
        file_name=name[-200:],
        state=BatchState.READY,
        row_count=len(plans),
    )
    db.session.add(batch)
    db.session.flush()
    db.session.add_all(BatchRow(batch_id=batch.id, **as_kept(row, plan)) for row, plan in plans)
    db.session.flush()
    apply_batch(viewer, batch.id)
    return batch


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
