"""What trainers are asked by message: whether they can teach; and the link that guests among them get."""

from training.bookings import mail_trainers
from training.bookings.invites import invitable
from training.bookings.ways_in import by_link, needs_link
from training.bookings.wording import dates, place
from training.config import installation
from training.core.outbox import Recipient, enqueue
from training.schedule.links import ends_for_trainer, teaching_link
from training.schedule.models import TRAINER_PART_LABELS, TrainerAssignment
from training.web.formats import day, moment


def key_of_request(assignment: TrainerAssignment) -> str:
    """What tells the message that asks `assignment` from others: it is asked again where the session was moved."""
    planned = "+".join(part.starts_at.strftime("%Y%m%dT%H%M") for part in assignment.course_session.parts)
    return f"assignment:{assignment.id}:{mail_trainers.TRAINER_ASKED.name}:{planned}"


def trainer_asked(assignment: TrainerAssignment, *, again: bool) -> bool:
    """Ask somebody whether they can teach; False where no message can reach them, or they were asked this already.

    `again` is whether they were asked before, for another date.
    """
    person, course_session = assignment.person, assignment.course_session
    address = invitable(person.address)
    if address is None:
        return False
    link = teaching_link(assignment)
    way = by_link(link)
    message = enqueue(
        mail_trainers.TRAINER_ASKED,
        {
            "name": person.given_name,
            "title": course_session.course.title,
            "first_day": day(course_session.parts[0].on),
            "dates": dates(course_session.parts),
            "place": place(course_session),
            "part": TRAINER_PART_LABELS[assignment.part].lower(),
            "again": "The session was moved since we asked you, so we ask you again." if again else "",
            "answer": way.address,
            "code_line": way.code_line,
            "reference": course_session.ref,
        },
        key=key_of_request(assignment),
        stream=f"assignment:{assignment.id}",
        about=f"assignment:{assignment.id}",
        to=Recipient(person.name, address, person.id),
        secrets=way.secrets,
        not_after=course_session.starts_at,
    )
    return message is not None


def way_in_words(assignment: TrainerAssignment) -> str:
    """How a trainer who said yes sees who is coming, as a paragraph of their message; it holds no link."""
    if needs_link(assignment):
        return "How you see who is coming, and take the register, follows in a message of its own."
    return f"See the session and who is coming:\n{installation().base_url}/teaching"


def guest_told(assignment: TrainerAssignment) -> bool:
    """Send a guest trainer the link to who is coming; False for everybody else. Sent anew where the session moved."""
    person, course_session = assignment.person, assignment.course_session
    address = invitable(person.address)
    if address is None or not needs_link(assignment):
        return False
    way = by_link(teaching_link(assignment))
    message = enqueue(
        mail_trainers.GUEST_WAY_IN,
        {
            "name": person.given_name,
            "title": course_session.course.title,
            "first_day": day(course_session.parts[0].on),
            "dates": dates(course_session.parts),
            "place": place(course_session),
            "answer": way.address,
            "code_line": way.code_line,
            "until": moment(ends_for_trainer(assignment)),
            "reference": course_session.ref,
        },
        key=f"assignment:{assignment.id}:{mail_trainers.GUEST_WAY_IN.name}:{course_session.ends_at:%Y%m%dT%H%M}",
        stream=f"assignment:{assignment.id}",
        about=f"assignment:{assignment.id}",
        to=Recipient(person.name, address, person.id),
        secrets=way.secrets,
        not_after=ends_for_trainer(assignment),
    )
    return message is not None
