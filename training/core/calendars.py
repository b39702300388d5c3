"""Calendar bytes: the invitation, its cancellation, the feed and the download of one event.

An invitation is about one event and one attendee; its METHOD must be repeated in the mail around it
(`training.core.letters`). Times carry `TZID=Europe/London` and a time zone of two rules, since clients read
zones made of lists of dates an hour wrong.

Two hours a year are special. A local time that the clocks skip in spring is read with the offset before the
change (01:30 is 02:30 in summer time), and of an hour that they show twice in autumn the first is meant
unless the time has `fold=1`; `training.core.clock.instant` reads them in the same way. Clients disagree
about these hours, so an event that begins or ends in one is written in UTC. `shown_once` tells forms which
times to refuse.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from icalendar import Calendar, Event, Timezone, vCalAddress, vDuration, vText
from icalendar.parser import Contentline, Contentlines

from training.core import clock
from training.core.mailboxes import bare_address, mailto, one_line, unprintable

ZONE_NAME = "Europe/London"
PRODUCT = "-//Muster//Multi-agency training//EN"
FEED_REFRESH = timedelta(hours=4)

# The most octets that each text may take once escaped. Together, folded and in base64 as the mail carries
# them, they keep the calendar part of a mail under 20,000 octets.
DESCRIPTION_OCTETS = 9_000
LOCATION_OCTETS = 1_000
SUMMARY_OCTETS = 500
NAME_OCTETS = 200
URL_OCTETS = 1_000
UID_OCTETS = 200

_ZONE_RULES = """\
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
DTSTART:19700329T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""


@dataclass(frozen=True, kw_only=True)
class CalendarEvent:
    """One part of a session as it stands in somebody's calendar.

    `starts_at` and `ends_at` are local times without a zone, read in `zone_name`. `stamped_at` and
    `last_changed_at` are aware moments, kept to the second. `sequence` rises when start, end or status
    changes and on every cancellation; a change of text alone keeps it and moves `stamped_at` on.
    `description` is plain text that begins with the join link. Invitations need the organiser and the
    attendee; feeds and downloads show neither. What is
    `tentative` is not sure to come about, and takes up no time; only feeds have it.
    """

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    zone_name: str = ZONE_NAME
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    organiser_name: str = ""
    organiser_address: str = ""
    attendee_name: str = ""
    attendee_address: str = ""
    cancelled: bool = False
    tentative: bool = False
    last_changed_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.uid or len(self.uid) > UID_OCTETS or not _plain_ascii(self.uid):
            raise ValueError("A UID is short, of plain characters and without spaces.")
        if self.sequence < 0:
            raise ValueError("A sequence number is never negative.")
        if self.zone_name != ZONE_NAME:
            raise ValueError(f"Calendars are written for {ZONE_NAME} only, not for {self.zone_name}.")
        if self.starts_at.tzinfo or self.ends_at.tzinfo:
            raise ValueError("The start and the end are local times without a zone.")
        if any(moment.tzinfo is None for moment in (self.stamped_at, self.last_changed_at) if moment):
            raise ValueError("The stamp and the last change are moments with a zone.")
        if _instant(self.ends_at) <= _instant(self.starts_at):
            raise ValueError("An event ends after it starts.")
        if self.url and (not self.url.startswith(("https://", "http://")) or not _plain_ascii(self.url)):
            raise ValueError("The address of the page is a complete one, without spaces.")
        if len(self.url) > URL_OCTETS:
            raise ValueError("The address of the page is too long for a calendar.")


def new_uid() -> str:
    """A UID that nobody can guess, since replies are recognised by it. A second booking gets a new one."""
    return str(uuid4())


def later_stamp(moment: datetime, last_stamped_at: datetime | None) -> datetime:
    """The stamp for what is sent at `moment`: whole seconds, strictly later than the last for this UID."""
    stamp = moment.astimezone(UTC).replace(microsecond=0)
    if last_stamped_at is None:
        return stamp
    return max(stamp, last_stamped_at.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1))


def shown_once(local: datetime) -> bool:
    """Whether clocks show this local time exactly once; not in the hours skipped and repeated each year."""
    return clock.instant(local.date(), local.time().replace(fold=0), ZONE_NAME) == clock.instant(
        local.date(), local.time().replace(fold=1), ZONE_NAME
    )


def invite(event: CalendarEvent) -> bytes:
    """The calendar part of a mail that invites, or tells of a change (METHOD:REQUEST).

    Raises ValueError for an event that is cancelled, or whose attendee is the organiser.
    """
    if event.cancelled:
        raise ValueError("A cancelled event is sent as a cancellation: as a request it would stay in the calendar.")
    if event.tentative:
        raise ValueError("Nobody is invited to what they have no place for.")
    return _calendar("REQUEST", [_addressed_entry(event, "CONFIRMED")])


def cancellation(event: CalendarEvent) -> bytes:
    """The calendar part of a mail that takes the entry out again (METHOD:CANCEL).

    Whatever `event.cancelled` says. The caller gives the UID, organiser, attendee and times as they were
    sent last, and a higher sequence.
    """
    if event.sequence == 0:
        raise ValueError("A cancellation has a higher sequence than the invitation before it.")
    return _calendar("CANCEL", [_addressed_entry(event, "CANCELLED")])


