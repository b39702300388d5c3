"""What must hold of places and messages once the load is over, each claim with what was found against it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from flask import Flask
from sqlalchemy import Engine, create_engine, func, select

from bench.load_people import Record
from bench.load_world import World
from tests.mailbox import Mailbox
from training.bookings.models import HOLDING, LIVE, Booking, BookingState
from training.core import clock
from training.core.checks import run_checks
from training.core.database import db, reading
from training.core.outbox import UNSETTLED, MessageState, OutboxMessage
from training.schedule.models import CourseSession

SHOWN = 5


@dataclass(frozen=True)
class Claim:
    """A sentence that must be true, and what was found against it."""

    sentence: str
    against: list[str] = field(default_factory=list[str])

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return not self.against

    def print(self) -> None:
        """Say it, and the first findings against it."""
        print(f"{self.sentence}: {'holds' if self.holds else 'DOES NOT HOLD'}")
        for found in self.against[:SHOWN]:
            print(f"    {found}")
        if len(self.against) > SHOWN:
            print(f"    and {len(self.against) - SHOWN} more")


class Poll:
    """How many places are held, counted from outside on a connection of its own, again and again."""

    def __init__(self, url: str, session_id: int) -> None:
        self.engine: Engine = create_engine(url)
        self.session_id = session_id
        self.polls = 0
        self.most = 0
        self.against: list[str] = []

    def look(self) -> None:
        """Count once; both numbers come from one statement, so from one moment."""
        held = select(func.count()).where(Booking.session_id == self.session_id, Booking.state.in_(HOLDING))
        with self.engine.connect() as connection:
            held_now, places = connection.execute(
                select(held.scalar_subquery(), CourseSession.capacity).where(CourseSession.id == self.session_id)
            ).one()
        self.polls += 1
        self.most = max(self.most, held_now)
        if held_now > places:
            self.against.append(f"{held_now} held of {places}")

    def unsettled(self) -> int:
        """How many messages are due and not settled."""
        due = select(func.count()).where(OutboxMessage.state.in_(UNSETTLED), OutboxMessage.next_try_at <= clock.now())
        with self.engine.connect() as connection:
            return connection.execute(due).scalar_one()


def claims(app: Flask, world: World, places: int, record: Record, mailbox: Mailbox, poll: Poll) -> list[Claim]:
    """Everything that must hold, looked for in the database and in what arrived."""
    with app.app_context(), reading():
        states = _states(world.session_id)
        found = [
            Claim("No answer was an error of the server", record.failures),
            Claim(f"Never more places held than there are ({poll.polls} counts, {poll.most} at most)", poll.against),
            Claim(f"All {places} places are held while people wait", _all_taken(states, places)),
            Claim("Nobody has two live bookings", _twice(world.session_id)),
            *(
                Claim(check.holds, [finding.sentence for finding in findings])
                for check, findings in run_checks()
                if findings
            ),
            Claim("muster check finds nothing", [check.name for check, findings in run_checks() if findings]),
            Claim("Every message arrived once, none was lost or doubled", _deliveries(mailbox)),
            Claim("The messages about one booking arrived in their order", _order(mailbox)),
        ]
        db.session.remove()
    return found


def _states(session_id: int) -> Counter[BookingState]:
    return Counter(db.session.scalars(select(Booking.state).where(Booking.session_id == session_id)))


def _all_taken(states: Counter[BookingState], places: int) -> list[str]:
    held = sum(count for state, count in states.items() if state in HOLDING)
    in_words = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    if held == places and states[BookingState.WAITING]:
        print(f"at the end: {in_words}")
        return []
    return [in_words]


def _twice(session_id: int) -> list[str]:
    rows = db.session.execute(
        select(Booking.person_id, func.count())
        .where(Booking.session_id == session_id, Booking.state.in_(LIVE))
        .group_by(Booking.person_id)
        .having(func.count() > 1)
    )
    return [f"person {person} has {count}" for person, count in rows]


def _deliveries(mailbox: Mailbox) -> list[str]:
    """Messages that did not arrive as often as the outbox says they were sent: once, or not at all."""
    arrived = Counter(str(delivery.message["Message-ID"]) for delivery in mailbox.deliveries)
    against: list[str] = []
    for message in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)):
        times = arrived.pop(message.message_id, 0)
        is_right = times == (1 if message.state is MessageState.SENT else 0)
        is_settled = message.state in (MessageState.SENT, MessageState.DROPPED) or message.next_try_at > clock.now()
        if not (is_right and is_settled):
            against.append(f"{message.key} is {message.state} and arrived {times} times: {message.last_error or ''}")
    return against + [f"{message_id} arrived and is no message of ours" for message_id in arrived]


def _order(mailbox: Mailbox) -> list[str]:
    place = {str(delivery.message["Message-ID"]): number for number, delivery in enumerate(mailbox.deliveries)}
    streams: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in db.session.execute(
        select(OutboxMessage.stream, OutboxMessage.message_id, OutboxMessage.key).order_by(OutboxMessage.id)
    ):
        if row.message_id in place:
            streams[row.stream].append((place[row.message_id], row.key))
    return [
        f"in {stream} {then[1]} arrived before {first[1]}"
        for stream, arrived in streams.items()
        for first, then in pairwise(arrived)
        if then[0] < first[0]
    ]
