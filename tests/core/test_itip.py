"""The examiners of calendars in mails see what RFC 5546 forbids, and find nothing wrong with ours.

The names of the tests say who examined: libical only where it is on the machine.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.itip import EXAMINERS, against_the_tables
from tests.core.test_calendars import EVENT
from training.core.calendars import cancellation, invite

CANCELLED = cancellation(replace(EVENT, sequence=1, stamped_at=EVENT.stamped_at + timedelta(days=1)))


@pytest.mark.parametrize("examiner", EXAMINERS)
def test_invitations_and_cancellations_hold_what_they_may(examiner: str) -> None:
    for calendar in (invite(EVENT), CANCELLED, invite(replace(EVENT, location="", description="", url=""))):
        assert EXAMINERS[examiner](calendar) == []


@pytest.mark.parametrize("examiner", EXAMINERS)
@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b"\r\nUID:", b"\r\nX-UID:"),
        (b"\r\nDTSTAMP:", b"\r\nX-STAMP:"),
        (b"\r\nORGANIZER", b"\r\nX-ORGANIZER"),
        (b"\r\nATTENDEE", b"\r\nX-ATTENDEE"),
        (b"STATUS:CONFIRMED", b"STATUS:CANCELLED"),
        (b"METHOD:REQUEST", b"METHOD:PUBLISH"),
    ],
)
def test_each_fault_is_seen(examiner: str, written: bytes, instead: bytes) -> None:
    calendar = invite(EVENT)
    assert written in calendar
    assert EXAMINERS[examiner](calendar.replace(written, instead))


@pytest.mark.parametrize("examiner", EXAMINERS)
@pytest.mark.parametrize("missing", [b"SEQUENCE:1", b"UID:", b"ORGANIZER", b"DTSTAMP:"])
def test_a_cancellation_that_lacks_something_is_seen(examiner: str, missing: bytes) -> None:
    assert EXAMINERS[examiner](CANCELLED.replace(b"\r\n" + missing, b"\r\nX-" + missing))


def test_a_cancellation_that_confirms_is_seen_by_the_tables_alone() -> None:
    """libical lets it pass, so the tables are not only for machines without it."""
    assert against_the_tables(CANCELLED.replace(b"STATUS:CANCELLED", b"STATUS:CONFIRMED"))