def readdressed(content: bytes, address: str) -> bytes:
    """An invitation or cancellation with `address` as its attendee; nothing else changes, not even the stamp.

    Raises ValueError for what is not a plain address.
    """
    lines = Contentlines.from_ical(content)
    for index, line in enumerate(lines):
        if line.startswith("ATTENDEE"):
            lines[index] = Contentline(re.sub(r":mailto:.*$", lambda _: f":{mailto(address)}", line))
    return lines.to_ical()


def feed(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """A calendar to subscribe to: the same bytes for the same events, in whatever order they come.

    Cancelled events stay with “CANCELLED:” before their summary; how long is for the caller to decide.
    """
    ordered = sorted(events, key=lambda event: (_instant(event.starts_at), event.uid))
    return _calendar(None, [_listed_entry(event) for event in ordered], name=_within(one_line(name), NAME_OCTETS))


def download(event: CalendarEvent) -> bytes:
    """One event as a file to save, with the UID of its invitation, so that nobody gets it twice."""
    return _calendar(None, [_listed_entry(event)])


def _calendar(method: str | None, entries: list[Event], *, name: str | None = None) -> bytes:
    # Not Calendar.new(): it adds a random UID, so the same feed would differ at every look.
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    if method is not None:
        calendar.add("method", method)
    if name is not None:
        calendar.add("name", _Text(name))
        calendar.add("x-wr-calname", _Text(name))
        # Without the parameter the property has the wrong type, and clients pass over it.
        calendar.add("refresh-interval", FEED_REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", _Text(vDuration(FEED_REFRESH).to_ical().decode()))
    calendar.add_component(Timezone.from_ical(_ZONE_RULES))
    for entry in entries:
        calendar.add_component(entry)
    return calendar.to_ical(sorted=False)


def _addressed_entry(event: CalendarEvent, status: str) -> Event:
    if bare_address(event.organiser_address).lower() == bare_address(event.attendee_address).lower():
        raise ValueError("The organiser's own mailbox is not invited.")
    entry = _entry(event, event.stamped_at, summary=event.summary, status=status)
    entry.add("transp", "OPAQUE")
    organiser = vCalAddress(mailto(event.organiser_address))
    _name(organiser, event.organiser_name)
    entry.add("organizer", organiser)
    attendee = vCalAddress(mailto(event.attendee_address))
    _name(attendee, event.attendee_name)
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "NEEDS-ACTION"
    attendee.params["RSVP"] = "TRUE"
    entry.add("attendee", attendee)
    entry.add("x-microsoft-disallow-counter", "TRUE")
    return entry


def _listed_entry(event: CalendarEvent) -> Event:
    changed_at = event.last_changed_at or event.stamped_at
    summary = f"CANCELLED: {event.summary}" if event.cancelled else event.summary
    status = "CANCELLED" if event.cancelled else "TENTATIVE" if event.tentative else "CONFIRMED"
    entry = _entry(event, changed_at, summary=summary, status=status)
    entry.add("transp", "OPAQUE" if status == "CONFIRMED" else "TRANSPARENT")
    entry.add("last-modified", _to_the_second(changed_at))
    return entry


def _entry(event: CalendarEvent, stamp: datetime, *, summary: str, status: str) -> Event:
    entry = Event()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", _to_the_second(stamp))
    starts_at, ends_at = _instant(event.starts_at), _instant(event.ends_at)
    if shown_once(event.starts_at) and shown_once(event.ends_at):
        starts_at, ends_at = clock.local(starts_at, ZONE_NAME), clock.local(ends_at, ZONE_NAME)
    entry.add("dtstart", starts_at)
    entry.add("dtend", ends_at)
    entry.add("status", status)
    entry.add("summary", _Text(_within(one_line(summary), SUMMARY_OCTETS)))
    if location := _within(one_line(event.location), LOCATION_OCTETS):
        entry.add("location", _Text(location))
    if description := _within(_printable(event.description), DESCRIPTION_OCTETS):
        entry.add("description", _Text(description))
    if event.url:
        entry.add("url", event.url)
    entry.add("class", "PUBLIC")
    return entry


class _Text(vText):
    """Text escaped as RFC 5545 says: the library takes a backslash before a capital N for a line break."""

    def to_ical(self) -> bytes:
        return _escaped(self).encode()


def _escaped(text: str) -> str:
    return str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _within(text: str, octets: int) -> str:
    """As much of `text` as fits when escaped, cut between words if possible, with an ellipsis if cut."""
    if len(_escaped(text).encode()) <= octets:
        return text
    room = octets - len("…".encode())
    taken = 0
    for index, character in enumerate(text):
        taken += len(_escaped(character).encode())
        if taken > room:
            kept = text[:index]
            return re.sub(r"\s+\S{0,400}$", "", kept) + "…"
    raise AssertionError("A text longer than its room has a character that does not fit.")


def _printable(text: str) -> str:
    """`text` with plain line breaks only, and without characters that no calendar can show."""
    lines = ("".join(c for c in line if c == "\t" or not unprintable(c)).rstrip() for line in text.splitlines())
    return "\n".join(lines).strip()


def _name(address: vCalAddress, name: str) -> None:
    # The library writes a double quote as ^' and a caret as ^^, which few clients turn back.
    plain = one_line(name.replace('"', "").replace("^", ""))
    if plain:
        address.params["CN"] = _within(plain, NAME_OCTETS)


def _instant(local: datetime) -> datetime:
    return clock.instant(local.date(), local.time(), ZONE_NAME)


def _to_the_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _plain_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
