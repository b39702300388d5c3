"""How rows of other tables are called where somebody reads what is held about them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.agencies.models import Agency, FeeBand
from training.attendance.models import WalkIn
from training.bookings.models import Booking, CourseWait, Reservation
from training.bookings.models_agencies import GroupBooking
from training.bookings.models_allotment import Allotment
from training.catalogue.models import Course, CourseEdition
from training.core.batches import Batch
from training.core.database import Base, db
from training.core.policies import PolicyVersion
from training.evaluations.models import STAGE_LABELS, EvaluationForm, EvaluationRequest, Question
from training.people.models import Account, Employment
from training.people.models_workforce import WorkforceGroup
from training.schedule.models import CourseSession, SessionPart, TrainerAssignment, TrainerSearch
from training.web.formats import moment


@dataclass(frozen=True)
class Called:
    """A table to which rows about people lead, and what one of its rows is called."""

    model: type[Base]
    name: Callable[[Any], str]


def _name(row: Agency | FeeBand | WorkforceGroup) -> str:
    return row.name


def _ref(row: Booking | GroupBooking | Reservation | CourseWait | WalkIn | Batch) -> str:
    return row.ref


def _session(row: CourseSession) -> str:
    return f"{row.ref}, {row.course.title}, {moment(row.starts_at)}"


def _part(row: SessionPart) -> str:
    return f"Part {row.number}, {moment(row.starts_at)}"


def _job(row: Employment) -> str:
    return f"{row.job_role}, {row.agency.name if row.agency else row.agency_named}"


def _request(row: EvaluationRequest) -> str:
    return f"{STAGE_LABELS[row.stage]}, {row.course_session.ref}"


def _form(row: EvaluationForm) -> str:
    return STAGE_LABELS[row.stage]


def _question(row: Question) -> str:
    return row.text


def _course(row: Course) -> str:
    return row.title


def _edition(row: CourseEdition) -> str:
    return f"Edition {row.number}"


def _version(row: PolicyVersion) -> str:
    return f"Version {row.number}"


def _taught(row: TrainerAssignment) -> str:
    return row.course_session.ref


def _of_session(row: Allotment | TrainerSearch) -> str:
    return db.session.get_one(CourseSession, row.session_id).ref


def _account(row: Account) -> str:
    return row.email


CALLED: dict[str, Called] = {
    called.model.__tablename__: called
    for called in (
        Called(Account, _account),
        Called(Agency, _name),
        Called(Allotment, _of_session),
        Called(Batch, _ref),
        Called(Booking, _ref),
        Called(Course, _course),
        Called(CourseEdition, _edition),
        Called(CourseSession, _session),
        Called(CourseWait, _ref),
        Called(Employment, _job),
        Called(EvaluationForm, _form),
        Called(EvaluationRequest, _request),
        Called(FeeBand, _name),
        Called(GroupBooking, _ref),
        Called(PolicyVersion, _version),
        Called(Question, _question),
        Called(Reservation, _ref),
        Called(SessionPart, _part),
        Called(TrainerAssignment, _taught),
        Called(TrainerSearch, _of_session),
        Called(WalkIn, _ref),
        Called(WorkforceGroup, _name),
    )
}
"""A test fails for a table that is missing."""
