"""Bookings in every state they end in, with plausible moments."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.catalogue.models import Agreement
from training.core import clock
from training.demonstration.ledger import Ledger
from training.demonstration.people import Post
from training.demonstration.sessions import InventedSession

REASONS = ("Sickness", "Work emergency", "Staff shortage in the team", "Court hearing moved", "On leave", "Other")
WAKING_FROM, WAKING_HOURS = 7.5, 11


@dataclass
class Bookings:
    """Writes bookings into the ledger."""

    ledger: Ledger
    now: datetime
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = self.ledger.chance("bookings")

    def asked_moments(self, session: InventedSession, count: int, until: datetime) -> list[datetime]:
        """When `count` people asked for a coming session, by day, the first first; nobody after `until`."""
        last = min(until, session.closes_at)
        return sorted(by_day(self._asked_at(session, last), last) for _ in range(count))

    def place(self, session: InventedSession, post: Post, asked_at: datetime) -> int:
        """A place, asked for and had at once."""
        return self._add(session, post, BookingState.CONFIRMED, asked_at, confirmed_at=asked_at)

    def confirm(self, session: InventedSession, post: Post) -> int:
        """A place, asked for and had at once, or for some after a while on the waiting list."""
        asked_at = self._asked_at(session, self._closes(session))
        if self.chance.random() > 0.06:
            return self.place(session, post, asked_at)
        promoted_at = self.between(asked_at, self._closes(session))
        return self._add(
            session,
            post,
            BookingState.CONFIRMED,
            asked_at,
            confirmed_at=promoted_at,
            waiting_since=asked_at,
            promoted_at=promoted_at,
        )

    def wait(self, session: InventedSession, post: Post, asked_at: datetime) -> int:
        """On the waiting list of a full session."""
        return self._add(session, post, BookingState.WAITING, asked_at, waiting_since=asked_at)

    def lapse(self, session: InventedSession, post: Post) -> int:
        """Waited until the session began, and no place became free."""
        asked_at = self.between(session.closes_at - timedelta(days=21), session.closes_at)
        return self._add(
            session, post, BookingState.LAPSED, asked_at, waiting_since=asked_at, reason="No place became free"
        )

    def cancel(self, session: InventedSession, post: Post, *, is_late: bool) -> int:
        """Given up within two days of the start, or well before the cut-off."""
        last = min(session.starts_at - timedelta(days=5 if is_late else 14), self.now - timedelta(days=2))
        asked_at = self.between(session.published_at, last)
        if is_late:
            cancelled_at = self.between(session.starts_at - timedelta(days=2), session.starts_at - timedelta(hours=1))
        else:
            cancelled_at = self.between(asked_at, min(session.starts_at - timedelta(days=9), self.now))
        by = self.chance.choices(
            (CancelledBy.PERSON, CancelledBy.OFFICER, CancelledBy.LEAD, CancelledBy.MANAGER), (78, 12, 5, 5)
        )[0]
        return self._add(
            session,
            post,
            BookingState.CANCELLED,
            asked_at,
            confirmed_at=asked_at,
            cancelled_at=cancelled_at,
            cancelled_by=by,
            is_late=is_late,
            reason=self.chance.choice(REASONS),
        )

    def replace(self, session: InventedSession, post: Post, substitute: dict[str, Any]) -> int:
        """A place that a colleague took over: `substitute` is the colleague's booking."""
        asked_at = substitute["asked_at"] - timedelta(days=self.chance.randrange(1, 15))
        return self._add(
            session,
            post,
            BookingState.REPLACED,
            asked_at,
            confirmed_at=asked_at,
            replaced_by_id=substitute["id"],
        )

    def _add(
        self, session: InventedSession, post: Post, state: BookingState, asked_at: datetime, **columns: Any
    ) -> int:
        return self.ledger.add(
            Booking,
            ref=self.ledger.reference("B", 6),
            session_id=session.id,
            person_id=post.person_id,
            employment_id=post.employment_id,
            agency_id=post.agency.id,
            job_role=post.job_role,
            workforce_group_id=post.group_id,
            state=state,
            agreement=Agreement.DECLARED,
            asked_at=asked_at,
            created_at=asked_at,
            **columns,
        )

    def _closes(self, session: InventedSession) -> datetime:
        """The last moment so far at which somebody could have booked."""
        return min(session.closes_at, self.now)

    def _asked_at(self, session: InventedSession, last: datetime) -> datetime:
        """Most people book soon after a session is published, some at the `last` moment."""
        span = (last - session.published_at).total_seconds()
        return session.published_at + timedelta(seconds=int(span * self.chance.betavariate(1.1, 2.2)))

    def between(self, earlier: datetime, later: datetime) -> datetime:
        """Some moment from `earlier` to `later`, to the second."""
        return earlier + timedelta(seconds=int((later - earlier).total_seconds() * self.chance.random()))


def by_day(moment: datetime, latest: datetime) -> datetime:
    """`moment` moved into the waking hours of its day, from 7:30 to 18:30, in the same order; `latest` at most."""
    local = clock.local(moment)
    hours = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds() / 3600
    minutes = int((WAKING_FROM + hours / 24 * WAKING_HOURS) * 60)
    woken = clock.instant(local.date(), time(minutes // 60, minutes % 60, local.second))
    return min(woken, latest)
