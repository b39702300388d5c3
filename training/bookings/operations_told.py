"""Telling somebody once a day what is new about the bookings of their people, in one message with a row for each.

Nobody notes news: it is what differs between a booking and what was last told of it. So nothing is forgotten by a deed
that comes later, and what was booked and given up again in between is not worth a word.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from training.bookings.agreements import LEAD, MANAGER, agreement_link
from training.bookings.mail_told import CLOSING, LEAD_TOLD, MANAGER_TOLD, TO_BOTH, TO_LEAD, TO_MANAGER
from training.bookings.models import Booking
from training.bookings.models_told import ManagerTold, ToldStanding
from training.bookings.places import locked_booking
from training.bookings.queries_told import News, NewsKind, contact_for, dates_now, find_news
from training.bookings.ways_in import WayIn, by_link
from training.bookings.wording_told import HEADINGS, row_of, summary_of
from training.core import clock
from training.core.database import db
from training.core.message_abouts import note_further
from training.core.outbox import Recipient, enqueue
from training.core.periods import first_time, forget
from training.people.queries_contacts import Contact, ContactKind

OF_THE_DAY = "manager-message"
AT_ONCE = "manager-objection"
"""The kinds of what is done once: a message to somebody on a day, and one more for what cannot wait."""


@dataclass(frozen=True)
class Told:
    """One piece of news with whom it is for."""

    news: News
    contact: Contact


def subject_of(address: str) -> str:
    """Somebody in the table of what was done, and the stream of their messages, without the address itself."""
    return f"manager:{hashlib.sha256(address.strip().lower().encode()).hexdigest()[:32]}"


def tell(address: str, booking_ids: Collection[int]) -> bool:
    """Write to this address what is new about these bookings: the message of the day, or what cannot wait for the next.

    Everything is read after the day has been taken, so that of two workers one finds nothing left. False where there is
    nothing to say.
    """
    if not _for(address, booking_ids):
        return False
    who, today = subject_of(address), clock.today().isoformat()
    has_day = first_time(OF_THE_DAY, who, today)
    found = _for(address, booking_ids)
    if not has_day:
        found = [told for told in found if told.news.is_urgent and _first_at_once(told.news)]
    elif not found:
        forget(OF_THE_DAY, who, today)
    if not found:
        return False
    _write(address, found, f"{who}:{today}" if has_day else f"{who}:{today}:{found[0].news.booking.id}")
    return True


def note_unsaid(booking_id: int) -> int:
    """Note what is not said by a message as known, so that a later setting does not bring it up; 0 where it is."""
    locked_booking(booking_id)
    found = [news for news in find_news([booking_id]) if not news.is_said]
    for news in found:
        _know(news, None)
    return len(found)


def _for(address: str, booking_ids: Collection[int]) -> list[Told]:
    """What is to be said of these bookings to whoever reads at this address."""
    news = ((one, contact_for(one.booking)) for one in find_news(booking_ids) if one.is_said)
    return [Told(one, contact) for one, contact in news if contact is not None and contact.address == address]


def _first_at_once(news: News) -> bool:
    return first_time(AT_ONCE, f"booking:{news.booking.id}", ";".join(dates_now(news.booking.course_session))[:200])


def _write(address: str, found: list[Told], key: str) -> None:
    db.session.flush()
    managed = [told for told in found if told.contact.kind is ContactKind.MANAGER]
    opening = TO_BOTH if 0 < len(managed) < len(found) else TO_MANAGER if managed else TO_LEAD
    blocks: list[str] = []
    secrets: list[str] = []
    for kind in NewsKind:
        rows = [told for told in found if told.news.kind is kind]
        if rows:
            blocks.append(f"# {HEADINGS[kind]}")
        for told in rows:
            way = _way(told) if told.news.may_object else None
            blocks.append(row_of(told.news, told.contact.kind is ContactKind.MANAGER, way))
            secrets += way.secrets if way else ()
    named = managed[0].contact if managed else found[0].contact
    message = enqueue(
        MANAGER_TOLD if managed else LEAD_TOLD,
        {
            "hello": f"Hello {named.name}," if named.name else "Hello,",
            "opening": opening,
            "summary": summary_of([told.news for told in found]),
            "news": "\n\n".join(blocks),
            "closing": CLOSING if secrets else "",
        },
        key=key,
        stream=subject_of(address),
        about=f"booking:{found[0].news.booking.id}",
        to=Recipient(named.name, address, named.person_id),
        secrets=tuple(secrets),
        not_after=max(told.news.booking.course_session.starts_at for told in found),
    )
    if message is None:
        raise RuntimeError(f"the message {key} was written before")
    note_further(message, _abouts(told.news.booking for told in found))
    for told in found:
        _know(told.news, told.contact)


def _way(told: Told) -> WayIn:
    purpose = MANAGER if told.contact.kind is ContactKind.MANAGER else LEAD
    return by_link(agreement_link(purpose, told.news.booking))


def _abouts(bookings: Iterable[Booking]) -> list[str]:
    return [f"booking:{booking.id}" for booking in bookings]


def _know(news: News, contact: Contact | None) -> None:
    """From now on they know the booking as it is."""
    told = news.told or ManagerTold(booking_id=news.booking.id)
    told.standing = ToldStanding.ENDED if news.kind is NewsKind.ENDED else ToldStanding.COMING
    told.dates = dates_now(news.booking.course_session)
    if contact is not None:
        told.address, told.is_manager = contact.address, contact.kind is ContactKind.MANAGER
    db.session.add(told)
    db.session.flush()
