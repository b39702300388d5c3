"""The purpose of the links by which somebody says that a booking another made is not for them, and its words."""

from datetime import timedelta

from training.bookings.models import Booking
from training.bookings.ways_in import by_link
from training.config import installation
from training.core.database import db
from training.core.links import create_link, register_purpose

NOT_ME = register_purpose("bookings.not-me", timedelta(days=60), is_unasked=True)
"""About a Booking that somebody else made: told to its person, who may know nothing of it."""


def who_booked(booking: Booking) -> tuple[str, tuple[str, ...]]:
    """Who booked it and how to say that it is not for oneself, with the link’s secrets; empty where nobody else did."""
    if booking.booked_by is None:
        return "", ()
    said, secrets = not_for_me(booking)
    return f"{booking.booked_by.name} booked this for you. {said}", secrets


def not_for_me(booking: Booking) -> tuple[str, tuple[str, ...]]:
    """How to say that the booking is not for oneself, what is kept and on which terms; with the link’s secrets."""
    db.session.flush()
    way = by_link(create_link(NOT_ME, booking.id, expires_at=booking.course_session.starts_at))
    base = installation().base_url
    lines = (
        "If it is not for you, or nobody asked you, say so here; it is then cancelled, and they are told:",
        way.address,
        way.code_line,
        f"What we keep about you and why: {base}/privacy",
        f"The terms of booking: {base}/terms",
    )
    return "\n".join(lines), way.secrets
