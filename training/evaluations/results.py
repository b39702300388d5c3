"""What people said about one session, counted and without names; hidden where fewer than five answered."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from training.catalogue.models import Course
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.evaluations.models import Answer, EvaluationRequest, Question, QuestionKind, Stage
from training.evaluations.queries import counts_once
from training.evaluations.rules import may_be_shown, mean, shuffle_key
from training.schedule.models import CourseSession
from training.schedule.reach import teaches


@dataclass(frozen=True)
class QuestionResult:
    """One question and what was answered to it; `numbers` and `choices` are empty where fewer than five answered."""

    text: str
    kind: QuestionKind
    level: int
    people: int
    numbers: dict[int, int]
    choices: list[tuple[str, int]]
    comments: list[str]

    @property
    def is_hidden(self) -> bool:
        return not may_be_shown(self.people)

    @property
    def mean(self) -> float | None:
        return mean(self.numbers)


@dataclass(frozen=True)
class StageResult:
    """One stage of one session: how many were asked and answered, and what."""

    stage: Stage
    due_at: datetime
    requests: int
    asked: int
    answered: int
    questions: list[QuestionResult]

    @property
    def is_hidden(self) -> bool:
        return not may_be_shown(self.answered)

    @property
    def outcomes(self) -> list[QuestionResult]:
        """The outcome statements."""
        return [question for question in self.questions if question.kind is QuestionKind.OUTCOME]

    @property
    def chosen(self) -> list[QuestionResult]:
        """The questions with a few answers to choose from."""
        return [question for question in self.questions if question.choices]

    @property
    def too_few(self) -> list[QuestionResult]:
        """The questions that some, but too few people answered by a choice."""
        return [one for one in self.questions if one.people and one.is_hidden and not one.comments]

    @property
    def commented(self) -> list[QuestionResult]:
        """The questions answered in words; intentions stand together under the first of them."""
        intentions = [one for one in self.questions if one.kind is QuestionKind.INTENTION and one.comments]
        others = [one for one in self.questions if one.kind is not QuestionKind.INTENTION and one.comments]
        if not intentions:
            return others
        together = [comment for one in intentions for comment in one.comments]
        return [replace(intentions[0], comments=together, people=len(together)), *others]


def sessions_with_feedback(viewer: Viewer) -> ColumnElement[bool]:
    """Which CourseSession rows' evaluations `viewer` may read: the officer all, its trainers their own."""
    return true() if viewer.is_machine or viewer.has(Role.OFFICER) else teaches(viewer)


def session_with_feedback(viewer: Viewer, ref: str) -> CourseSession | None:
    """The session `ref` with its course, if its evaluations are within reach."""
    return db.session.scalar(
        select(CourseSession)
        .where(CourseSession.ref == ref, sessions_with_feedback(viewer))
        .options(joinedload(CourseSession.course))
    )


def results_of(viewer: Viewer, course_session: CourseSession) -> list[StageResult]:
    """The stages that were opened for a session within reach, in five queries at most."""
    counted = db.session.execute(
        select(
            EvaluationRequest.stage,
            EvaluationRequest.form_id,
            func.min(EvaluationRequest.due_at),
            func.count(),
            func.count(EvaluationRequest.asked_at),
            func.count(EvaluationRequest.answered_at),
        )
        .join(CourseSession, CourseSession.id == EvaluationRequest.session_id)
        .where(EvaluationRequest.session_id == course_session.id, sessions_with_feedback(viewer), counts_once())
        .group_by(EvaluationRequest.stage, EvaluationRequest.form_id)
    ).all()
    rows = sorted(counted, key=lambda row: list(Stage).index(row[0]))
    shown = [row[1] for row in rows if may_be_shown(row[5])]
    results = _questions(course_session, shown) if shown else {}
    return [StageResult(row[0], row[2], row[3], row[4], row[5], results.get(row[1], [])) for row in rows]


def _questions(course_session: CourseSession, form_ids: list[int]) -> dict[int, list[QuestionResult]]:
    """Each form's questions with what was answered, by form."""
    numbers: dict[int, Counter[int]] = {}
    words: dict[int, list[tuple[str, str]]] = {}
    for key, question_id, number, text in db.session.execute(
        select(Answer.id, Answer.question_id, Answer.number, Answer.text)
        .join(EvaluationRequest, EvaluationRequest.id == Answer.request_id)
        .where(
            EvaluationRequest.session_id == course_session.id, EvaluationRequest.form_id.in_(form_ids), counts_once()
        )
    ):
        if number is not None:
            numbers.setdefault(question_id, Counter())[number] += 1
        if text is not None:
            words.setdefault(question_id, []).append((shuffle_key(course_session.ref, key), text))
    found: dict[int, list[QuestionResult]] = {}
    questions = select(Question).where(Question.form_id.in_(form_ids)).order_by(Question.form_id, Question.position)
    for question in db.session.scalars(questions):
        said = [text for _, text in sorted(words.get(question.id, []))]
        result = _result(question, numbers.get(question.id, Counter()), said)
        found.setdefault(question.form_id, []).append(result)
    return found


def _result(question: Question, numbers: Counter[int], said: list[str]) -> QuestionResult:
    """Words stand among the answers of everybody who answered the stage; figures need five answers of their own."""
    people = numbers.total() + len(said)
    counted: list[tuple[str, int]] = []
    if question.choices and may_be_shown(people):
        by_word = question.kind is not QuestionKind.RATING
        counted = [
            (choice, said.count(choice) if by_word else numbers[place])
            for place, choice in enumerate(question.choices, start=1)
        ]
    return QuestionResult(
        text=question.text,
        kind=question.kind,
        level=question.level,
        people=people,
        numbers=dict(numbers) if may_be_shown(people) else {},
        choices=counted,
        comments=[] if question.choices else said,
    )


def sessions_evaluated(viewer: Viewer) -> Select[Any]:
    """Sessions with evaluations within reach, the latest first, for `paged`: counts of people by stage."""
    end = EvaluationRequest.stage == Stage.END
    impact = EvaluationRequest.stage == Stage.IMPACT

    def people(where: ColumnElement[bool], column: InstrumentedAttribute[Any]) -> ColumnElement[int]:
        return func.count(case((where, column)))

    statement = (
        select(
            CourseSession.ref,
            Course.title,
            CourseSession.ends_at,
            people(end, EvaluationRequest.id).label("end_requests"),
            people(end, EvaluationRequest.asked_at).label("end_asked"),
            people(end, EvaluationRequest.answered_at).label("end_answered"),
            func.min(case((impact, EvaluationRequest.due_at))).label("impact_due_at"),
            people(impact, EvaluationRequest.asked_at).label("impact_asked"),
            people(impact, EvaluationRequest.answered_at).label("impact_answered"),
        )
        .join(CourseSession, CourseSession.id == EvaluationRequest.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(sessions_with_feedback(viewer), counts_once())
        .group_by(CourseSession.id, CourseSession.ref, Course.title, CourseSession.ends_at)
        .order_by(CourseSession.ends_at.desc(), CourseSession.id.desc())
    )
    return cast("Select[Any]", statement)
