"""What people said, or did not say, that needs the officer: needs, questions, trainers' answers, wrong managers."""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from training.bookings.models import HOLDING, LIVE, Booking
from training.bookings.models_needs import BookingNeed
from training.bookings.models_told import ManagerTold
from training.bookings.queries_asked import waiting_for_answer
from training.bookings.queries_warnings import open_questions, questions_about
from training.calendars.queries_replies import declined_invitations as invitations_declined
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.settings import register_setting, setting_value
from training.core.viewer import Role, Viewer
from training.homes.queries_desk import SHOWN, Due, DueList
from training.people.models import Employment, Person
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment
from training.web.formats import count

UNANSWERED_DAYS = register_setting(
    "desk.trainer-unanswered-days",
    "When a trainer’s silence shows on the desk",
    3,
    hint="Days after a trainer was asked and has not answered.",
    least=1,
    most=60,
)


def needs_not_met(viewer: Viewer) -> DueList:
    """Sessions to come with needs that are not met, the oldest need first; `number` is how many. For the officer."""
    if not viewer.has(Role.OFFICER):
        return DueList([], 0)
    oldest = func.min(BookingNeed.created_at)
    rows = db.session.execute(
        select(CourseSession.ref, Course.title, CourseSession.starts_at, func.count(), oldest)
        .select_from(BookingNeed)
        .join(Booking, Booking.id == BookingNeed.booking_id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(BookingNeed.met_at.is_(None), BookingNeed.removed_at.is_(None), Booking.state.in_(HOLDING))
        .where(CourseSession.ends_at > clock.now())
        .group_by(CourseSession.id, CourseSession.ref, Course.title, CourseSession.starts_at)
        .order_by(oldest, CourseSession.id)
    ).all()
    due = [Due(ref, title, starts, age_in_words(told), number) for ref, title, starts, number, told in rows]
    return DueList(due[:SHOWN], len(due))


def trainers_who_cannot(viewer: Viewer) -> DueList:
    """Trainers of sessions to come who said no and whose answer nobody has noted, the nearest session first."""
    return _assignments(viewer, AssignmentState.DECLINED)


def trainers_unanswered(viewer: Viewer) -> DueList:
    """Trainers of published sessions to come who were asked some days ago and said nothing, the nearest first."""
    return _assignments(viewer, AssignmentState.ASKED)


def managers_who_are_none(_viewer: Viewer) -> DueList:
    """People to come whose line manager was told and is no longer named; until they, or the desk, name another."""
    told = exists().where(ManagerTold.booking_id == Booking.id, ManagerTold.is_manager)
    rows = db.session.execute(
        select(Person.ref, Person.given_name, Person.family_name, CourseSession.starts_at, Course.title)
        .select_from(Booking)
        .join(Employment, Employment.id == Booking.employment_id)
        .join(Person, Person.id == Booking.person_id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(Employment.manager_address == "", Employment.has_no_manager.is_(False), Booking.state.in_(LIVE), told)
        .where(CourseSession.starts_at > clock.now())
        .order_by(CourseSession.starts_at, Booking.id)
    ).all()
    due = [Due(ref, f"{given} {family}", starts, title) for ref, given, family, starts, title in rows]
    return DueList(due[:SHOWN], len(due))


def questions_about_bookings(viewer: Viewer) -> DueList:
    """What people asked about their bookings and nobody has answered, the longest asked first; `title` is who asks."""
    shown = list(db.session.scalars(open_questions(viewer).limit(SHOWN)))
    total = db.session.scalar(select(func.count()).select_from(open_questions(viewer).order_by(None).subquery())) or 0
    asked = questions_about(viewer, [booking.id for booking in shown])
    due = [
        Due(
            booking.ref,
            booking.person.name,
            booking.course_session.starts_at,
            f"{booking.course_session.course.title}, asked {age_in_words(asked[booking.id].asked_at)}",
        )
        for booking in shown
    ]
    return DueList(due, total)


def bookings_to_agree(viewer: Viewer) -> DueList:
    """Bookings that wait for somebody's yes or no, the first to end first; `moment` is until when."""
    waiting = waiting_for_answer(viewer, at_desk=True)
    shown = db.session.scalars(waiting.limit(SHOWN))
    total = db.session.scalar(select(func.count()).select_from(waiting.order_by(None).subquery())) or 0
    due = [
        Due(
            booking.ref,
            booking.person.name,
            booking.agreement_until or booking.course_session.starts_at,
            f"{booking.course_session.course.title}, asked {age_in_words(booking.agreement_asked_at or clock.now())}",
        )
        for booking in shown
    ]
    return DueList(due, total)


def declined_invitations(viewer: Viewer) -> DueList:
    """People and trainers whose calendar declined and who have not said what it means, the nearest session first.

    `ref` is the session, `number` 1 for a booking, whose reference is `about`, and 0 for a trainer, named by theirs.
    """
    found = invitations_declined(viewer)
    due = [
        Due(
            one.session_ref, one.person, one.starts_at, one.title, int(bool(one.booking_ref)),
            one.booking_ref or one.person_ref,
        )
        for one in found
    ]  # fmt: skip
    return DueList(due[:SHOWN], len(due))


def age_in_words(since: datetime) -> str:
    """How long ago something was: “today”, “1 day ago”, “12 days ago”."""
    days = (clock.today() - clock.local(since).date()).days
    return "today" if days < 1 else f"{count(days, 'day')} ago"


def _assignments(_viewer: Viewer, state: AssignmentState) -> DueList:
    since = func.coalesce(TrainerAssignment.answered_at, TrainerAssignment.created_at)
    other = aliased(TrainerAssignment)
    # Where several were asked, a no needs nobody while others have not answered.
    still_asked = exists().where(other.search_id == TrainerAssignment.search_id, other.state == AssignmentState.ASKED)
    wanted = [TrainerAssignment.state == state, CourseSession.starts_at > clock.now()]
    if state is AssignmentState.DECLINED:
        wanted.append(~still_asked)
    if state is AssignmentState.ASKED:
        wanted.append(TrainerAssignment.created_at <= clock.now() - timedelta(days=setting_value(UNANSWERED_DAYS)))
    rows = db.session.execute(
        select(CourseSession.ref, Course.title, CourseSession.starts_at, Person.given_name, Person.family_name, since)
        .select_from(TrainerAssignment)
        .join(Person, Person.id == TrainerAssignment.person_id)
        .join(CourseSession, CourseSession.id == TrainerAssignment.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(CourseSession.status == SessionStatus.PUBLISHED, *wanted)
        .order_by(CourseSession.starts_at, TrainerAssignment.id)
    ).all()
    due = [
        Due(ref, title, starts, f"{given} {family}, {age_in_words(at)}")
        for ref, title, starts, given, family, at in rows
    ]
    return DueList(due[:SHOWN], len(due))
