"""The messages of one booking and of one session in the log, and what previews of texts about sessions are filled with.

Previews tell of a real session, the next that somebody is booked on, but name nobody and open nothing.
"""

from collections.abc import Mapping

from sqlalchemy import select

from training.bookings.mail import CALENDAR_NOTE, DECLINING_NOTE, PASSED_ON
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.notices import BY_WHOM, values_for
from training.bookings.queries import booking_by_ref
from training.bookings.wording import sitting
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.message_samples import CODE_EXAMPLE, example, register_sample
from training.core.message_scopes import Scope, messages_about, register_scope
from training.core.viewer import Viewer
from training.schedule.models import TRAINER_PART_LABELS, CourseSession, TrainerPart
from training.schedule.queries import session_by_ref
from training.web.formats import day, moment

ABOUT_SESSIONS = (
    "bookings.",
    "changes.",
    "groups.",
    "allotment.",
    "attendance.",
    "evaluations.",
    "pool.",
    "calendars.",
)
"""What the names of kinds begin with that tell of a session."""
ONES_OWN = frozenset({"booked_by", "calendar_note", "manage_note", "notes"})
"""What is about one person alone, or empty for most: previews show an example."""
MEETING = "https://meeting.example/training"


def messages_of_booking(viewer: Viewer, ref: str) -> Scope | None:
    """What was sent about the booking, to its person and to others."""
    booking = booking_by_ref(viewer, ref) if viewer.works_at_desk else None
    if booking is None:
        return None
    title = f"{booking.person.name} on {booking.course_session.ref}"
    return Scope(title, "people.desk_person", booking.person.ref, messages_about("booking", [booking.id]))


def messages_of_session(viewer: Viewer, ref: str) -> Scope | None:
    """What was sent about the session, to everybody booked and to its trainers."""
    course_session = session_by_ref(viewer, ref) if viewer.works_at_desk else None
    if course_session is None:
        return None
    title = f"{course_session.course.title}, {course_session.ref}"
    about = messages_about("course_session", [course_session.id])
    return Scope(title, "bookings.desk_session", course_session.ref, about)


def session_sample(_viewer: Viewer) -> Mapping[str, str]:
    """The facts of a session that somebody is booked on, with examples of what is about one person alone."""
    booking = _recent_booking()
    examples = _examples()
    if booking is None:
        return examples
    course_session = booking.course_session
    real = dict(values_for(booking, []))
    del real["name"]
    return {
        **examples,
        **{name: value for name, value in real.items() if name not in ONES_OWN},
        "join": f"Join online: {MEETING}" if course_session.online_link else "",
        "manage": f"{installation().base_url}/my/bookings/{example('reference')}",
        "reference": example("reference"),
        "day": day(course_session.parts[-1].on),
        "part": TRAINER_PART_LABELS[TrainerPart.CO_TRAINER].lower(),
        "differences": f"* When: {sitting(course_session.parts[0])} (it was a week earlier)",
        "last_day": day(clock.today()),
        "until": moment(course_session.starts_at),
    }


def _examples() -> dict[str, str]:
    base = installation().base_url
    return {
        "session": f"{base}/sessions/WT-7K3M",
        "course": f"{base}/courses",
        "agency": "Merrow Vale Care Trust",
        "again": "The session was moved since we asked you, so we ask you again.",
        "booked_by": "Sam Rowe booked this for you. If it is not for you, or nobody asked you, say so here; it is then "
        f"cancelled, and they are told:\n{base}/link",
        "their_answer": "nobody asked them, and they do not want to come.",
        "their_words": "In their words: I left the agency in the summer.",
        "by_whom": BY_WHOM[CancelledBy.OFFICER],
        "calendar_note": f"{CALENDAR_NOTE} {DECLINING_NOTE}",
        "code": CODE_EXAMPLE,
        "late": f"It was cancelled after {day(clock.today())}, so it counts as late.",
        "manage_note": "Declining the invitation does not cancel your place. To see, change or cancel it:",
        "notes": "Bring something to write with. Tea and coffee are there from 9am.",
        "passing_on": PASSED_ON,
        "reason": "Reason given: the trainer is ill",
        "sentence": "Day 1 of 2. This puts it in your calendar.",
        "standing": "You are booked.",
        "who": "Sam Rowe",
        "who_reads": "Your answers are read by the trainers of this session and the learning and development officer, "
        "without your name.",
    }


def _recent_booking() -> Booking | None:
    """A booking on the next session that somebody has a place on, else on the last one."""
    having = select(Booking).join(CourseSession).where(Booking.state == BookingState.CONFIRMED)
    coming = having.where(CourseSession.starts_at > clock.now()).order_by(CourseSession.starts_at, Booking.id)
    past = having.order_by(CourseSession.starts_at.desc(), Booking.id)
    return db.session.scalar(coming.limit(1)) or db.session.scalar(past.limit(1))


register_scope("booking", messages_of_booking)
register_scope("session", messages_of_session)
for beginning in ABOUT_SESSIONS:
    register_sample(beginning, session_sample)
