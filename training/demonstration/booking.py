"""Bookings in every state they end in, with plausible moments."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from training.bookings.models import Booking, BookingState, CancelledBy
from training.catalogue.models import Agreement
from training.demonstration.ledger import Ledger
from training.demonstration.people import Post
from training.demonstration.sessions import InventedSession

REASONS = ("Sickness", "Work emergency", "Staff shortage in the team", "Court hearing moved", "On leave", "Other")


@dataclass
class Bookings:
    """Writes bookings into the ledger."""

    ledger: Ledger
    now: datetime
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = self.ledger.chance("bookings")

    def confirm(self, session: InventedSession, post: Post) -> int:
        """A place, asked for and had at once, or for some after a while on the waiting list."""
        asked_at = self._asked_at(session)
        if self.chance.random() > 0.06:
            return self._add(session, post, BookingState.CONFIRMED, asked_at, confirmed_at=asked_at)
        promoted_at = self._between(asked_at, self._closes(session))
        return self._add(
            session,
            post,
            BookingState.CONFIRMED,
            asked_at,
            confirmed_at=promoted_at,
            waiting_since=asked_at,
            promoted_at=promoted_at,
        )

    def wait(self, session: InventedSession, post: Post) -> int:
        """On the waiting list of a full session."""
        opens = session.published_at or session.closes_at
        asked_at = self._between(max(opens, self._closes(session) - timedelta(days=12)), self._closes(session))
        return self._add(session, post, BookingState.WAITING, asked_at, waiting_since=asked_at)

    def lapse(self, session: InventedSession, post: Post) -> int:
        """Waited until the session began, and no place became free."""
        asked_at = self._between(session.closes_at - timedelta(days=21), session.closes_at)
        return self._add(
            session, post, BookingState.LAPSED, asked_at, waiting_since=asked_at, reason="No place became free"
        )

    def cancel(self, session: InventedSession, post: Post, *, is_late: bool) -> int:
        """Given up within two days of the start, or well before the cut-off."""
        last = min(session.starts_at - timedelta(days=5 if is_late else 14), self.now - timedelta(days=2))
        asked_at = self._between(session.published_at or session.closes_at, last)
        if is_late:
            cancelled_at = self._between(session.starts_at - timedelta(days=2), session.starts_at - timedelta(hours=1))
        else:
            cancelled_at = self._between(asked_at, min(session.starts_at - timedelta(days=9), self.now))
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

    def called_off(self, session: InventedSession, post: Post, at: datetime) -> int:
        """Ended because the session was called off at the moment `at`."""
        asked_at = self._between(at - timedelta(days=30), at)
        return self._add(
            session,
            post,
            BookingState.CANCELLED,
            asked_at,
            confirmed_at=asked_at,
            cancelled_at=at,
            cancelled_by=CancelledBy.CALLED_OFF,
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

    def _asked_at(self, session: InventedSession) -> datetime:
        """Most people book soon after a session is published, some at the last moment."""
        opens = session.published_at or session.closes_at
        span = (self._closes(session) - opens).total_seconds()
        return opens + timedelta(seconds=int(span * self.chance.betavariate(1.1, 2.2)))

    def _between(self, earlier: datetime, later: datetime) -> datetime:
        return earlier + timedelta(seconds=int((later - earlier).total_seconds() * self.chance.random()))
