"""In which job somebody comes, and which way."""

from datetime import datetime

from training.bookings.models import Way
from training.catalogue.models import Mode
from training.core import clock
from training.core.refusal import Refused
from training.people.models import Employment, Person
from training.schedule.models import CourseSession


def employment_to_come_in(person: Person, employment_id: int | None, on: datetime) -> Employment | None:
    """The job in which the person comes: the one chosen, else their only one on the day; None without any.

    Refused where they have several and chose none, or chose one that is not theirs then.
    """
    current = [job for job in person.employments if job.is_current(on.date()) or job.is_current(clock.today())]
    if employment_id is not None:
        chosen = [job for job in current if job.id == employment_id]
        if not chosen:
            raise Refused("Select the role in which you are coming", "employment")
        return chosen[0]
    if len(current) > 1:
        raise Refused("Select the role in which you are coming", "employment")
    return current[0] if current else None


def way_to_come(course_session: CourseSession, way: Way | None) -> Way | None:
    """The way of attending that the booking keeps; None where the session leaves no choice."""
    if course_session.mode is not Mode.HYBRID:
        return None
    if way is None and course_session.online_capacity is not None:
        raise Refused("Select how you are coming", "way")
    return way
