"""What the audit log and the messages say of the present year: sessions from draft to end, and evaluations asked."""

from datetime import datetime, timedelta

from training.core import clock
from training.core.viewer import Role
from training.demonstration.diary import Diary, as_person
from training.demonstration.history import HeldSession
from training.demonstration.ledger import Ledger
from training.demonstration.sessions import InventedSession
from training.evaluations.models import EvaluationRequest
from training.evaluations.notices import KINDS
from training.planning.years import TrainingYear
from training.schedule.models import CourseSession

ASKED_WITHIN = timedelta(weeks=3)
"""How far back there is mail that asks for an evaluation."""


def note_year(
    diary: Diary, ledger: Ledger, held: list[HeldSession], sessions: list[InventedSession], now: datetime
) -> None:
    """Have the diary note what the programme and the registers of the year left no word of."""
    present = TrainingYear.of(clock.local(now).date())
    rows = {row["id"]: row for row in ledger.rows(CourseSession)}
    for session in sessions:
        if session.year >= present:
            row = rows[session.id]
            after = {"ref": session.ref, "starts": session.starts_at}
            diary.done(row["created_at"], "drafted the session", (CourseSession, session.id), after=after)
            if row["published_at"] is not None:
                diary.done(row["published_at"], "published the session", (CourseSession, session.id))
    for each in held:
        if each.session.year == present:
            subject, trainer = (CourseSession, each.session.id), as_person(each.session.lead_id, Role.TRAINER)
            for number, closed_at in enumerate(each.registers_closed_at, start=1):
                after = {"part": number, "not marked": 0}
                diary.done(closed_at, "closed a register", subject, viewer=trainer, after=after)
            diary.done(each.closed_at, "finished", subject, viewer=trainer)
    for row in ledger.rows(EvaluationRequest):
        if row["stage"] in KINDS and row["asked_at"] is not None and row["asked_at"] > now - ASKED_WITHIN:
            diary.asked_for_evaluation(row["asked_at"], row["id"], row["answered_at"])
