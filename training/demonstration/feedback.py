"""Evaluations: the forms of every edition, who was asked, and what they answered."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from training.catalogue.models import CourseKind
from training.core import clock
from training.demonstration.answers import (
    DONE,
    HINDRANCES,
    INTENTIONS,
    SEEN,
    SUGGESTIONS,
    TALKED,
    WHAT_CHANGED,
    WHAT_SEEN,
)
from training.demonstration.courses import InventedCourse
from training.demonstration.history import Attendee, HeldSession
from training.demonstration.ledger import Ledger
from training.demonstration.programme import Courses
from training.evaluations.default_forms import AGREEMENT
from training.evaluations.models import Answer, EvaluationForm, EvaluationRequest, Question, QuestionKind, Stage

ASKED_SINCE = date(2023, 4, 1)
IMPACT_AFTER = timedelta(weeks=12)
ANSWERED = {Stage.BEFORE: 0.55, Stage.END: 0.62, Stage.IMPACT: 0.41, Stage.SUPERVISOR: 0.36}
"""The share of those asked who answer."""
OPEN_FOR = {
    Stage.BEFORE: timedelta(days=7),
    Stage.END: timedelta(days=28),
    Stage.IMPACT: timedelta(days=42),
    Stage.SUPERVISOR: timedelta(days=42),
}


@dataclass(frozen=True)
class Asked:
    """A question with its key."""

    id: int
    kind: QuestionKind
    choices: tuple[str, ...]
    texts: tuple[str, ...]
    outcome_id: int | None
    is_required: bool


@dataclass(frozen=True)
class Form:
    """The questions of one stage."""

    id: int
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class Wording:
    """A question beside those on outcomes: how it is answered, what it is evidence for, what it says."""

    kind: QuestionKind
    level: int
    text: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    is_required: bool = True


NO_NAMES = "Please do not name children or families."
WORDINGS = {
    Stage.BEFORE: (),
    Stage.END: (
        Wording(QuestionKind.RATING, 1, "The session was relevant to my work", choices=AGREEMENT),
        Wording(QuestionKind.RATING, 1, "The trainers involved us and knew their subject", choices=AGREEMENT),
        Wording(QuestionKind.RATING, 1, "Learning together with other agencies was useful", choices=AGREEMENT),
        Wording(QuestionKind.INTENTION, 3, "What is one thing you will do differently?", NO_NAMES, texts=INTENTIONS),
        Wording(QuestionKind.TEXT, 1, "What could we do better?", NO_NAMES, texts=SUGGESTIONS, is_required=False),
    ),
    Stage.IMPACT: (
        Wording(QuestionKind.CHOICE, 3, "Have you done what you meant to do?", choices=DONE),
        Wording(QuestionKind.CHOICE, 3, "What got in the way?", choices=HINDRANCES, is_required=False),
        Wording(
            QuestionKind.TEXT, 4, "What was different for a child or a family?", NO_NAMES, texts=WHAT_CHANGED,
            is_required=False,
        ),
    ),
    Stage.SUPERVISOR: (
        Wording(QuestionKind.CHOICE, 3, "Where have you talked about what was learned?", choices=TALKED),
        Wording(QuestionKind.CHOICE, 3, "Have you seen a change in practice?", choices=SEEN),
        Wording(
            QuestionKind.TEXT, 4, "What have you seen, in one sentence?", NO_NAMES, texts=WHAT_SEEN,
            is_required=False,
        ),
    ),
}  # fmt: skip
WITH_OUTCOMES = (Stage.BEFORE, Stage.END, Stage.IMPACT)


@dataclass
class Feedback:
    """Writes forms, requests and answers into the ledger."""

    ledger: Ledger
    now: datetime
    chance: Random = field(init=False)
    forms: dict[tuple[int, Stage], Form] = field(default_factory=dict[tuple[int, Stage], Form])

    def __post_init__(self) -> None:
        self.chance = self.ledger.chance("feedback")

    def add_forms(self, course: InventedCourse) -> None:
        """Note the forms of a course, of all stages at which there is something to ask."""
        since = clock.start_of_day(ASKED_SINCE)
        for stage, wordings in WORDINGS.items():
            if not wordings and not course.outcomes:
                continue
            form_id = self.ledger.add(EvaluationForm, edition_id=course.edition_id, stage=stage, created_at=since)
            questions: list[Asked] = []
            if stage in WITH_OUTCOMES:
                for outcome_id, text in course.outcomes:
                    wording = Wording(QuestionKind.OUTCOME, 2, text, "1 is not at all, 10 is completely")
                    questions.append(self._question(form_id, len(questions) + 1, wording, outcome_id))
            for wording in wordings:
                questions.append(self._question(form_id, len(questions) + 1, wording, None))
            self.forms[course.edition_id, stage] = Form(form_id, tuple(questions))

    def _question(self, form_id: int, position: int, wording: Wording, outcome_id: int | None) -> Asked:
        key = self.ledger.add(
            Question,
            form_id=form_id,
            position=position,
            kind=wording.kind,
            level=wording.level,
            text=wording.text,
            hint=wording.hint,
            choices=list(wording.choices),
            is_required=wording.is_required,
            outcome_id=outcome_id,
        )
        return Asked(key, wording.kind, wording.choices, wording.texts, outcome_id, wording.is_required)

    def ask(self, held: HeldSession, attendee: Attendee) -> None:
        """Ask one attendee at every stage that is due, and schedule those that are not."""
        session = held.session
        start = self.chance.gauss(4.8, 1.5)
        end = start + self.chance.gauss(2.3, 1.2)
        if attendee.booking_id is not None and held.session.planned.course.outcomes:
            opened = session.starts_at - OPEN_FOR[Stage.BEFORE]
            self._ask(held, attendee, Stage.BEFORE, opened, start, expires_at=session.starts_at)
        self._ask(held, attendee, Stage.END, held.closed_at, end)
        impact_due = session.ends_at + IMPACT_AFTER
        answered_at = self._ask(held, attendee, Stage.IMPACT, impact_due, end - self.chance.gauss(0.5, 0.9))
        has_manager = attendee.post.agency.sector != "Other" and attendee.booking_id is not None
        supervisor_due = answered_at or impact_due + timedelta(days=14)
        if has_manager and supervisor_due <= self.now:
            self._ask(held, attendee, Stage.SUPERVISOR, supervisor_due, end)

    def _ask(
        self,
        held: HeldSession,
        attendee: Attendee,
        stage: Stage,
        due_at: datetime,
        standing: float,
        expires_at: datetime | None = None,
    ) -> datetime | None:
        """Note a request and perhaps its answers, given at `standing` of 1 to 10; when it was answered, if it was."""
        expires_at = expires_at or due_at + OPEN_FOR[stage]
        asked_at = min(due_at + timedelta(minutes=10), self.now) if due_at <= self.now else None
        answered_at = None
        if asked_at and self.chance.random() < ANSWERED[stage]:
            wait = timedelta(hours=min(self.chance.expovariate(1 / 50), (expires_at - asked_at).total_seconds() / 3600))
            answered_at = asked_at + timedelta(seconds=int(wait.total_seconds()))
            if answered_at > self.now:
                answered_at = None
        form = self.forms[held.session.planned.course.edition_id, stage]
        is_known = attendee.booking_id is not None or attendee.completed
        key = self.ledger.add(
            EvaluationRequest,
            session_id=held.session.id,
            booking_id=attendee.booking_id,
            walk_in_id=attendee.walk_in_id,
            person_id=attendee.post.person_id if is_known else None,
            form_id=form.id,
            stage=stage,
            due_at=due_at,
            expires_at=expires_at,
            asked_at=asked_at,
            answered_at=answered_at,
            created_at=due_at if asked_at else held.closed_at,
        )
        if answered_at:
            for question in form.questions:
                self._answer(key, question, standing)
        return answered_at

    def _answer(self, request_id: int, question: Asked, standing: float) -> None:
        if not question.is_required and self.chance.random() < 0.65:
            return
        value: dict[str, Any] = {"number": None, "text": None}
        if question.kind is QuestionKind.OUTCOME:
            value["number"] = _within(1, round(standing + self.chance.gauss(0, 0.9)), 10)
        elif question.kind is QuestionKind.RATING:
            value["number"] = self.chance.choices((5, 4, 3, 2, 1), (48, 36, 11, 4, 1))[0]
        elif question.kind is QuestionKind.CHOICE:
            value["text"] = self.chance.choices(question.choices, range(len(question.choices) + 1, 1, -1))[0]
        else:
            value["text"] = self.chance.choice(question.texts)
        self.ledger.add(Answer, request_id=request_id, question_id=question.id, **value)


def _within(least: int, number: int, most: int) -> int:
    return max(least, min(most, number))


def add_feedback(ledger: Ledger, held: list[HeldSession], courses: Courses, now: datetime) -> None:
    """Note the forms, and who was asked and answered about every session since `ASKED_SINCE`, but for meetings."""
    feedback = Feedback(ledger, now)
    for course in courses.values():
        if course.kind is not CourseKind.MEETING:
            feedback.add_forms(course)
    for session in held:
        is_training = session.session.planned.course.kind is not CourseKind.MEETING
        if is_training and session.session.planned.days[-1] >= ASKED_SINCE:
            for attendee in session.attendees:
                feedback.ask(session, attendee)
