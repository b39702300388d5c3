"""Calendar bytes: what stands in them, what is refused, and that no text can break them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.core import clock
from training.core.calendars import (
    CalendarEvent,
    cancellation,
    download,
    feed,
    invite,
    later_stamp,
    new_uid,
    shown_once,
)

at = datetime.fromisoformat

EVENT = CalendarEvent(
    uid="2f1c7a52-58a5-4b8e-9d9c-0a1b2c3d4e5f",
    sequence=0,
    stamped_at=datetime(2026, 11, 2, 10, 15, 30, 999_000, tzinfo=UTC),
    starts_at=at("2026-11-24T09:30"),
    ends_at=at("2026-11-24T16:00"),
    summary="Working together, day 2 of 3; Bootle",
    location="Town Hall, Oriel Road, Bootle",
    description="Join: https://meet.example/abc\n\nBring your lunch.",
    url="https://muster.example/sessions/BRT4K",
    organiser_name="Northshire Safeguarding Training",
    organiser_address="training@northshire.example",
    attendee_name="Zoë O'Neill",
    attendee_address="zoe.oneill@school.example",
)

REQUEST_LINES = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Muster//Multi-agency training//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:REQUEST",
    "BEGIN:VTIMEZONE",
    "TZID:Europe/London",
    "BEGIN:DAYLIGHT",
    "TZNAME:BST",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0100",
    "DTSTART:19700329T010000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZNAME:GMT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0000",
    "DTSTART:19701025T020000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "END:STANDARD",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    "UID:2f1c7a52-58a5-4b8e-9d9c-0a1b2c3d4e5f",
    "SEQUENCE:0",
    "DTSTAMP:20261102T101530Z",
    "DTSTART;TZID=Europe/London:20261124T093000",
    "DTEND;TZID=Europe/London:20261124T160000",
    "STATUS:CONFIRMED",
    "SUMMARY:Working together\\, day 2 of 3\\; Bootle",
    "LOCATION:Town Hall\\, Oriel Road\\, Bootle",
    "DESCRIPTION:Join: https://meet.example/abc\\n\\nBring your lunch.",
    "URL:https://muster.example/sessions/BRT4K",
    "CLASS:PUBLIC",
    "TRANSP:OPAQUE",
    'ORGANIZER;CN="Northshire Safeguarding Training":mailto:training@northshire.example',
    'ATTENDEE;CN="Zoë O\'Neill";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;'
    "PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:zoe.oneill@school.example",
    "X-MICROSOFT-DISALLOW-COUNTER:TRUE",
    "END:VEVENT",
    "END:VCALENDAR",
]


def unfolded(calendar: bytes) -> list[str]:
    return calendar.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def values(calendar: bytes, name: str) -> list[str]:
    """Of the time zone too, whose two rules come first and have a DTSTART each."""
    lines = unfolded(calendar)
    return [line.partition(":")[2] for line in lines if line.startswith((f"{name}:", f"{name};"))]


def test_an_invite_says_exactly_this() -> None:
    assert unfolded(invite(EVENT)) == REQUEST_LINES


def test_a_cancellation_differs_in_method_status_and_sequence_only() -> None:
    cancelled = replace(EVENT, sequence=1, stamped_at=EVENT.stamped_at + timedelta(days=1), cancelled=True)
    before, after = unfolded(invite(EVENT)), unfolded(cancellation(cancelled))
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("METHOD:REQUEST", "METHOD:CANCEL"),
        ("SEQUENCE:0", "SEQUENCE:1"),
        ("DTSTAMP:20261102T101530Z", "DTSTAMP:20261103T101530Z"),
        ("STATUS:CONFIRMED", "STATUS:CANCELLED"),
    ]


def test_a_cancelled_event_is_never_sent_as_a_request() -> None:
    with pytest.raises(ValueError, match="as a cancellation"):
        invite(replace(EVENT, cancelled=True, sequence=1))


def test_a_cancellation_needs_a_higher_sequence() -> None:
    with pytest.raises(ValueError, match="higher sequence"):
        cancellation(EVENT)


def test_the_organiser_is_not_invited_to_their_own_mailbox() -> None:
    own = replace(EVENT, sequence=1, attendee_address="Training@Northshire.example")
    for write in (invite, cancellation):
        with pytest.raises(ValueError, match="own mailbox"):
            write(own)


@pytest.mark.parametrize("address", ["", "zoe", "a@b.example\r\nATTENDEE:mailto:c@d.example", "Zoë <a@b.example>"])
def test_an_invite_needs_a_plain_address(address: str) -> None:
    with pytest.raises(ValueError, match="plain e-mail address"):
        invite(replace(EVENT, attendee_address=address))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"uid": ""}, "UID"),
        ({"uid": "two words"}, "UID"),
        ({"sequence": -1}, "negative"),
        ({"zone_name": "Europe/Paris"}, "Europe/London only"),
        ({"starts_at": datetime(2026, 11, 24, 9, 30, tzinfo=UTC)}, "without a zone"),
        ({"stamped_at": at("2026-11-02T10:15")}, "with a zone"),
        ({"last_changed_at": at("2026-11-02T10:15")}, "with a zone"),
        ({"ends_at": EVENT.starts_at}, "ends after it starts"),
        ({"url": "javascript:alert(1)"}, "complete one"),
        ({"url": "https://muster.example/a\r\nX-A:b"}, "complete one"),
        ({"url": "https://muster.example/" + "a" * 1_000}, "too long"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(EVENT, **changes)


def test_an_event_may_last_from_before_the_clocks_go_back_until_after() -> None:
    night = replace(EVENT, starts_at=at("2026-10-25T01:45"), ends_at=at("2026-10-25T01:15").replace(fold=1))
    assert values(invite(night), "DTSTART")[2:] == ["20261025T004500Z"]
    assert values(invite(night), "DTEND") == ["20261025T011500Z"]


def test_a_time_that_the_clocks_skip_is_written_in_utc() -> None:
    night = replace(EVENT, starts_at=at("2027-03-28T01:30"), ends_at=at("2027-03-28T05:00"))
    assert values(invite(night), "DTSTART")[2:] == ["20270328T013000Z"]
    assert values(invite(night), "DTEND") == ["20270328T040000Z"]


@pytest.mark.parametrize(
    ("local", "once"),
    [
        (at("2027-03-28T00:59"), True),
        (at("2027-03-28T01:00"), False),
        (at("2027-03-28T01:59"), False),
        (at("2027-03-28T02:00"), True),
        (at("2026-10-25T00:59"), True),
        (at("2026-10-25T01:00"), False),
        (at("2026-10-25T01:30").replace(fold=1), False),
        (at("2026-10-25T02:00"), True),
    ],
)
def test_forms_can_tell_which_times_the_clocks_do_not_show_once(local: datetime, once: bool) -> None:
    assert shown_once(local) is once


def test_the_two_rules_still_are_those_of_the_united_kingdom() -> None:
    """Fails when the law on summer time changes: the rules in the calendar must then change with it."""
    hours = [datetime(1997, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(24 * 366 * 45)]
    changes = [
        (after, clock.local(after).utcoffset())
        for before, after in pairwise(hours)
        if clock.local(before).utcoffset() != clock.local(after).utcoffset()
    ]
    assert len(changes) >= 88
    for moment, offset in changes:
        assert moment.hour == 1
        assert moment.strftime("%a") == "Sun"
        assert (moment + timedelta(days=7)).month == moment.month + 1
        assert (moment.month, offset) in [(3, timedelta(hours=1)), (10, timedelta(0))]


def test_a_feed_can_be_subscribed_to_and_names_nobody() -> None:
    calendar = feed("My training, Northshire", [EVENT])
    lines = unfolded(calendar)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT4H" in lines
    assert "X-PUBLISHED-TTL:PT4H" in lines
    assert "NAME:My training\\, Northshire" in lines
    assert "X-WR-CALNAME:My training\\, Northshire" in lines
    assert not [line for line in lines if line.startswith(("METHOD", "ATTENDEE", "ORGANIZER"))]
    assert "zoe" not in calendar.decode().lower()
    assert values(calendar, "UID") == [EVENT.uid]


def test_a_feed_is_the_same_whenever_and_in_whatever_order_it_is_written() -> None:
    later = replace(EVENT, uid=new_uid(), starts_at=at("2026-11-25T09:30"), ends_at=at("2026-11-25T12:00"))
    same_start = replace(EVENT, uid=new_uid())
    assert feed("Mine", [EVENT, later, same_start]) == feed("Mine", [later, same_start, EVENT])
    assert values(feed("Mine", [later, EVENT]), "UID") == [EVENT.uid, later.uid]


def test_a_feed_is_stamped_with_the_change_of_the_row() -> None:
    changed = replace(EVENT, last_changed_at=datetime(2026, 11, 5, 9, 0, tzinfo=timezone(timedelta(hours=1))))
    assert values(feed("Mine", [changed]), "DTSTAMP") == ["20261105T080000Z"]
    assert values(feed("Mine", [changed]), "LAST-MODIFIED") == ["20261105T080000Z"]
    assert values(invite(changed), "DTSTAMP") == ["20261102T101530Z"]


def test_a_called_off_event_stays_in_the_feed_and_blocks_no_time() -> None:
    calendar = feed("Mine", [replace(EVENT, cancelled=True, summary="Neglect")])
    assert values(calendar, "SUMMARY") == ["CANCELLED: Neglect"]
    assert values(calendar, "STATUS") == ["CANCELLED"]
    assert values(calendar, "TRANSP") == ["TRANSPARENT"]


def test_an_empty_feed_is_a_calendar() -> None:
    assert values(feed("Mine", []), "NAME") == ["Mine"]


def test_a_download_has_the_uid_of_the_invite_and_no_buttons() -> None:
    calendar = download(EVENT)
    assert values(calendar, "UID") == [EVENT.uid]
    assert not [name for name in ("METHOD", "ATTENDEE", "ORGANIZER", "NAME") if values(calendar, name)]


def test_uids_are_never_the_same() -> None:
    uids = {new_uid() for _ in range(1_000)}
    assert len(uids) == 1_000
    assert all(len(uid) == 36 for uid in uids)


def test_a_stamp_is_always_later_than_the_last() -> None:
    moment = datetime(2026, 11, 2, 10, 15, 30, 500_000, tzinfo=UTC)
    assert later_stamp(moment, None) == datetime(2026, 11, 2, 10, 15, 30, tzinfo=UTC)
    assert later_stamp(moment, moment) == datetime(2026, 11, 2, 10, 15, 31, tzinfo=UTC)
    assert later_stamp(moment, moment + timedelta(hours=1)) == datetime(2026, 11, 2, 11, 15, 31, tzinfo=UTC)
    assert later_stamp(moment, moment - timedelta(hours=1)) == datetime(2026, 11, 2, 10, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("filler", ["word, ", "€", "é;", "👩‍👩‍👧 ", "\n", "\\"])
def test_the_part_stays_under_20_kb_whatever_the_texts(filler: str) -> None:
    long = filler * 20_000
    event = replace(
        EVENT,
        summary="Summary " + long,
        location="Location " + long,
        description="https://meet.example/abc\n" + long + "end",
        organiser_name="Organiser " + long,
        attendee_name="Attendee " + long,
        url="https://muster.example/" + "a" * 900,
    )
    calendar = invite(event)
    assert len(calendar) * 78 / 57 < 20_000
    description = values(calendar, "DESCRIPTION")[0]
    assert description.startswith(("https://meet.example/abc\\n", "https://meet.example/abc…"))
    assert description.endswith("…")


def test_a_long_description_is_cut_between_words() -> None:
    calendar = invite(replace(EVENT, description="safeguarding " * 2_000))
    written = values(calendar, "DESCRIPTION")[0]
    assert set(written.removesuffix("…").split()) == {"safeguarding"}
    assert 8_900 < len(written.encode()) <= 9_000


def test_quotes_and_carets_leave_names() -> None:
    event = replace(EVENT, attendee_name='Ann "Annie" ^Lee^, Ms; x:y', organiser_name='"')
    attendee = next(line for line in unfolded(invite(event)) if line.startswith("ATTENDEE"))
    assert 'CN="Ann Annie Lee, Ms; x:y"' in attendee
    assert "ORGANIZER:mailto:training@northshire.example" in unfolded(invite(event))


def test_a_path_with_a_capital_n_keeps_its_backslashes() -> None:
    calendar = invite(replace(EVENT, location="\\\\server\\New"))
    assert values(calendar, "LOCATION") == ["\\\\\\\\server\\\\New"]


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_the_lines(summary: str, description: str, attendee: str, organiser: str) -> None:
    event = replace(EVENT, summary=summary, description=description, attendee_name=attendee, organiser_name=organiser)
    calendar = invite(event)
    assert calendar.endswith(b"\r\n")
    for line in calendar.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        assert b"\r" not in line
        assert b"\n" not in line
        line.decode()
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded(calendar)]
    written = {"SUMMARY", "DESCRIPTION"}
    assert [name for name in names if name not in written] == [
        line.partition(":")[0].partition(";")[0]
        for line in REQUEST_LINES
        if not line.startswith(("SUMMARY", "DESCRIPTION"))
    ]
