"""The deeds on evaluations: make an edition's form, ask those who attended, keep what they answer."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from training.catalogue.models import CourseEdition
from training.core import audit, clock
from training.core.database import db
from training.core.links import SignedLink, use_link
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.transaction import lock_row
from training.core.viewer import WORKER, Viewer
from training.evaluations.default_forms import default_questions
from training.evaluations.links import EVALUATION
from training.evaluations.models import Answer, EvaluationForm, EvaluationRequest, Question, QuestionKind, Stage
from training.evaluations.notices import ask_by_mail
from training.evaluations.queries import attendees_not_asked, may_answer, still_stands
from training.evaluations.rules import impact_due_at
from training.evaluations.settings import END_DAYS, IMPACT_DAYS, IMPACT_WEEKS
from training.schedule.models import CourseSession, SessionStatus

OUTCOME_RANGE = range(1, 11)
RATING_RANGE = range(1, 6)


def ensure_form(edition: CourseEdition, stage: Stage) -> EvaluationForm:
    """The form of `stage` for the edition; the partnership's default questions where it has none yet."""
    form = db.session.scalar(
        select(EvaluationForm).where(EvaluationForm.edition_id == edition.id, EvaluationForm.stage == stage)
    )
    if form is not None:
        return form
    form = EvaluationForm(edition_id=edition.id, stage=stage)
    for position, asked in enumerate(default_questions(stage, edition.outcomes), start=1):
        form.questions.append(
            Question(
                position=position,
                kind=asked.kind,
                level=asked.level,
                text=asked.text,
                hint=asked.hint,
                choices=list(asked.choices),
                is_required=asked.is_required,
                outcome_id=asked.outcome_id,
            )
        )
    db.session.add(form)
    audit.record(WORKER, "made the default form", form, after={"stage": stage.value})
    return form


def open_requests(session_id: int) -> int:
    """Open the end and the impact evaluation for everybody who attended a finished session and was not asked yet.

    Returns for how many people. Nothing happens where the session is no longer finished.
    """
    course_session = lock_row(CourseSession, session_id)
    if course_session.status is not SessionStatus.FINISHED:
        return 0
    attendees = attendees_not_asked(session_id)
    if not attendees:
        return 0
    # The edition is locked too: two sessions of one edition finish at the same moment, one form is made.
    edition = lock_row(CourseEdition, course_session.edition_id)
    now = clock.now()
    impact_at = impact_due_at(course_session.ends_at, setting_value(IMPACT_WEEKS))
    for stage, due_at, expires_at in (
        (Stage.END, now, now + timedelta(days=setting_value(END_DAYS))),
        (Stage.IMPACT, impact_at, max(impact_at, now) + timedelta(days=setting_value(IMPACT_DAYS))),
    ):
        form = ensure_form(edition, stage)
        for attendee in attendees:
            db.session.add(
                EvaluationRequest(
                    session_id=session_id,
                    booking_id=attendee.booking_id,
                    walk_in_id=attendee.walk_in_id,
                    person_id=attendee.person_id,
                    form=form,
                    stage=stage,
                    due_at=due_at,
                    expires_at=expires_at,
                )
            )
    db.session.flush()
    return len(attendees)


def ask(request_id: int) -> bool:
    """Send the request by mail if it is due and was not sent; False where there is nothing to send or nowhere."""
    request = lock_row(EvaluationRequest, request_id)
    now = clock.now()
    if request.asked_at is not None or not request.due_at <= now < request.expires_at:
        return False
    if not still_stands(request) or not ask_by_mail(request):
        return False
    request.asked_at = now
    db.session.flush()
    return True


def answer(viewer: Viewer, request_id: int, answers: Mapping[int, int | str]) -> None:
    """Keep what was answered, by question, and close every link to this request; once only.

    LookupError for a request out of reach; Refused where it was answered or has run out; ValueError for an answer
    that its question does not offer.
    """
    request = lock_row(EvaluationRequest, request_id)
    if not may_answer(viewer, request):
        raise LookupError(f"no request {request_id} within reach")
    now = clock.now()
    if request.answered_at is not None:
        raise Refused("This evaluation was answered already")
    if not request.due_at <= now < request.expires_at:
        raise Refused("This evaluation cannot be answered at present")
    questions = {question.id: question for question in request.form.questions}
    for question_id, value in answers.items():
        request.answers.append(_answer_to(questions[question_id], value))
    request.asked_at = request.asked_at or now
    request.answered_at = now
    link = db.session.scalar(
        select(SignedLink).where(SignedLink.purpose == EVALUATION.name, SignedLink.subject_id == request_id).limit(1)
    )
    if link is not None:
        use_link(link)
    db.session.flush()


def _answer_to(question: Question, value: int | str) -> Answer:
    if question.kind in (QuestionKind.OUTCOME, QuestionKind.RATING):
        offered = OUTCOME_RANGE if question.kind is QuestionKind.OUTCOME else RATING_RANGE
        if value not in offered:
            raise ValueError(f"{value!r} is not a rating from {offered.start} to {offered.stop - 1}")
        return Answer(question=question, number=int(value))
    if not isinstance(value, str) or not value or (question.choices and value not in question.choices):
        raise ValueError(f"{value!r} is not an answer to question {question.position}")
    return Answer(question=question, text=value)
