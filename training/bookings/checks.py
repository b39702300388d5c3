"""What must hold of bookings, the messages about them and what calendars were told, looked for in the database."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from training.bookings.counting import held_by_session, places_in_all, taken, unnamed_places
from training.bookings.invites import invitable
from training.bookings.models import HOLDING, LIVE, Booking, BookingState, CalendarEntry, CourseWait, Reservation, Way
from training.bookings.models_changes import SessionChange
from training.bookings.places import next_in_line, waiting_in_order
from training.bookings.queries_session import is_untold
from training.core import clock
from training.core.checks import Finding, register_check
from training.core.database import db
from training.core.message_log import troubled
from training.core.outbox import UNSETTLED, MessageState, OutboxMessage
from training.people.models import Person
from training.schedule.models import CourseSession, SessionPart, SessionStatus

PATIENCE = timedelta(minutes=15)
"""How long after its moment the worker may take to end what has run out."""
A_DAY = timedelta(days=1)
"""How long the desk may take over a message that did not arrive."""


def _of_session(ref: str, sentence: str) -> Finding:
    return Finding(f"{ref}: {sentence}", "bookings.desk_session", {"ref": ref})


def _of_message(key: int, sentence: str) -> Finding:
    return Finding(f"Message {key} {sentence}", "messages.show", {"message_id": str(key)})


def more_held_than_places() -> Iterable[Finding]:
    """Sessions with more places held than there are, in all, in the room or online."""
    rows = taken()
    online = func.sum(case((rows.c.way == Way.ONLINE, rows.c.places), else_=0))
    held = (
        select(rows.c.session_id, func.sum(rows.c.places).label("held"), online.label("online"))
        .group_by(rows.c.session_id)
        .subquery()
    )
    split = CourseSession.online_capacity.is_not(None)
    found = db.session.execute(
        select(CourseSession.ref, held.c.held, places_in_all())
        .join(held, held.c.session_id == CourseSession.id)
        .where(
            or_(
                held.c.held > places_in_all(),
                and_(split, held.c.online > CourseSession.online_capacity),
                and_(split, held.c.held - held.c.online > CourseSession.capacity),
            )
        )
        .order_by(CourseSession.id)
    )
    return [_of_session(ref, f"{held} places are held, and there are {places}") for ref, held, places in found]


def several_live_bookings() -> Iterable[Finding]:
    """People with more than one live booking on a session."""
    found = db.session.execute(
        select(CourseSession.ref, Person.ref, func.count())
        .join(Booking, Booking.session_id == CourseSession.id)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.state.in_(LIVE))
        .group_by(CourseSession.ref, Person.ref)
        .having(func.count() > 1)
        .order_by(CourseSession.ref, Person.ref)
    )
    return [_of_session(ref, f"{person} has {count} live bookings") for ref, person, count in found]


def waiting_while_free() -> Iterable[Finding]:
    """Sessions on which somebody waits while a place is free that they may have."""
    held = held_by_session()
    waits = exists().where(Booking.session_id == CourseSession.id, Booking.state == BookingState.WAITING)
    suspects = db.session.scalars(
        select(CourseSession)
        .outerjoin(held, held.c.session_id == CourseSession.id)
        .where(CourseSession.status == SessionStatus.PUBLISHED, CourseSession.starts_at > clock.now(), waits)
        .where(places_in_all() > func.coalesce(held.c.held, 0))
        .order_by(CourseSession.id)
    ).all()
    for course_session in suspects:
        chosen = next_in_line(course_session, waiting_in_order(course_session))
        if chosen.keys:
            yield _of_session(course_session.ref, f"{len(chosen.keys)} wait while a place is free that they may have")


def live_on_a_session_that_is_not() -> Iterable[Finding]:
    """Live bookings on sessions that were called off, or never published."""
    found = db.session.execute(
        select(CourseSession.ref, Booking.ref)
        .join(Booking, Booking.session_id == CourseSession.id)
        .where(Booking.state.in_(LIVE))
        .where(CourseSession.status.in_((SessionStatus.CALLED_OFF, SessionStatus.DRAFT)))
        .order_by(Booking.id)
    )
    return [_of_session(ref, f"{booking} is live, though the session does not take place") for ref, booking in found]


def past_their_time() -> Iterable[Finding]:
    """Holds, offers and questions to managers that have run out and are still open."""
    limit = clock.now() - PATIENCE
    ran_out = or_(
        Booking.held_until < limit,
        Booking.offered_until < limit,
        and_(Booking.state == BookingState.AWAITING_AGREEMENT, Booking.agreement_until < limit),
    )
    found = db.session.execute(
        select(CourseSession.ref, Booking.ref)
        .join(Booking, Booking.session_id == CourseSession.id)
        .where(ran_out, Booking.state.in_(HOLDING))
        .order_by(Booking.id)
    )
    return [_of_session(ref, f"{booking} keeps a place past its time") for ref, booking in found]


def two_places_for_one_wait() -> Iterable[Finding]:
    """Places that should have ended another: after a move, or after a wait for several dates."""
    former = aliased(Booking)
    coming = CourseSession.starts_at > clock.now()
    firm = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT)
    moved = db.session.execute(
        select(CourseSession.ref, former.ref)
        .join(former, former.session_id == CourseSession.id)
        .join(Booking, Booking.moves_from_id == former.id)
        .where(Booking.state.in_(firm), former.state.in_(LIVE), coming)
        .order_by(former.id)
    )
    for ref, booking in moved:
        yield _of_session(ref, f"{booking} was moved to another date and is still live")
    waited = db.session.execute(
        select(CourseSession.ref, Booking.ref)
        .join(Booking, Booking.session_id == CourseSession.id)
        .join(CourseWait, CourseWait.id == Booking.course_wait_id)
        .where(
            Booking.state.in_((BookingState.WAITING, BookingState.OFFERED)), CourseWait.ended_at.is_not(None), coming
        )
        .order_by(Booking.id)
    )
    for ref, booking in waited:
        yield _of_session(ref, f"{booking} waits, though another date gave its person a place")


def reservations_overdrawn() -> Iterable[Finding]:
    """Reservations in which more people are named than places were reserved."""
    found = db.session.execute(
        select(CourseSession.ref, Reservation.ref)
        .join(Reservation, Reservation.session_id == CourseSession.id)
        .where(unnamed_places() < 0)
        .order_by(Reservation.id)
    )
    return [_of_session(ref, f"{reservation} names more people than places") for ref, reservation in found]


def invites_out_of_step() -> Iterable[Finding]:
    """Participants whose calendar was told otherwise than they stand: missing, left behind, or at another time."""
    coming = and_(
        CourseSession.status == SessionStatus.PUBLISHED,
        CourseSession.starts_at > clock.now(),
        ~is_untold(CourseSession.id),
    )
    entries = db.session.execute(
        select(CourseSession.ref, Booking.ref)
        .join(Booking, Booking.session_id == CourseSession.id)
        .join(CalendarEntry, CalendarEntry.booking_id == Booking.id)
        .outerjoin(SessionPart, SessionPart.id == CalendarEntry.part_id)
        .where(CalendarEntry.method == "REQUEST", CourseSession.starts_at > clock.now(), ~is_untold(CourseSession.id))
        .where(
            or_(
                Booking.state != BookingState.CONFIRMED,
                CalendarEntry.starts_at != SessionPart.starts_at,
                CalendarEntry.ends_at != SessionPart.ends_at,
            )
        )
        .distinct()
        .order_by(CourseSession.ref, Booking.ref)
    )
    for ref, booking in entries:
        yield _of_session(ref, f"the calendar of {booking} says otherwise than the session")
    for booking in _without_invite(coming):
        if invitable(booking.person.address) is not None:
            yield _of_session(booking.course_session.ref, f"{booking.ref} has a place and no calendar entry")


def _without_invite(coming: ColumnElement[bool]) -> Iterable[Booking]:
    """Bookings with a place that miss the invitation to a part."""
    invited = exists().where(
        CalendarEntry.booking_id == Booking.id,
        CalendarEntry.part_id == SessionPart.id,
        CalendarEntry.method == "REQUEST",
    )
    missing = exists().where(SessionPart.session_id == Booking.session_id, ~invited)
    return db.session.scalars(
        select(Booking)
        .join(Booking.course_session)
        .where(Booking.state == BookingState.CONFIRMED, coming, missing)
        .options(joinedload(Booking.course_session), joinedload(Booking.person).selectinload(Person.addresses))
        .order_by(Booking.id)
    ).all()


def changes_untold() -> Iterable[Finding]:
    """Changes of sessions of which people should have been told."""
    found = db.session.scalars(
        select(CourseSession.ref)
        .join(SessionChange, SessionChange.session_id == CourseSession.id)
        .where(SessionChange.told_at.is_(None), SessionChange.tell_at < clock.now() - PATIENCE)
        .order_by(CourseSession.id)
    )
    return [_of_session(ref, "a change waits to be told past its time") for ref in found]


def messages_not_put_right() -> Iterable[Finding]:
    """Messages that did not arrive, of which nobody has taken care for a day."""
    is_old = func.coalesce(OutboxMessage.bounced_at, OutboxMessage.created_at) < clock.now() - A_DAY
    found = db.session.execute(
        select(OutboxMessage.id, OutboxMessage.bounced_at).where(troubled(), is_old).order_by(OutboxMessage.id)
    )
    return [_of_message(key, "failed" if came_back is None else "came back") for key, came_back in found]


def streams_out_of_order() -> Iterable[Finding]:
    """Messages that went out before an earlier one of their stream."""
    earlier = aliased(OutboxMessage)
    overtaken = or_(
        earlier.state.in_(UNSETTLED),
        and_(earlier.state == MessageState.SENT, earlier.sent_at > OutboxMessage.sent_at),
    )
    found = db.session.execute(
        select(OutboxMessage.id, OutboxMessage.stream)
        .where(OutboxMessage.state == MessageState.SENT)
        .where(exists().where(earlier.stream == OutboxMessage.stream, earlier.id < OutboxMessage.id, overtaken))
        .order_by(OutboxMessage.id)
    )
    return [_of_message(key, f"of {stream} went out before an earlier one") for key, stream in found]


SWEPT = "The worker passes places on within five minutes. If this stays, see whether the worker runs"
register_check(
    "over-capacity",
    "No session has more people than places",
    "Raise the number of places, or say who moves to the waiting list",
    more_held_than_places,
)
register_check(
    "two-live-bookings", "Nobody has two live bookings on one session", "Cancel one of them", several_live_bookings
)
register_check("waiting-while-free", "Nobody waits while a place is free that they may have", SWEPT, waiting_while_free)
register_check(
    "live-without-session",
    "No booking is live on a session that does not take place",
    "Cancel the booking",
    live_on_a_session_that_is_not,
)
register_check(
    "past-their-time",
    "No offer, hold or question is open past its time",
    "See whether the worker runs",
    past_their_time,
)
register_check(
    "two-places",
    "A place ends the places and lists it stands for",
    "Cancel the one that is left",
    two_places_for_one_wait,
)
register_check(
    "reservation-overdrawn",
    "No reservation names more people than it has places",
    "Cancel one of its bookings",
    reservations_overdrawn,
)
register_check(
    "invites",
    "Every calendar was told what is true of its session",
    "The worker brings calendars into step within five minutes. If this stays, see whether the worker runs",
    invites_out_of_step,
)
register_check(
    "untold",
    "No change of a session waits to be told past its time",
    "See whether the worker runs",
    changes_untold,
)
register_check(
    "messages",
    "No message has failed or come back for a day without anybody putting it right",
    "Open it: send it again, correct the address, or say that it needs nobody any more",
    messages_not_put_right,
)
register_check(
    "streams",
    "The messages about one booking went out in their order",
    "Nothing can be done about those; tell whoever runs the server",
    streams_out_of_order,
)
