"""What the worker does for registers: it sends trainers the way to theirs when it opens."""

from datetime import timedelta

from sqlalchemy import select

from training.attendance.mail import REGISTER_OPEN
from training.attendance.models import Register
from training.attendance.settings import REGISTER_OPENS_HOURS
from training.bookings.invites import invitable
from training.bookings.places import locked_session
from training.bookings.ways_in import way_in
from training.bookings.wording import place, sitting
from training.core import clock
from training.core.database import db, reading
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.core.settings import setting_value
from training.core.transaction import for_each, unit_of_work
from training.people.models import EmailAddress
from training.schedule.models import AssignmentState, CourseSession, SessionPart, SessionStatus, TrainerAssignment
from training.schedule.reach import TAKES_REGISTER
from training.web.formats import day


def send_registers() -> int:
    """Tell the lead and co-trainers of every part whose register has opened how they get to it; returns how many.

    Once for a part and its time: a part that was moved is told of again. Not for a part that is over.
    """
    now = clock.now()
    opened = now + timedelta(hours=setting_value(REGISTER_OPENS_HOURS))
    with reading(), unit_of_work() as session:
        open_now = session.execute(
            select(TrainerAssignment.id, SessionPart)
            .join(SessionPart, SessionPart.session_id == TrainerAssignment.session_id)
            .join(CourseSession, CourseSession.id == SessionPart.session_id)
            .join(EmailAddress, EmailAddress.person_id == TrainerAssignment.person_id)
            .outerjoin(Register, Register.part_id == SessionPart.id)
            .where(CourseSession.status == SessionStatus.PUBLISHED, Register.closed_at.is_(None))
            .where(SessionPart.starts_at <= opened, SessionPart.ends_at > now, EmailAddress.is_primary)
            .where(TrainerAssignment.state == AssignmentState.ACCEPTED, TrainerAssignment.part.in_(TAKES_REGISTER))
            .order_by(SessionPart.starts_at, SessionPart.id, TrainerAssignment.id)
        ).all()
        keys = {(assignment_id, part.id): _key(assignment_id, part) for assignment_id, part in open_now}
        told = set(session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys.values()))))
        due = [who for who, key in keys.items() if key not in told]
    return for_each(due, lambda who: tell_register_open(*who))


def tell_register_open(assignment_id: int, part_id: int) -> bool:
    """Send one trainer the way to the register of one part; False where they do not come any more, or were told."""
    session_id = db.session.scalar(select(SessionPart.session_id).where(SessionPart.id == part_id))
    if session_id is None:
        return False
    course_session = locked_session(session_id)
    assignment = db.session.get_one(TrainerAssignment, assignment_id, populate_existing=True)
    part = db.session.get_one(SessionPart, part_id)
    address = invitable(assignment.person.address)
    if (
        address is None
        or assignment.state is not AssignmentState.ACCEPTED
        or course_session.status is not SessionStatus.PUBLISHED
    ):
        return False
    way = way_in(assignment, f"/sessions/{course_session.ref}/register/{part.number}")
    message = enqueue(
        REGISTER_OPEN,
        {
            "name": assignment.person.given_name,
            "title": course_session.course.title,
            "first_day": day(part.on),
            "dates": sitting(part),
            "place": place(course_session),
            "way_in": way.address,
            "code_line": way.code_line,
            "reference": course_session.ref,
        },
        key=_key(assignment_id, part),
        stream=f"assignment:{assignment_id}",
        about=f"assignment:{assignment_id}",
        to=Recipient(assignment.person.name, address, assignment.person_id),
        secrets=way.secrets,
        not_after=part.ends_at,
    )
    return message is not None


def _key(assignment_id: int, part: SessionPart) -> str:
    return f"assignment:{assignment_id}:{REGISTER_OPEN.name}:{part.id}:{part.starts_at:%Y%m%dT%H%M}"
