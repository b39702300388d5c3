"""What trainers are asked by message: whether they can teach; and the link that guests among them get."""

from collections.abc import Mapping

from sqlalchemy import select

from training.bookings import mail_trainers
from training.bookings.invites import invitable
from training.bookings.ways_in import by_link, needs_link
from training.bookings.wording import dates, place, soon
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.messages import MessageKind
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.core.viewer import WORKER
from training.people.queries_contacts import who_receives
from training.schedule.links import answering_link, ends_for_trainer, teaching_link
from training.schedule.models import TRAINER_PART_LABELS, TrainerAssignment, TrainerSearch
from training.schedule.queries_taught import changed_since_taught
from training.web.formats import day, moment

SEVERAL = "We are asking several people: whoever says yes first teaches it, and we tell the others at once."
YOUR_LINK = "The link is for you alone: please do not pass it on."
THEIR_LINK = "The link gives an answer in their place; it shows nobody’s booking."


def key_of_request(assignment: TrainerAssignment) -> str:
    """What tells the message that asks `assignment` from others: it is asked again where the session was moved."""
    return f"assignment:{assignment.id}:{mail_trainers.TRAINER_ASKED.name}:{planned(assignment)}"


def planned(assignment: TrainerAssignment) -> str:
    """The dates that somebody is asked for, as part of a key."""
    return "+".join(part.starts_at.strftime("%Y%m%dT%H%M") for part in assignment.course_session.parts)


def trainer_asked(assignment: TrainerAssignment, *, again: bool) -> bool:
    """Ask somebody whether they can teach; False where no message can reach them, or they were asked this already.

    Whoever has no address is asked by way of their lead or the desk, whose link answers and does no more. `again` is
    whether they were asked before, for another date.
    """
    values = {
        "again": "The session was moved since we asked you, so we ask you again." if again else "",
        "several": _several(assignment),
        "edition": edition_words(assignment),
    }
    kinds = (mail_trainers.TRAINER_ASKED, mail_trainers.TRAINER_ASKED_FOR)
    return send_request(assignment, kinds, values, key_of_request(assignment))


def _several(assignment: TrainerAssignment) -> str:
    """That others are asked too, with what the desk wrote to all of them; empty for somebody who is asked alone."""
    search = None if assignment.search_id is None else db.session.get(TrainerSearch, assignment.search_id)
    return "" if search is None else "\n\n".join(text for text in (SEVERAL, search.reason) if text)


def send_request(
    assignment: TrainerAssignment, kinds: tuple[MessageKind, MessageKind], own: Mapping[str, str], key: str
) -> bool:
    """Send the first of `kinds` with a link of the trainer's own, or the second to whoever receives their messages."""
    person, course_session = assignment.person, assignment.course_session
    has_address = person.address is not None
    if has_address and invitable(person.address) is None:
        return False
    if db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return False
    way = by_link(teaching_link(assignment) if has_address else answering_link(assignment))
    message = enqueue(
        kinds[0] if has_address else kinds[1],
        {
            "name": person.given_name,
            "title": course_session.course.title,
            "first_day": day(course_session.parts[0].on),
            "dates": dates(course_session.parts),
            "place": place(course_session),
            "part": TRAINER_PART_LABELS[assignment.part].lower(),
            "soon": soon(course_session),
            "answer": way.address,
            "code_line": way.code_line,
            "whose": YOUR_LINK if has_address else THEIR_LINK,
            "reference": course_session.ref,
            **own,
        },
        key=key,
        stream=f"assignment:{assignment.id}",
        about=f"assignment:{assignment.id}",
        to=who_receives(person),
        secrets=way.secrets,
        not_after=course_session.starts_at,
    )
    return message is not None


def edition_words(assignment: TrainerAssignment) -> str:
    """That the course has changed since the trainer last taught it, as a paragraph; empty where it has not."""
    last = changed_since_taught(WORKER, assignment)
    if last is None:
        return ""
    course = assignment.course_session.course
    return (
        f"The course has changed since you last taught it, on {day(clock.local(last.starts_at).date())}. "
        f"What people should know and be able to do after it:\n{installation().base_url}/courses/{course.slug}"
    )


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
