"""Pure decisions about places: who may book, who gets a place or waits, and by when.

Days are dates where the partnership is; a working day is Monday to Friday without the bank holidays of England.
The numbers come with the call as `Terms`, which `terms.py` reads from the settings.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from training.core.working_days import working_days_before

BankHolidays = Container[date]


@dataclass(frozen=True)
class Terms:
    """What the partnership agreed about places; days are working days."""

    cut_off_days: int = 3
    """How long before the first day a place can be cancelled in time."""
    certain_days: int = 2
    """How long before the cut-off people who wait are still booked without being asked again."""
    offer_hours: int = 24
    short_offer_hours: int = 4
    """How long an offer stands where the start is nearer than `short_offers_within_hours`."""
    short_offers_within_hours: int = 48
    quiet_hours: int = 2
    """How long before the start nobody is booked or offered a place without being there to take it."""


class Refusal(StrEnum):
    """Why a session cannot be booked now."""

    NOT_PUBLISHED = "not-published"
    NOT_OPEN_YET = "not-open-yet"
    CLOSED = "closed"
    BEGUN = "begun"


class Promotion(StrEnum):
    """How the next person on the waiting list gets a free place."""

    CONFIRM = "confirm"
    OFFER = "offer"


def may_book(
    now: datetime,
    *,
    published: bool,
    opens_at: datetime | None,
    closes_at: datetime | None,
    starts_at: datetime,
) -> Refusal | None:
    """None where a session can be booked at `now`, else why not."""
    if not published:
        return Refusal.NOT_PUBLISHED
    if now >= starts_at:
        return Refusal.BEGUN
    if opens_at is not None and now < opens_at:
        return Refusal.NOT_OPEN_YET
    if closes_at is not None and now >= closes_at:
        return Refusal.CLOSED
    return None


def place_or_wait(capacity: int, held: int) -> bool:
    """Whether there is a place for one more; otherwise they wait."""
    return held < capacity


def may_have_place(
    now: datetime, *, published: bool, closes_at: datetime | None, starts_at: datetime, terms: Terms
) -> bool:
    """Whether somebody who waits may be given a free place at `now` without asking for it again.

    The one definition: the sweep and the invariant “nobody waits while a place is free that they may have” use it.
    Not after the close of booking, and not in the last hours, when a message would come too late.
    """
    last = starts_at - timedelta(hours=terms.quiet_hours)
    return published and now < last and (closes_at is None or now < closes_at)


def cut_off(starts_on: date, days: int, holidays: BankHolidays) -> date:
    """The last day on which a place on a session that starts on `starts_on` can be cancelled in time."""
    return working_days_before(starts_on, days, holidays)


def is_late_cancellation(today: date, cut_off_on: date) -> bool:
    """Whether cancelling on the day `today` comes after the cut-off."""
    return today > cut_off_on


def promotion_kind(today: date, cut_off_on: date, certain_days: int, holidays: BankHolidays) -> Promotion:
    """How a free place is passed on: booked at once while `certain_days` working days remain to the cut-off.

    After that people may have made other plans, and are asked.
    """
    if today <= working_days_before(cut_off_on, certain_days, holidays):
        return Promotion.CONFIRM
    return Promotion.OFFER


def offer_limit(now: datetime, starts_at: datetime, terms: Terms) -> datetime:
    """Until when an offer made at `now` stands: shorter as the start nears, and never past it."""
    is_near = starts_at - now <= timedelta(hours=terms.short_offers_within_hours)
    hours = terms.short_offer_hours if is_near else terms.offer_hours
    return min(now + timedelta(hours=hours), starts_at)


def overlap(starts_at: datetime, ends_at: datetime, other_starts_at: datetime, other_ends_at: datetime) -> bool:
    """Whether two sittings share time; one that begins when the other ends does not."""
    return starts_at < other_ends_at and other_starts_at < ends_at
