"""The partnership's terms of booking: the terms in force and the settings behind `rules.Terms`, and bank holidays."""

from datetime import date, datetime, time

from training.bookings.models import Booking
from training.bookings.rules import (
    Promotion,
    Terms,
    cut_off,
    may_have_place,
    promotion_kind,
)
from training.bookings.terms_figures import cut_off_days, cut_off_days_in_force
from training.core import clock
from training.core.settings import register_setting, setting_value
from training.core.working_days import bank_holidays, working_days_after
from training.schedule.models import CourseSession, SessionStatus

END_OF_DAY = time(17)
"""When a working day ends for those who have so many of them to answer."""
CERTAIN_DAYS = register_setting(
    "bookings.certain-days",
    "Working days before that date in which people who wait are asked first",
    2,
    hint="Earlier than that, a free place is booked at once for the next person on the waiting list.",
    most=30,
)
OFFER_HOURS = register_setting("bookings.offer-hours", "Hours an offered place is kept", 24, least=1, most=168)
SHORT_OFFER_HOURS = register_setting(
    "bookings.short-offer-hours",
    "Hours an offered place is kept in the last two days",
    4,
    least=1,
    most=48,
)
QUIET_HOURS = register_setting(
    "bookings.quiet-hours",
    "Hours before the start in which free places are no longer passed on",
    2,
    hint="Whoever asks for a place then still gets it.",
    most=72,
)
GROUP_SKIPS = register_setting(
    "bookings.group-skips",
    "Times a group that comes together is passed over before places are kept for it",
    5,
    hint="Smaller bookings behind it may go first that often. Kept places show as free until the group fits.",
    most=100,
)
AGREEMENT_DAYS = register_setting(
    "bookings.agreement-days",
    "Working days a manager has to answer",
    5,
    hint="Never past the close of booking.",
    least=1,
    most=30,
)
HOLD_MINUTES = register_setting(
    "bookings.hold-minutes",
    "Minutes a place is held while a new person confirms their address",
    30,
    least=5,
    most=240,
)


def booking_terms() -> Terms:
    """The terms as they are set now."""
    return Terms(
        cut_off_days=cut_off_days_in_force(),
        certain_days=setting_value(CERTAIN_DAYS),
        offer_hours=setting_value(OFFER_HOURS),
        short_offer_hours=setting_value(SHORT_OFFER_HOURS),
        quiet_hours=setting_value(QUIET_HOURS),
    )


def cut_off_of(course_session: CourseSession) -> date:
    """The last day on which a place on the session can be cancelled in time by whoever books now."""
    starts_on = clock.local(course_session.starts_at).date()
    return cut_off(starts_on, cut_off_days_in_force(), bank_holidays())


def cut_off_for(booking: Booking) -> date:
    """The last day on which this booking can be cancelled in time, by the terms that it was made under."""
    days = cut_off_days(booking.terms.figures if booking.terms is not None else None)
    return cut_off(clock.local(booking.course_session.starts_at).date(), days, bank_holidays())


def promotion_now(course_session: CourseSession) -> Promotion:
    """How a place that is free today is passed on."""
    return promotion_kind(clock.today(), cut_off_of(course_session), setting_value(CERTAIN_DAYS), bank_holidays())


def agreement_until(course_session: CourseSession) -> datetime:
    """Until when somebody who is asked now has to say whether a person may go.

    The end of a working day, or the close of booking where that comes first; the start where booking has closed, for
    the desk may still give a place by hand.
    """
    on = working_days_after(clock.today(), setting_value(AGREEMENT_DAYS), bank_holidays())
    closes_at = course_session.booking_closes_at
    last = course_session.starts_at if closes_at is None or closes_at <= clock.now() else closes_at
    return max(min(clock.instant(on, END_OF_DAY), last), clock.now())


def is_in_window(course_session: CourseSession) -> bool:
    """Whether people apply now, and places are allotted later."""
    closes_at = course_session.applications_close_at
    return closes_at is not None and course_session.allotted_at is None and clock.now() < closes_at


def may_pass_on(course_session: CourseSession) -> bool:
    """Whether a free place of the session may be passed on now; not while an allotment is to come."""
    if course_session.applications_close_at is not None and course_session.allotted_at is None:
        return False
    return may_have_place(
        clock.now(),
        published=course_session.status is SessionStatus.PUBLISHED,
        closes_at=course_session.booking_closes_at,
        starts_at=course_session.starts_at,
        terms=booking_terms(),
    )
