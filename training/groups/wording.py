"""How pages for several people speak: what booking them comes to now, and where each booking stands."""

from collections.abc import Mapping, Sequence

from training.bookings.models import WAY_LABELS, Booking, BookingState, Way
from training.groups.foreseeing import Foreseen, Outlook
from training.groups.queries_people import Candidate
from training.schedule.models import CourseSession
from training.web.formats import count, moment, ordinal

WAITS_TOGETHER = "Waits to come together"


def each_now(people: Sequence[Candidate], foreseen: Foreseen) -> dict[str, str]:
    """What each of them would get now, booked as many as possible, by reference."""
    return {one.ref: _now(one, foreseen) for one in people}


def _now(one: Candidate, foreseen: Foreseen) -> str:
    if one.present:
        return f"Booked already, {one.present}: cannot be booked again"
    if foreseen.is_window:
        return "Would apply"
    said = {
        way: "a place" if one.person_id in outlook.places else "would wait" for way, outlook in foreseen.by_way.items()
    }
    if len(set(said.values())) == 1:
        return next(iter(said.values())).capitalize()
    return "; ".join(f"{_way(way)}: {words}" for way, words in said.items()).capitalize()


def hints_for(course_session: CourseSession, foreseen: Foreseen, skips: int) -> tuple[str, str]:
    """What stands by “as many as possible” and by “together”; `skips` is how often a group is passed over."""
    closes_at = course_session.applications_close_at
    if foreseen.is_window and closes_at is not None:
        applies = f"All of them apply. Places are given out after {moment(closes_at)}."
        return applies, f"{applies} They get places only together. {_ALL_OR_NOBODY}"
    return (
        _by_way({way: _many(outlook, foreseen) for way, outlook in foreseen.by_way.items()}),
        f"{_by_way({way: _together(outlook, skips) for way, outlook in foreseen.by_way.items()})} {_ALL_OR_NOBODY}",
    )


_ALL_OR_NOBODY = "If one of them cannot be booked at all, nobody is."


def _many(outlook: Outlook, foreseen: Foreseen) -> str:
    places, waiting = len(outlook.places), foreseen.people - len(outlook.places)
    if not waiting:
        return "Each of them would get a place now."
    if not places:
        return "Each of them would join the waiting list, and get a place when one becomes free."
    return f"{count(places, 'person')} would get a place now, {count(waiting, 'person')} would wait for one each."


def _together(outlook: Outlook, skips: int) -> str:
    if outlook.all_at_once:
        return "All of them would get a place now."
    if not outlook.ever:
        return "This session can never have room for all of them."
    over = "Smaller bookings behind them do not go first" if not skips else (
        f"Smaller bookings behind them may go first {count(skips, 'time')}; then places are kept until all of them fit"
    )  # fmt: skip
    return f"All of them would wait until there are places for all. {over}."


def _by_way(said: Mapping[Way | None, str]) -> str:
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return " ".join(f"{_way(way).capitalize()}: {words[0].lower()}{words[1:]}" for way, words in said.items())


def _way(way: Way | None) -> str:
    return WAY_LABELS[way].lower() if way is not None else ""


def stands(booking: Booking, position: int | None = None) -> str:
    """Where a booking stands, to somebody who looks after it for its person, without a full stop."""
    state = booking.state
    if state is BookingState.CONFIRMED:
        return "Booked"
    if state is BookingState.WAITING:
        if booking.group is not None and booking.group.together:
            return f"On the waiting list: {WAITS_TOGETHER.lower()}"
        if booking.moves_from_id is not None:
            return "On the waiting list, to move here from another date"
        return f"On the waiting list{f', {ordinal(position)} in order of asking' if position else ''}"
    until = booking.agreement_until or booking.course_session.starts_at
    words = {
        BookingState.AWAITING_AGREEMENT: f"A place is kept until {moment(until)}, for the manager to agree",
        BookingState.OFFERED: "A place is offered"
        + (f" until {moment(booking.offered_until)}" if booking.offered_until else ""),
        BookingState.APPLIED: "Applied"
        + (
            f"; places are given out after {moment(booking.course_session.applications_close_at)}"
            if booking.course_session.applications_close_at
            else ""
        ),
        BookingState.HELD: "A place is held while their address is confirmed",
        BookingState.CANCELLED: "Cancelled, late" if booking.is_late else "Cancelled",
        BookingState.DECLINED: "Declined",
        BookingState.LAPSED: "Not answered in time",
        BookingState.REPLACED: "A colleague took the place",
    }
    return words[state] + (f": {booking.reason}" if booking.reason else "")
