"""What trainers are told when a request ends otherwise than by their answer, and the desk when somebody falls out."""

from training.bookings.notices import stream_of, values_for
from training.bookings.notices_trainers import edition_words, key_of_request, planned, send_request
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.messages import MessageKind
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.core.viewer import WORKER
from training.people.queries_contacts import desk_contact, who_receives
from training.pool.mail import CANNOT_COME, DAY_BEFORE, NOT_NEEDED, REMINDED, REMINDED_FOR, SEARCH_TOLD
from training.pool.pack import booked_words, how_to_withdraw
from training.schedule.models import TRAINER_PART_LABELS, AssignmentState, TrainerAssignment, TrainerPart
from training.schedule.queries import trainers_of
from training.web.formats import listing

TAKEN = "Somebody else has said yes before you and has taken it."
STOPPED = "We are no longer looking for somebody, so you are not needed after all."
CALLED_OFF = "The session was called off."
BEGUN = "The session has begun."


def reminded_of_request(assignment: TrainerAssignment) -> bool:
    """Ask once more whether somebody can teach; False where they were reminded for these dates already."""
    own = {"edition": edition_words(assignment)}
    return send_request(assignment, (REMINDED, REMINDED_FOR), own, key_of_reminder(assignment))


def key_of_reminder(assignment: TrainerAssignment) -> str:
    """What tells the reminder of a request from others; one for the dates that were asked for."""
    return f"assignment:{assignment.id}:{REMINDED.name}:{planned(assignment)}"


def not_needed(assignment: TrainerAssignment, why: str) -> bool:
    """Tell somebody who was asked that no answer is needed; False where no message has asked them, or it has begun."""
    if assignment.course_session.starts_at <= clock.now():
        return False
    if db.session.scalar(db.select(OutboxMessage.id).where(OutboxMessage.key == key_of_request(assignment))) is None:
        return False
    message = enqueue(
        NOT_NEEDED,
        values_for(assignment, []) | {"why": why},
        key=f"{stream_of(assignment)}:{NOT_NEEDED.name}",
        stream=stream_of(assignment),
        about=stream_of(assignment),
        to=who_receives(assignment.person),
        not_after=assignment.course_session.starts_at,
    )
    return message is not None


def day_before(assignment: TrainerAssignment) -> bool:
    """Remind somebody that they teach; False where they were reminded of this date."""
    values = values_for(assignment, []) | {
        "part": _as(assignment.part),
        "booked": booked_words(assignment.course_session),
        "cannot": how_to_withdraw(assignment),
    }
    message = enqueue(
        DAY_BEFORE,
        values,
        key=key_of_day_before(assignment),
        stream=stream_of(assignment),
        about=stream_of(assignment),
        to=who_receives(assignment.person),
        not_after=assignment.course_session.starts_at,
    )
    return message is not None


def key_of_day_before(assignment: TrainerAssignment) -> str:
    """What tells the reminder from others: once for the moment at which the session begins."""
    return f"assignment:{assignment.id}:{DAY_BEFORE.name}:{assignment.course_session.starts_at:%Y%m%dT%H%M}"


def desk_told_cannot(assignment: TrainerAssignment, reason: str) -> None:
    """Tell the desk at once that a trainer who had said yes cannot come, and who is left."""
    person, telephone = assignment.person, assignment.person.telephone
    left = [one.person.name for one in trainers_of(WORKER, assignment.session_id) if _has_accepted(one)]
    _desk(
        assignment,
        CANNOT_COME,
        {
            "trainer": person.name,
            "part": _as(assignment.part),
            "reason": f"Their words: {reason}" if reason else "",
            "still": f"Still down to teach: {listing(left)}." if left else "Nobody else is down to teach it.",
            "telephone": f"Their telephone: {telephone}" if telephone else "",
        },
    )


def desk_told_of_search(assignment: TrainerAssignment, outcome: str, sentence: str) -> None:
    """Tell the desk how a search stands after the answer of `assignment`."""
    _desk(assignment, SEARCH_TOLD, {"outcome": outcome, "sentence": sentence})


def _desk(assignment: TrainerAssignment, kind: MessageKind, own: dict[str, str]) -> None:
    desk, course_session = desk_contact(), assignment.course_session
    page = f"{installation().base_url}/desk/sessions/{course_session.ref}/trainers/find/{assignment.part.value}"
    enqueue(
        kind,
        values_for(assignment, []) | {"find": page} | own,
        key=f"{stream_of(assignment)}:{kind.name}",
        stream=stream_of(assignment),
        about=stream_of(assignment),
        to=Recipient(desk.name, desk.address),
        not_after=course_session.ends_at,
    )


def _has_accepted(assignment: TrainerAssignment) -> bool:
    return assignment.state is AssignmentState.ACCEPTED


def _as(part: TrainerPart) -> str:
    return TRAINER_PART_LABELS[part].lower()
