"""What readers that share no code with ours make of the calendars: ical.js far from London, and vobject."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import vobject
from hypothesis import given
from hypothesis import strategies as st

from tests.core.ical_js import moment, read_with_ical_js
from training.core.calendars import CalendarEvent, cancellation, download, feed, invite, new_uid

at = datetime.fromisoformat

LONDON = ZoneInfo("Europe/London")

EVENT = CalendarEvent(
    uid="7d0c0f0e-4a55-4b0e-9a51-6f6d7a2f7f10",
    sequence=0,
    stamped_at=datetime(2026, 11, 2, 10, 15, 30, tzinfo=UTC),
    starts_at=at("2026-11-24T09:30"),
    ends_at=at("2026-11-24T16:00"),
    summary="Neglect: what to look for, and what to do; part 1",
    location="Town Hall, Oriel Road, Bootle",
    description="Join: https://meet.example/abc?x=1;y=2,3\n\nC:\\New\\notes — “bring” your lunch, Zoë.",
    url="https://muster.example/sessions/BRT4K?a=1,2;b",
    organiser_name="Northshire Safeguarding: Training",
    organiser_address="training@northshire.example",
    attendee_name='Zoë "Zed" O\'Neill, Ms',
    attendee_address="zoe.o'neill+work@school.example",
)


def read_with_vobject(calendar: bytes) -> Any:
    return cast("Any", vobject).readOne(calendar.decode())


def last_sunday(year: int, month: int) -> date:
    """Of a month with 31 days, such as March and October."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def telling_days() -> Iterator[date]:
    """Midsummer, midwinter, and the days before, of and after both clock changes of several years."""
    for year in (2024, 2025, 2026, 2027, 2028, 2032, 2037, 2045):
        yield date(year, 1, 15)
        yield date(year, 7, 15)
        for month in (3, 10):
            for days in (-1, 0, 1):
                yield last_sunday(year, month) + timedelta(days=days)


def events_of_telling_days() -> list[CalendarEvent]:
    """At hours that clocks show once, at midnight too, and across the hour of the change."""
    hours = [
        (time(9, 30), time(16)),
        (time(0, 0), time(0, 59)),
        (time(0, 30), time(2, 30)),
        (time(2), time(23, 59)),
    ]
    return [
        replace(EVENT, uid=new_uid(), starts_at=datetime.combine(day, start), ends_at=datetime.combine(day, end))
        for day in telling_days()
        for start, end in hours
    ]


def events_at_hours_shown_twice_or_never() -> list[CalendarEvent]:
    return [
        replace(
            EVENT,
            uid=new_uid(),
            starts_at=datetime.combine(last_sunday(year, month), time(1, 30, fold=fold)),
            ends_at=datetime.combine(last_sunday(year, month), time(12)),
        )
        for year in (2025, 2026, 2027, 2036)
        for month in (3, 10)
        for fold in (0, 1)
    ]


def in_utc(local: datetime) -> datetime:
    return local.replace(tzinfo=LONDON).astimezone(UTC)


def test_ical_js_reads_an_invite_as_meant() -> None:
    understood = read_with_ical_js(invite(EVENT))
    assert understood["method"] == "REQUEST"
    [entry] = understood["events"]
    assert entry["uid"] == EVENT.uid
    assert entry["sequence"] == 0
    assert entry["status"] == "CONFIRMED"
    assert entry["summary"] == EVENT.summary
    assert entry["location"] == EVENT.location
    assert entry["description"] == EVENT.description
    assert entry["url"] == EVENT.url
    assert entry["stamp"]["instant"] == "2026-11-02T10:15:30.000Z"
    assert entry["start"] == {
        "instant": "2026-11-24T09:30:00.000Z",
        "zone": "Europe/London",
        "withRules": True,
    }
    assert entry["end"] == {"instant": "2026-11-24T16:00:00.000Z", "zone": "Europe/London", "withRules": True}
    [organiser] = entry["organisers"]
    assert (organiser["address"], organiser["name"]) == (
        "mailto:training@northshire.example",
        "Northshire Safeguarding: Training",
    )
    [attendee] = entry["attendees"]
    assert entry["counter"] == "TRUE"
    assert attendee == {
        "address": "mailto:zoe.o'neill+work@school.example",
        "name": "Zoë Zed O'Neill, Ms",
        "role": "REQ-PARTICIPANT",
        "status": "NEEDS-ACTION",
        "reply": "TRUE",
    }


def test_a_change_of_text_is_later_but_not_higher() -> None:
    changed = replace(EVENT, stamped_at=EVENT.stamped_at + timedelta(seconds=1), location="Library, Crosby")
    [before] = read_with_ical_js(invite(EVENT))["events"]
    [after] = read_with_ical_js(invite(changed))["events"]
    assert moment(after["stamp"]["instant"]) > moment(before["stamp"]["instant"])
    assert after["location"] == "Library, Crosby"
    unchanged = ("uid", "sequence", "start", "end", "status", "organisers", "attendees")
    assert [after[name] for name in unchanged] == [before[name] for name in unchanged]


