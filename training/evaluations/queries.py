"""What can be read of requests: who is still to be asked, what is due, what somebody may answer."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from training.attendance.models import Mark, Presence, WalkIn
from training.attendance.queries import counts
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Course, CourseKind
from training.core import clock
from training.core.database import db
from training.core.links import SignedLink
from training.core.settings import setting_value
from training.core.viewer import Viewer, ViewerKind
from training.evaluations.links import EVALUATION
from training.evaluations.models import Answer, EvaluationRequest, Question, QuestionKind, Stage
from training.evaluations.settings import OPENED_WITHIN_DAYS
from training.people.models import EmailAddress
from training.schedule.models import CourseSession, SessionPart, SessionStatus


@dataclass(frozen=True)
class Attendee:
    """Somebody who attended any part of a session: a booking, or a walk-in we know how to reach."""

    booking_id: int | None
    walk_in_id: int | None
    person_id: int | None


def _attended() -> ColumnElement[bool]:
    return and_(Mark.presence == Presence.ATTENDED, counts())


def counts_once() -> ColumnElement[bool]:
    """Whether the selected request is not of a booking that another one stands for.

    Two records of one person that were merged may each have answered about one session: one answer counts.
    """
    return ~exists().where(
        Booking.id == EvaluationRequest.booking_id, Booking.state == BookingState.REPLACED
    ).correlate(EvaluationRequest)


def _not_asked() -> ColumnElement[bool]:
    """Whether the attendee of the selected Mark has no end evaluation yet."""
    return ~exists().where(
        EvaluationRequest.stage == Stage.END,
        or_(EvaluationRequest.booking_id == Mark.booking_id, EvaluationRequest.walk_in_id == Mark.walk_in_id),
    )


def _can_be_reached() -> ColumnElement[bool]:
    return or_(Mark.booking_id.is_not(None), WalkIn.person_id.is_not(None), WalkIn.address != "")


def attendees_not_asked(session_id: int) -> list[Attendee]:
    """Who attended any part of the session, can be asked, and has not been; each once."""
    rows = db.session.execute(
        select(Mark.booking_id, Mark.walk_in_id, Booking.person_id, WalkIn.person_id)
        .join(SessionPart, SessionPart.id == Mark.part_id)
        .outerjoin(Booking, Booking.id == Mark.booking_id)
        .outerjoin(WalkIn, WalkIn.id == Mark.walk_in_id)
        .where(SessionPart.session_id == session_id, _attended(), _can_be_reached(), _not_asked())
        .order_by(Mark.booking_id, Mark.walk_in_id)
    )
    return list(dict.fromkeys(Attendee(row[0], row[1], row[2] or row[3]) for row in rows))


def sessions_to_open() -> list[int]:
    """Finished sessions, meetings left out, in which somebody attended who has no end evaluation yet."""
    waiting = (
        select(SessionPart.session_id)
        .join(Mark, Mark.part_id == SessionPart.id)
        .outerjoin(WalkIn, WalkIn.id == Mark.walk_in_id)
        .where(_attended(), _can_be_reached(), _not_asked())
    )
    since = clock.now() - timedelta(days=setting_value(OPENED_WITHIN_DAYS))
    statement = (
        select(CourseSession.id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(
            CourseSession.status == SessionStatus.FINISHED,
            CourseSession.ends_at >= since,
            Course.kind != CourseKind.MEETING,
            CourseSession.id.in_(waiting),
        )
        .order_by(CourseSession.id)
    )
    return list(db.session.scalars(statement))


def still_attended() -> ColumnElement[bool]:
    """Whether the attendee of the selected request is still marked as attended in a finished session."""
    return and_(
        exists()
        .where(CourseSession.id == EvaluationRequest.session_id, CourseSession.status == SessionStatus.FINISHED)
        .correlate(EvaluationRequest),
        exists()
        .where(
            _attended(),
            or_(Mark.booking_id == EvaluationRequest.booking_id, Mark.walk_in_id == EvaluationRequest.walk_in_id),
        )
        .correlate(EvaluationRequest),
    )


def still_stands(request: EvaluationRequest) -> bool:
    """Whether the register still says that the person attended; it may have been corrected meanwhile."""
    statement = select(EvaluationRequest.id).where(EvaluationRequest.id == request.id, still_attended())
    return db.session.scalar(statement) is not None


def requests_to_ask() -> list[int]:
    """Requests that are due, not yet asked, not run out, of people with an address, oldest first."""
    now = clock.now()
    address = or_(
        exists().where(EmailAddress.person_id == EvaluationRequest.person_id, EmailAddress.is_primary),
        exists().where(WalkIn.id == EvaluationRequest.walk_in_id, WalkIn.address != ""),
    )
    statement = (
        select(EvaluationRequest.id)
        .where(
            EvaluationRequest.asked_at.is_(None),
            EvaluationRequest.due_at <= now,
            EvaluationRequest.expires_at > now,
            address,
            still_attended(),
        )
        .order_by(EvaluationRequest.due_at, EvaluationRequest.id)
    )
    return list(db.session.scalars(statement))


def may_answer(viewer: Viewer, request: EvaluationRequest) -> bool:
    """Whether it is the viewer who was asked: the person, or whoever holds a link to this very request."""
    if viewer.kind is ViewerKind.PERSON:
        return viewer.person_id == request.person_id
    if viewer.kind is not ViewerKind.LINK or viewer.link_id is None:
        return False
    link = db.session.get(SignedLink, viewer.link_id)
    return link is not None and link.is_open and link.purpose == EVALUATION.name and link.subject_id == request.id


def request_to_answer(viewer: Viewer, request_id: int) -> EvaluationRequest | None:
    """The request with its session, course and form, if `viewer` was asked it."""
    request = db.session.scalar(_with_form().where(EvaluationRequest.id == request_id))
    return request if request is not None and may_answer(viewer, request) else None


def own_requests(viewer: Viewer, booking_ref: str = "") -> list[EvaluationRequest]:
    """What the signed-in person was asked and can answer or has answered, earliest due first."""
    if viewer.person_id is None:
        return []
    now = clock.now()
    statement = _with_form().where(
        EvaluationRequest.person_id == viewer.person_id,
        EvaluationRequest.due_at <= now,
        or_(and_(EvaluationRequest.expires_at > now, still_attended()), EvaluationRequest.answered_at.is_not(None)),
    )
    if booking_ref:
        statement = statement.join(Booking, Booking.id == EvaluationRequest.booking_id).where(
            Booking.ref == booking_ref
        )
    return list(db.session.scalars(statement.order_by(EvaluationRequest.due_at, EvaluationRequest.id)))


def intentions_of(request: EvaluationRequest) -> list[str]:
    """What the same person said at the end they would do differently, in the order of the questions."""
    same = (
        EvaluationRequest.booking_id == request.booking_id
        if request.booking_id is not None
        else EvaluationRequest.walk_in_id == request.walk_in_id
    )
    statement = (
        select(Answer.text)
        .join(Question, Question.id == Answer.question_id)
        .join(EvaluationRequest, EvaluationRequest.id == Answer.request_id)
        .where(same, EvaluationRequest.stage == Stage.END, Question.kind == QuestionKind.INTENTION)
        .order_by(Question.position)
    )
    return [text for text in db.session.scalars(statement) if text]


def _with_form() -> Select[EvaluationRequest]:
    return select(EvaluationRequest).options(
        joinedload(EvaluationRequest.course_session).joinedload(CourseSession.course),
        joinedload(EvaluationRequest.form),
    )
