"""What a trainer's pack says: how to get there, who comes from where, and the way to the register."""

from collections import Counter, defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from training.agencies.models import Agency
from training.bookings.invites import invitable
from training.bookings.models import HOLDING, Booking, BookingState
from training.bookings.models_needs import BookingNeed
from training.bookings.notices import stream_of, values_for
from training.bookings.notices_trainers import edition_words
from training.bookings.ways_in import WayIn, by_link, needs_link
from training.catalogue.models import Mode
from training.config import installation
from training.core.database import db
from training.core.outbox import OutboxMessage, enqueue
from training.people.queries_contacts import who_receives
from training.pool.mail import PACK, PACK_FOR
from training.schedule.links import teaching_link
from training.schedule.models import TRAINER_PART_LABELS, AssignmentState, CourseSession, TrainerAssignment
from training.schedule.reach import TAKES_REGISTER
from training.web.formats import count, listing

BY_OWN_LINK = "Use your own link from our message “Who is coming, and your register”, or reply to this message."


def send_pack(assignment: TrainerAssignment) -> bool:
    """Send the trainer their pack; a further one each time it is asked for. False where no message can reach them."""
    has_address = assignment.person.address is not None
    if has_address and invitable(assignment.person.address) is None:
        return False
    way = _way_in(assignment, has_address=has_address)
    message = enqueue(
        PACK if has_address else PACK_FOR,
        values_for(assignment, []) | _own(assignment) | {"way_in": way.address, "code_line": way.code_line},
        key=key_of_pack(assignment.id, packs_sent(assignment.id)),
        stream=stream_of(assignment),
        about=stream_of(assignment),
        to=who_receives(assignment.person),
        secrets=way.secrets,
        not_after=assignment.course_session.starts_at,
    )
    return message is not None


def key_of_pack(assignment_id: int, before: int = 0) -> str:
    """What tells the pack of an assignment from others, and from the `before` that were sent already."""
    return f"assignment:{assignment_id}:{PACK.name}" + (f":{before + 1}" if before else "")


def packs_sent(assignment_id: int) -> int:
    """How many packs were written for the assignment."""
    sent = select(func.count()).where(
        OutboxMessage.about == f"assignment:{assignment_id}", OutboxMessage.kind.in_((PACK.name, PACK_FOR.name))
    )
    return db.session.scalar(sent) or 0


def how_to_withdraw(assignment: TrainerAssignment) -> str:
    """Where the trainer says that they cannot come, as a line of a message."""
    if needs_link(assignment):
        return BY_OWN_LINK
    return f"{installation().base_url}/teaching/{assignment.course_session.ref}/cannot-come"


def booked_words(course_session: CourseSession) -> str:
    """How many people have a place, as a sentence."""
    held = select(func.count()).where(Booking.session_id == course_session.id, Booking.state == BookingState.CONFIRMED)
    return f"{db.session.scalar(held) or 0} of {count(course_session.places_in_all, 'place')} booked."


def _own(assignment: TrainerAssignment) -> dict[str, str]:
    course_session = assignment.course_session
    return {
        "part": TRAINER_PART_LABELS[assignment.part].lower(),
        "venue": _venue(course_session),
        "others": _others(assignment),
        "coming": _coming(course_session),
        "needs": _needs(assignment),
        "outcomes": _outcomes(course_session),
        "edition": edition_words(assignment),
        "cannot": how_to_withdraw(assignment),
    }


def _way_in(assignment: TrainerAssignment, *, has_address: bool) -> WayIn:
    base = installation().base_url
    if assignment.part not in TAKES_REGISTER:
        return WayIn("The lead trainer and the co-trainers take it.")
    if not needs_link(assignment):
        page = f"{base}/sessions/{assignment.course_session.ref}/register/1"
        return WayIn(f"It opens shortly before the start. You sign in and find it here:\n{page}")
    if not has_address:
        return WayIn("Without an email address of their own they have no link to it. Please ask the training team.")
    way = by_link(teaching_link(assignment))
    return WayIn(f"Who is coming, and the register, by your own link:\n{way.address}", way.code_line, way.secrets)


def _venue(course_session: CourseSession) -> str:
    venue = course_session.venue
    if venue is None or course_session.mode is Mode.VIRTUAL:
        return ""
    facts = (
        ("Access", venue.access),
        ("Parking and travel", venue.parking),
        ("Signal", venue.signal),
        ("Telephone there", venue.telephone),
    )
    return "\n".join(f"* {name}: {' '.join(text.split())}" for name, text in facts if text.strip())


def _others(assignment: TrainerAssignment) -> str:
    others = db.session.scalars(
        select(TrainerAssignment)
        .where(TrainerAssignment.session_id == assignment.session_id, TrainerAssignment.id != assignment.id)
        .where(TrainerAssignment.state == AssignmentState.ACCEPTED)
        .options(joinedload(TrainerAssignment.person))
        .order_by(TrainerAssignment.id)
    ).all()
    if not others:
        return "Nobody else is down to teach it yet."
    return "\n".join(
        f"* {other.person.name}, {TRAINER_PART_LABELS[other.part].lower()}"
        + (f", telephone {other.person.telephone}" if other.person.telephone else "")
        for other in others
    )


def _coming(course_session: CourseSession) -> str:
    """How many people of which agency, in which roles: counts alone, for who it is stands on the register."""
    rows = db.session.execute(
        select(Agency.name, Booking.job_role)
        .select_from(Booking)
        .outerjoin(Agency, Agency.id == Booking.agency_id)
        .where(Booking.session_id == course_session.id, Booking.state == BookingState.CONFIRMED)
    ).all()
    if not rows:
        return "Nobody has booked yet."
    agencies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, job_role in rows:
        agencies[name or "Agency to be confirmed"][job_role or "Role not given"] += 1
    by_size = sorted(agencies.items(), key=lambda item: (-item[1].total(), item[0]))
    lines = [f"* {name}: {roles.total()} ({_in_order(roles)})" for name, roles in by_size]
    people = f"{count(len(rows), 'person', 'people')} on {count(course_session.places_in_all, 'place')}:"
    return "\n".join([people, "", *lines])


def _in_order(roles: Counter[str]) -> str:
    return listing(f"{number} {role}" for role, number in sorted(roles.items(), key=lambda item: (-item[1], item[0])))


def _needs(assignment: TrainerAssignment) -> str:
    """That there are needs to see to, and nothing of what they are."""
    if assignment.part not in TAKES_REGISTER:
        return ""
    told = db.session.scalar(
        select(func.count())
        .select_from(BookingNeed)
        .join(Booking, Booking.id == BookingNeed.booking_id)
        .where(Booking.session_id == assignment.session_id, Booking.state.in_(HOLDING))
        .where(BookingNeed.removed_at.is_(None))
    )
    if not told:
        return ""
    people = count(told, "person", "people")
    return f"{people} told us what they need to take part. What it is stands beside the register, and not in a message."


def _outcomes(course_session: CourseSession) -> str:
    texts = [outcome.text for outcome in course_session.edition.outcomes]
    page = f"{installation().base_url}/courses/{course_session.course.slug}"
    return "\n".join([*(f"* {text}" for text in texts), "", f"The course: {page}"]).strip()
