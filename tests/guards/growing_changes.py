"""Pages of deeds on a session that grow: who answered, who could give up a place, and the other dates of a course."""

from collections.abc import Callable
from datetime import date

from tests.factories import make_agency, make_booking, make_course, make_person, make_session
from tests.guards.growing import Growing
from training.core import clock

SOON, LATER = date(2026, 12, 8), date(2027, 1, 14)


def answers() -> Growing:
    course_session = make_session(on=SOON, capacity=90)

    def add() -> None:
        for said in (None, clock.now()):
            person = make_person(agency=make_agency())
            make_booking(course_session, person, moved_at=clock.now(), coming_said_at=said)

    return Growing(f"/desk/sessions/{course_session.ref}/answers", add)


def places() -> Growing:
    course_session = make_session(on=SOON, capacity=90)
    return Growing(f"/desk/sessions/{course_session.ref}/capacity", lambda: make_booking(course_session))


def other_dates() -> Growing:
    course = make_course()
    course_session = make_session(course, on=SOON)
    return Growing(
        f"/desk/sessions/{course_session.ref}/call-off", lambda: make_booking(make_session(course, on=LATER))
    )


def other_dates_for_me() -> Growing:
    course, person = make_course(), make_person()
    booking = make_booking(make_session(course, on=SOON), person, moved_at=clock.now())
    address = f"/my/bookings/{booking.ref}/coming"
    return Growing(address, lambda: make_booking(make_session(course, on=LATER)), person)


PAGES: dict[str, Callable[[], Growing]] = {
    "answers to another day": answers,
    "places of a session": places,
    "dates to bring people to": other_dates,
    "dates to move to": other_dates_for_me,
}
