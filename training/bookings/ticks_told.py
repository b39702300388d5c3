"""What the worker does for line managers: the message of the day from its hour on, and at once what cannot wait."""

from datetime import time
from functools import partial

from training.bookings.operations_told import note_unsaid, tell
from training.bookings.queries_told import News, contact_for, find_news
from training.bookings.settings_told import HOUR
from training.core import clock
from training.core.database import reading
from training.core.periods import first_time, was_done
from training.core.settings import setting_value
from training.core.transaction import for_each, in_unit_of_work, unit_of_work

ROUND = "manager-messages"
"""The kind of the day’s round; noted once everybody has been written to, so that one that was killed goes on."""


def tell_managers() -> int:
    """Write to everybody for whom there is news that is due; returns how many messages."""
    today = clock.today().isoformat()
    with reading(), unit_of_work():
        has_struck = clock.now() >= clock.instant(clock.today(), time(setting_value(HOUR)))
        is_round = has_struck and not was_done(ROUND, "", today)
        news = find_news()
        unsaid = [one.booking.id for one in news if not one.is_said]
        due = _by_address([one for one in news if one.is_said], only_urgent=not is_round)
    for_each(unsaid, note_unsaid)
    written = for_each(due, lambda address: tell(address, due[address]))
    if is_round:
        in_unit_of_work(partial(first_time, ROUND, "", today))
    return written


def _by_address(news: list[News], *, only_urgent: bool) -> dict[str, list[int]]:
    """The bookings of which somebody is told, by their address; with `only_urgent` of whom something cannot wait."""
    if only_urgent and not any(one.is_urgent for one in news):
        return {}
    found: dict[str, list[News]] = {}
    for one in news:
        contact = contact_for(one.booking)
        if contact is not None:
            found.setdefault(contact.address, []).append(one)
    return {
        address: [one.booking.id for one in theirs]
        for address, theirs in found.items()
        if not only_urgent or any(one.is_urgent for one in theirs)
    }
