"""What the tables of calendars hold about people."""

from training.calendars.links import DECLINED
from training.core import clock
from training.core.holdings import (
    KEEP,
    Direct,
    Fate,
    Holding,
    Meeting,
    Through,
    register_holding,
    register_link_subject,
)

HELD = (
    Holding(
        table="calendar_feed",
        label="Addresses of your calendar",
        about=(Direct("person_id"),),
        personal={"token_hash": KEEP, "content_hash": KEEP},
        secret=frozenset({"token_hash", "content_hash"}),
        fate=Fate.DELETED,
        meeting=Meeting.STAYS_BEHIND,
        released={"revoked_at": clock.now},
        kept="links",
    ),
    Holding(
        table="calendar_reply",
        label="What your calendar answered",
        about=(Through("entry_id", "calendar_entry"),),
        plain=("uid",),
        shown_without=("entry_id", "uid", "sequence"),
        kept="people",
    ),
    Holding(table="mailbox_position", label="Up to where mailboxes were read", plain=("mailbox",)),
)
for held in HELD:
    register_holding(held)

register_link_subject(DECLINED.name, "booking")
