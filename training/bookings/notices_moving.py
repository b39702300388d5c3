"""What people are told when a place goes to another date or to another person."""

from datetime import datetime

from training.bookings import mail, mail_moving
from training.bookings.invites import bring_into_step
from training.bookings.models import Booking, CourseWait
from training.bookings.notices import tell, waiting_values
from training.bookings.terms import cut_off_for
from training.bookings.wording import dates, place
from training.config import installation
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.people.queries_contacts import who_receives
from training.schedule.models import CourseSession
from training.web.formats import day, ordinal


def moved_away(booking: Booking) -> None:
    """Say that the place on the date they moved from is given up, and take it out of the calendar."""
    late = mail.LATE.format(day(cut_off_for(booking))) if booking.is_late else ""
    tell(mail_moving.MOVED_AWAY, booking, {"late": late}, bring_into_step(booking, comes=False))


def waiting_to_move(booking: Booking, former: Booking, position: int | None) -> None:
    """Say that they wait on the date they want to move to, and keep their place on the other until then."""
    kept = {"kept_day": day(former.course_session.parts[0].on)}
    tell(mail_moving.WAITING_TO_MOVE, booking, waiting_values(booking, position) | kept, [])


def move_ended(booking: Booking, former: Booking) -> None:
    """Say that they no longer wait on the date they wanted to move to, for the place they kept has begun."""
    tell(mail_moving.MOVE_ENDED, booking, {"kept_day": day(former.course_session.parts[0].on)}, [])


def waits_for_course(wait: CourseWait, chosen: list[Booking], version: int) -> None:
    """Say for which dates somebody waits, in their order; once for each time they changed it."""
    lines = [
        f"* {ordinal(booking.preference or number)} choice: {day(booking.course_session.parts[0].on)}"
        for number, booking in enumerate(chosen, 1)
    ]
    values = {
        "chosen": "\n".join(lines) or "No date is chosen.",
        "new_dates": "We tell you about new dates." if wait.tell_new_dates else "",
    }
    _tell_waiting(mail_moving.WAITING_FOR_COURSE.name, wait, values, f"{version}")


def new_date(wait: CourseWait, course_session: CourseSession) -> bool:
    """Say that there is a new date of the course somebody waits for, once; False where that was said before."""
    values = {
        "first_day": day(course_session.parts[0].on),
        "dates": dates(course_session.parts),
        "place": place(course_session),
        "session": f"{installation().base_url}/sessions/{course_session.ref}",
    }
    told = _tell_waiting(
        mail_moving.NEW_DATE.name, wait, values, f"session:{course_session.id}", not_after=course_session.starts_at
    )
    return told is not None


def wait_ended(wait: CourseWait) -> None:
    """Say that the wait is over, for none of its dates is still to come."""
    values = {"course": f"{installation().base_url}/courses/{wait.course.slug}"}
    _tell_waiting(mail_moving.WAIT_ENDED.name, wait, values, "ended")


def key_of_new_date(wait_id: int | str, session_id: int | str) -> str:
    """The key of the message that tells of a new date, which is never told twice."""
    return f"course-wait:{wait_id}:{mail_moving.NEW_DATE.name}:session:{session_id}"


_KINDS = {kind.name: kind for kind in (mail_moving.WAITING_FOR_COURSE, mail_moving.NEW_DATE, mail_moving.WAIT_ENDED)}


def _tell_waiting(
    kind: str, wait: CourseWait, own: dict[str, str], version: str, *, not_after: datetime | None = None
) -> OutboxMessage | None:
    to: Recipient = who_receives(wait.person)
    about = f"course-wait:{wait.id}"
    return enqueue(
        _KINDS[kind],
        {
            "name": wait.person.given_name,
            "title": wait.course.title,
            "manage": f"{installation().base_url}/my/waits/{wait.ref}",
            **own,
        },
        key=f"{about}:{kind}:{version}",
        stream=about,
        about=about,
        to=to,
        not_after=not_after,
    )
