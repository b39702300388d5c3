"""The secret address of a person's own calendar: made, replaced, switched off, and when it was last read."""

import hashlib
import secrets
from datetime import date, datetime

from sqlalchemy import select, update

from training.calendars.models import CalendarFeed
from training.config import installation
from training.core import audit, clock
from training.core.calendars import later_stamp
from training.core.database import db
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.people.models import Person

TOKEN_OCTETS = 24
"""192 bits, as for links in mail."""


def make_feed(viewer: Viewer) -> str:
    """Give the person who asks a new secret address, in place of the one they had; the only time it is readable."""
    assert viewer.person_id is not None
    # Two who press at once: the second replaces what the first has made.
    person = lock_row(Person, viewer.person_id)
    _revoke(viewer, person.id)
    token = secrets.token_urlsafe(TOKEN_OCTETS)
    feed = CalendarFeed(person_id=person.id, token_hash=token_hash(token))
    db.session.add(feed)
    db.session.flush()
    audit.record(viewer, "made a calendar address", feed)
    return f"{installation().base_url}/calendars/{token}.ics"


def revoke_feed(viewer: Viewer) -> bool:
    """Make the address of the person who asks useless; False where there is none."""
    assert viewer.person_id is not None
    lock_row(Person, viewer.person_id)
    return _revoke(viewer, viewer.person_id)


def switch_off_for(viewer: Viewer, person: Person, reason: str) -> bool:
    """Make the calendar address of somebody else useless, who lost a device say; False where there is none."""
    lock_row(Person, person.id)
    return _revoke(viewer, person.id, reason)


def token_hash(token: str) -> str:
    """What is kept of the secret in an address."""
    return hashlib.sha256(token.encode()).hexdigest()


def content_changed_at(feed: CalendarFeed, content_hash: str) -> datetime:
    """Since when the feed gives out what it gives out now: whole seconds, later than for anything before."""
    if feed.content_hash == content_hash and feed.content_changed_at is not None:
        return feed.content_changed_at
    return later_stamp(clock.now(), feed.content_changed_at)


def note_reading(feed_id: int, on: date, content_hash: str, changed_at: datetime) -> None:
    """Keep on which day a calendar asked, and what it was given; within a transaction of its own."""
    db.session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.id == feed_id)
        .values(read_on=on, content_hash=content_hash, content_changed_at=changed_at)
        .execution_options(synchronize_session=False)
    )


def _revoke(viewer: Viewer, person_id: int, reason: str | None = None) -> bool:
    feed = db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
    )
    if feed is None:
        return False
    feed.revoked_at = clock.now()
    db.session.flush()
    audit.record(viewer, "switched a calendar address off", feed, reason=reason)
    return True