def test_a_change_of_time_moves_the_same_entry() -> None:
    moved = replace(
        EVENT,
        sequence=1,
        stamped_at=EVENT.stamped_at + timedelta(hours=1),
        starts_at=at("2027-06-24T09:30"),
        ends_at=at("2027-06-24T16:00"),
    )
    understood = read_with_ical_js(invite(moved))
    [entry] = understood["events"]
    assert understood["method"] == "REQUEST"
    assert (entry["uid"], entry["sequence"]) == (EVENT.uid, 1)
    assert entry["start"]["instant"] == "2027-06-24T08:30:00.000Z"
    assert entry["end"]["instant"] == "2027-06-24T15:00:00.000Z"


def test_a_cancellation_is_about_the_same_entry_of_the_same_person() -> None:
    [before] = read_with_ical_js(invite(EVENT))["events"]
    understood = read_with_ical_js(
        cancellation(replace(EVENT, sequence=1, stamped_at=EVENT.stamped_at + timedelta(hours=1)))
    )
    [after] = understood["events"]
    assert (understood["method"], after["status"], after["sequence"]) == ("CANCEL", "CANCELLED", 1)
    unchanged = ("uid", "start", "end", "organisers", "attendees")
    assert [after[name] for name in unchanged] == [before[name] for name in unchanged]


def test_ical_js_reads_every_time_of_a_feed_as_meant() -> None:
    events = [*events_of_telling_days(), *events_at_hours_shown_twice_or_never()]
    understood = read_with_ical_js(feed("My training and all of it", events))
    assert understood["method"] is None
    assert understood["name"] == "My training and all of it"
    assert understood["refresh"] == "PT4H"
    entries = {entry["uid"]: entry for entry in understood["events"]}
    assert len(entries) == len(events)
    for event in events:
        entry = entries[event.uid]
        assert moment(entry["start"]["instant"]) == in_utc(event.starts_at), event
        assert moment(entry["end"]["instant"]) == in_utc(event.ends_at), event
        assert entry["attendees"] == []
        assert entry["organisers"] == []


def test_vobject_reads_every_time_as_meant() -> None:
    for event in [*events_of_telling_days(), *events_at_hours_shown_twice_or_never()]:
        entry = read_with_vobject(invite(event)).vevent
        assert entry.dtstart.value.astimezone(UTC) == in_utc(event.starts_at), event
        assert entry.dtend.value.astimezone(UTC) == in_utc(event.ends_at), event


def test_the_readers_go_by_our_rules_and_not_by_their_own_knowledge() -> None:
    """Without this the two tests above would pass for a time zone that says nothing."""
    always_summer = invite(EVENT).replace(b"TZOFFSETTO:+0000", b"TZOFFSETTO:+0100")
    [entry] = read_with_ical_js(always_summer)["events"]
    assert entry["start"]["instant"] == "2026-11-24T08:30:00.000Z"
    renamed = always_summer.replace(b"TZID:Europe/London", b"TZID:Summer").replace(
        b"TZID=Europe/London", b"TZID=Summer"
    )
    start = read_with_vobject(renamed).vevent.dtstart.value
    assert start.astimezone(UTC) == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_a_called_off_entry_of_a_feed_and_a_download_reads_as_such() -> None:
    called_off = replace(EVENT, cancelled=True, sequence=1)
    for calendar in (feed("Mine", [called_off]), download(called_off)):
        [entry] = read_with_ical_js(calendar)["events"]
        assert (entry["uid"], entry["status"], entry["transparency"]) == (
            EVENT.uid,
            "CANCELLED",
            "TRANSPARENT",
        )
        assert entry["summary"] == f"CANCELLED: {EVENT.summary}"


def test_vobject_reads_the_people_of_an_invite() -> None:
    calendar = read_with_vobject(invite(EVENT))
    assert calendar.method.value == "REQUEST"
    [attendee] = calendar.vevent.attendee_list
    assert attendee.value == "mailto:zoe.o'neill+work@school.example"
    assert attendee.params["CN"] == ["Zoë Zed O'Neill, Ms"]
    assert attendee.params["PARTSTAT"] == ["NEEDS-ACTION"]
    assert calendar.vevent.organizer.value == "mailto:training@northshire.example"


WRITABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))


@given(
    st.text(WRITABLE, max_size=200).map(lambda text: " ".join(text.split())),
    st.lists(st.text(WRITABLE, max_size=90).map(lambda text: " ".join(text.split())), max_size=6),
)
def test_text_comes_back_from_vobject_as_it_was(summary: str, lines: list[str]) -> None:
    description = "\n".join(lines).strip()
    entry = read_with_vobject(invite(replace(EVENT, summary=summary, description=description))).vevent
    assert entry.summary.value == summary
    assert (entry.description.value if "description" in entry.contents else "") == description
