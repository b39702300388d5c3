"""Booking several people at once: one deed, an answer for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.bookings.models import Booking, BookingState, Way
from training.bookings.models_agencies import GroupBooking
from training.bookings.models_groups import GroupRefusal
from training.bookings.operations import Ties, new_booking, require_open, settle_new
from training.bookings.places import Counted, counted, locked_session, promote_waiting
from training.bookings.rules_queue import choose
from training.core import audit
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession
from training.web.formats import count

MOST_PEOPLE = 100
"""How many people one group has at most: more than any room of a partnership."""


@dataclass(frozen=True)
class Named:
    """Somebody to book: by the keys of the person and of the job in which they come, None for their only one."""

    person_id: int
    employment_id: int | None = None


@dataclass(frozen=True)
class Answer:
    """What became of one of them: a booking in some state, or why there is none."""

    person_id: int
    booking: Booking | None = None
    refused: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a group; `group` is None where nobody of it was booked."""

    group: GroupBooking | None
    answers: list[Answer]

    @property
    def booked(self) -> list[Booking]:
        """Those with a booking, in the order given."""
        return [answer.booking for answer in self.answers if answer.booking is not None]

    def with_state(self, *states: BookingState) -> int:
        """How many have a booking in one of `states`."""
        return sum(booking.state in states for booking in self.booked)


def book_group(
    viewer: Viewer,
    session_id: int,
    people: Sequence[Named],
    *,
    together: bool,
    declared: bool,
    agency_id: int | None = None,
    way: Way | None = None,
) -> Outcome:
    """Book each of `people`, each checked like anybody; who cannot be booked stops nobody else.

    `together`: all of them have places or all of them wait, and if one cannot be booked at all nobody is. Raises
    Refused where the group as a whole cannot be booked, and LookupError for somebody out of the viewer's reach.
    """
    course_session = locked_session(session_id)
    require_open(course_session)
    _require_group(people)
    promote_waiting(viewer, course_session)
    # What is not seen through is as if it had never been: a place that was held for one of them stays held.
    attempt = db.session.begin_nested()
    group = GroupBooking(
        ref=new_reference("G", 6),
        course_session=course_session,
        agency_id=agency_id,
        asked_by_id=viewer.person_id,
        together=together,
    )
    db.session.add(group)
    db.session.flush()
    answers = [_added(viewer, course_session, named, group, declared=declared, way=way) for named in people]
    bookings = [answer.booking for answer in answers if answer.booking is not None]
    if not bookings or (together and len(bookings) < len(people)):
        attempt.rollback()
        return Outcome(None, [Answer(one.person_id, None, one.refused) for one in answers])
    attempt.commit()
    if together:
        _require_could_fit(counted(course_session), bookings)
    db.session.add_all(
        GroupRefusal(group_id=group.id, person_id=one.person_id, sentence=one.refused)
        for one in answers
        if one.booking is None
    )
    audit.record(
        viewer,
        "booked a group",
        group,
        after={"people": len(bookings), "together": together, "refused": len(answers) - len(bookings)},
    )
    settle_new(viewer, course_session, bookings)
    return Outcome(group, answers)


def _added(
    viewer: Viewer,
    course_session: CourseSession,
    named: Named,
    group: GroupBooking,
    *,
    declared: bool,
    way: Way | None,
) -> Answer:
    try:
        booking = new_booking(
            viewer,
            course_session,
            named.person_id,
            named.employment_id,
            declared=declared,
            booked_by=viewer.person_id,
            way=way,
            ties=Ties(group_id=group.id),
        )
    except Refused as refused:
        return Answer(named.person_id, None, refused.sentence)
    return Answer(named.person_id, booking)


def _require_group(people: Sequence[Named]) -> None:
    if not people:
        raise Refused("Name at least one person", "people")
    if len(people) > MOST_PEOPLE:
        raise Refused(f"A group has up to {count(MOST_PEOPLE, 'person')}. Send the list in parts", "people")
    if len({named.person_id for named in people}) < len(people):
        raise Refused("Name each person once", "people")


def _require_could_fit(now: Counted, bookings: Sequence[Booking]) -> None:
    """Refuse a group that could never come together, however many people cancel."""
    chosen = choose(now.whole, [now.waiter(booking) for booking in bookings])
    if len(chosen.keys) < len(bookings):
        raise Refused(
            f"A group of {count(len(bookings), 'person')} can never come together on this session. "
            "Book as many as possible, or a smaller group",
            "together",
        )
