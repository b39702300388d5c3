"""How news of a booking reads to a line manager, or to the lead in their place."""

from collections.abc import Sequence
from datetime import date, time

from training.bookings.agreements import last_day_to_object
from training.bookings.models import Booking, BookingState
from training.bookings.models_answers import CancelledBy
from training.bookings.queries_told import News, NewsKind
from training.bookings.ways_in import WayIn
from training.bookings.wording import dates, place
from training.schedule.rules import PartTimes
from training.web.formats import count, day, listing

HEADINGS = {
    NewsKind.BOOKED: "New bookings",
    NewsKind.DATE: "On another date",
    NewsKind.ENDED: "No longer coming",
}
COUNTED = {
    NewsKind.BOOKED: "new booking",
    NewsKind.DATE: "change of date",
    NewsKind.ENDED: "booking that ended",
}
MANY = {NewsKind.DATE: "changes of date", NewsKind.ENDED: "bookings that ended"}
WHY_ENDED = {
    CancelledBy.PERSON: "They cancelled it.",
    CancelledBy.MANAGER: "Their line manager cancelled it.",
    CancelledBy.LEAD: "Your agency’s training lead cancelled it.",
    CancelledBy.OFFICER: "The training team cancelled it.",
    CancelledBy.CALLED_OFF: "The session was called off.",
    CancelledBy.MOVED: "They moved to another date.",
    CancelledBy.OTHER_DATE: "They have a place on another date.",
}
WHY_NOT = {
    BookingState.REPLACED: "A colleague has the place.",
    BookingState.LAPSED: "It ran out.",
    BookingState.DECLINED: "It was declined.",
    BookingState.WAITING: "They are on the waiting list again.",
    BookingState.APPLIED: "They have applied for a place again.",
}


def summary_of(news: Sequence[News]) -> str:
    """What the subject says: whom it is about where that is one, else how many; never several names."""
    if len(news) == 1:
        title = news[0].booking.course_session.course.title
        who, first = news[0].booking.person.name, day(news[0].booking.course_session.parts[0].on)
        return {
            NewsKind.BOOKED: f"{who} is coming to training: {title}, {first}",
            NewsKind.DATE: f"Training of {who} on another date: {title}, {first}",
            NewsKind.ENDED: f"{who} is no longer coming to training: {title}, {_first_told(news[0])}",
        }[news[0].kind]
    counts = [
        count(number, COUNTED[kind], MANY.get(kind, ""))
        for kind in NewsKind
        if (number := sum(one.kind is kind for one in news))
    ]
    return f"Training of your people: {listing(counts)}"


def row_of(news: News, is_manager: bool, way: WayIn | None) -> str:
    """One piece of news as the message says it, with the link by which its reader objects where they still can."""
    booking = news.booking
    if news.kind is NewsKind.ENDED:
        return (
            f"* {booking.person.name}: {booking.course_session.course.title}, {_first_told(news)}. {why_ended(booking)}"
        )
    lines = [
        _sentence(news, is_manager),
        dates(booking.course_session.parts),
        f"Where: {place(booking.course_session)}",
    ]
    if news.kind is NewsKind.DATE:
        lines.insert(2, f"It was to be:\n{dates(_parts_told(news))}")
    if way is not None:
        last = day(last_day_to_object(booking))
        says = (
            f"If you do not agree, say so by the end of {last}, or say that you are not their line manager, here:"
            if is_manager
            else f"If they may not go, say so by the end of {last}, here:"
        )
        lines += [f"{says}\n{way.address}", way.code_line]
    return "\n\n".join(lines)


def why_ended(booking: Booking) -> str:
    """Why somebody no longer comes, without the reason they gave, which may be theirs alone."""
    if booking.cancelled_by is not None:
        late = " It counts as a late cancellation." if booking.is_late else ""
        return WHY_ENDED[booking.cancelled_by] + late
    return WHY_NOT.get(booking.state, "It has ended.")


def _sentence(news: News, is_manager: bool) -> str:
    booking = news.booking
    title = booking.course_session.course.title
    if news.kind is NewsKind.DATE:
        return f"{booking.person.name} is still booked on {title}, which is on another date now."
    if news.told is not None:
        return f"{booking.person.name} has a place on {title} again."
    agrees = "you, as their line manager, agree" if is_manager else "their line manager agrees"
    return f"{booking.person.name} has a place on {title}. We were told that {agrees}."


def _parts_told(news: News) -> list[PartTimes]:
    """When the session was to be as they know it."""
    told = news.told.dates if news.told is not None else []
    parts: list[PartTimes] = []
    for text in told:
        on, starts, ends = text.split()
        parts.append(PartTimes(date.fromisoformat(on), time.fromisoformat(starts), time.fromisoformat(ends)))
    return parts


def _first_told(news: News) -> str:
    told = _parts_told(news)
    return day(told[0].on if told else news.booking.course_session.parts[0].on)
