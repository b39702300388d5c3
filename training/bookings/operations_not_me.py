"""The deed of somebody who says that a booking which another made for them is not for them."""

from enum import StrEnum

from training.bookings import notices
from training.bookings.mail_not_me import NOT_FOR_THEM
from training.bookings.models import Booking
from training.bookings.models_answers import CancelledBy
from training.bookings.not_me import NOT_ME
from training.bookings.notices_substitution import not_taken
from training.bookings.operations import require_not_begun
from training.bookings.operations_substitution import former_of
from training.bookings.places import locked_booking, promote_waiting
from training.bookings.states import end_booking
from training.core.database import db
from training.core.links import revoke_links
from training.core.outbox import enqueue
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.people.models import Standing
from training.people.operations_listed import end_listed
from training.people.queries_contacts import who_receives

GONE = "This booking has ended already. Nothing was changed"


class NotMe(StrEnum):
    """Why a booking is not for somebody."""

    SOMEBODY_ELSE = "somebody-else"
    NOT_ASKED = "not-asked"
    CANNOT = "cannot"


NOT_ME_LABELS = {
    NotMe.SOMEBODY_ELSE: "This is not about me: I am not this person, or I do not work there",
    NotMe.NOT_ASKED: "Nobody asked me, and I do not want to come",
    NotMe.CANNOT: "I cannot come on that day",
}
SAID = {
    NotMe.SOMEBODY_ELSE: "this is not about them; they are not this person, or do not work there.",
    NotMe.NOT_ASKED: "nobody asked them, and they do not want to come.",
    NotMe.CANNOT: "they cannot come on that day.",
}


def turn_down(viewer: Viewer, booking_id: int, why: NotMe, words: str = "") -> Booking:
    """Cancel a booking that somebody else made, for its person; never late. Whoever made it is told why.

    For the holder of the link and for the person signed in; LookupError for anybody else. Refused once it has ended,
    or the session has begun.
    """
    booking = locked_booking(booking_id)
    own = viewer.is_signed_in and viewer.person_id == booking.person_id
    if booking.booked_by_id is None or not (own or viewer.opened_by_link(Booking.__tablename__) == booking_id):
        raise LookupError(f"booking {booking_id} is out of reach")
    if not booking.is_live:
        raise Refused(GONE)
    require_not_begun(booking.course_session)
    reason = " ".join((NOT_ME_LABELS[why] + ".", words.strip())).strip()
    end_booking(viewer, booking, CancelledBy.PERSON, reason)
    revoke_links(NOT_ME, booking.id)
    notices.cancelled(booking)
    former = former_of(booking)
    _tell_booker(booking, former, why, words.strip())
    if former is not None and former.person_id != booking.booked_by_id:
        not_taken(booking, former)
    job = booking.employment
    if why is NotMe.SOMEBODY_ELSE and job is not None and job.standing is Standing.LISTED:
        end_listed(viewer, job, booking.person_id)
    promote_waiting(viewer, booking.course_session)
    return booking


def _tell_booker(booking: Booking, former: Booking | None, why: NotMe, words: str) -> None:
    booker = booking.booked_by
    assert booker is not None
    if former is not None and former.person_id == booker.id:
        # Who has the address is not for whoever typed it; nor are their words, which may say so.
        not_taken(booking, former)
        return
    db.session.flush()
    enqueue(
        NOT_FOR_THEM,
        notices.values_for(booking, [])
        | {
            "name": booker.given_name,
            "who": booking.person.name,
            "their_answer": SAID[why],
            "their_words": f"In their words: {words}" if words else "",
        },
        key=f"{notices.stream_of(booking)}:{NOT_FOR_THEM.name}",
        stream=f"{notices.stream_of(booking)}:booker",
        about=notices.stream_of(booking),
        to=who_receives(booker),
    )
