"""What became of a group: an answer for each of its people, and who was written to."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from training.bookings.models import Booking, BookingState
from training.bookings.places import certain_positions
from training.bookings.views_book import facts_of
from training.core import clock
from training.groups.blueprint import blueprint
from training.groups.links import cancel_page
from training.groups.queries import GroupSeen, group_by_ref, group_seen, who_was_told
from training.groups.sides import Side, address, session_page
from training.groups.wording import stands
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count, listing

PLACE = (BookingState.CONFIRMED, BookingState.AWAITING_AGREEMENT, BookingState.OFFERED)


@blueprint.get("/groups/<string:ref>")
@access.signed_in
def group(ref: str) -> ResponseReturnValue:
    """What became of each person of a group that was booked, as they stand now."""
    viewer = current_viewer()
    found = group_by_ref(viewer, ref) or abort(404)
    course_session = found.course_session
    # Before the people are read: the waiting list is read afresh, and takes from its rows what was loaded with them.
    positions = certain_positions(course_session)
    seen = group_seen(viewer, found) or abort(404)
    side = Side.DESK if viewer.works_at_desk else Side.PEOPLE
    href, text = session_page(side, course_session)
    return render_template(
        "groups/group.html",
        group=seen.group,
        seen=seen,
        course_session=course_session,
        facts=facts_of(course_session),
        sentence=_in_short(seen),
        tones={one.id: _tone(one) for one in seen.bookings},
        stands={one.id: stands(one, positions.get(one.id)) for one in seen.bookings},
        told=who_was_told(seen.bookings),
        coming=clock.now() < course_session.starts_at,
        more=address(side, "people", course_session),
        cancel_pages={one.id: cancel_page(one) for one in seen.bookings if one.is_live},
        back_href=href,
        back_text=text,
    )


def _in_short(seen: GroupSeen) -> str:
    """How many of them have a place, wait, or could not be booked, as a sentence."""
    places = sum(one.state in PLACE for one in seen.bookings)
    waiting = sum(one.state is BookingState.WAITING for one in seen.bookings)
    applied = sum(one.state is BookingState.APPLIED for one in seen.bookings)
    ended = len(seen.bookings) - places - waiting - applied
    said = [
        f"{count(places, 'person')} {'has' if places == 1 else 'have'} a place" if places else "",
        f"{count(waiting, 'person')} {'waits' if waiting == 1 else 'wait'}" if waiting else "",
        f"{count(applied, 'person')} applied" if applied else "",
        f"{count(ended, 'person')} no longer {'comes' if ended == 1 else 'come'}" if ended else "",
        f"{count(len(seen.refused), 'person')} could not be booked" if seen.refused else "",
    ]
    sentence = listing([words for words in said if words])
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _tone(booking: Booking) -> str:
    if booking.state is BookingState.CONFIRMED:
        return "good"
    return "waiting" if booking.is_live else "over"
