"""What line managers and readers of weekly digests would have had in their mail by now."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.bookings.agreements import last_day_to_object
from training.bookings.models import Booking, BookingState
from training.bookings.operations_told import note_unsaid, tell
from training.bookings.queries_told import contact_for, find_news
from training.bookings.settings_told import HOUR
from training.bookings.ticks_told import ROUND
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db
from training.core.periods import first_time
from training.core.settings import setting_value
from training.homes.digests import due_digests, write_digest
from training.schedule.models import CourseSession, SessionStatus

BACK = timedelta(days=21)
"""Sessions that began earlier are left out: nobody looks for what was said of them."""


def tell_managers_so_far(now: datetime) -> None:
    """Do it as of the mornings on which it was due, the earliest first."""
    bookings = db.session.scalars(
        select(Booking)
        .join(Booking.course_session)
        .where(Booking.state == BookingState.CONFIRMED, Booking.agreement == Agreement.DECLARED)
        .where(CourseSession.status != SessionStatus.CALLED_OFF, CourseSession.starts_at > now - BACK)
        .options(joinedload(Booking.employment), joinedload(Booking.terms))
        .order_by(Booking.id)
    ).all()
    due: dict[tuple[datetime, str], list[int]] = {}
    for booking in bookings:
        contact, at = contact_for(booking), _due(booking)
        if contact is not None and at < min(now, booking.course_session.starts_at):
            due.setdefault((at, contact.address), []).append(booking.id)
    for (at, address), keys in sorted(due.items()):
        with clock.as_of(at):
            tell(address, keys)
            db.session.flush()
    for key in [one.booking.id for one in find_news() if not one.is_said]:
        note_unsaid(key)
        db.session.flush()
    if now >= _morning(now):
        with clock.as_of(_morning(now)):
            first_time(ROUND, "", clock.today().isoformat())


def write_digests(now: datetime) -> None:
    """Write the digests of this week where it is the time for them."""
    with clock.as_of(now):
        for kind, person_id in due_digests():
            write_digest(kind, person_id)
            db.session.flush()


def _due(booking: Booking) -> datetime:
    """The morning after it was booked, or at once where that would be too late to object."""
    booked_at = booking.confirmed_at or booking.asked_at
    morning = _morning(booked_at)
    if morning <= booked_at:
        morning = _morning(booked_at + timedelta(days=1))
    return morning if clock.local(morning).date() <= last_day_to_object(booking) else booked_at


def _morning(moment: datetime) -> datetime:
    return clock.instant(clock.local(moment).date(), time(setting_value(HOUR)))
