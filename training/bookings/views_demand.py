"""Who waits for a course, as a part of its page at the desk and of a person's page."""

from training.bookings.queries_waits import demand_for, waits_of_person
from training.catalogue.views_courses import register_course_section
from training.core.viewer import Viewer
from training.people.views_desk import Place, register_person_section


def demand_part(viewer: Viewer, course_id: int) -> dict[str, object]:
    """How many people wait, for which dates."""
    return {"demand": demand_for(viewer, course_id)}


def waits_part(viewer: Viewer, person_id: int) -> dict[str, object]:
    """What the person waits for."""
    return {"waits": waits_of_person(viewer, person_id)}


register_course_section("Who waits for it", "bookings/demand_part.html", demand_part)
register_person_section(Place.TRAINING, "Courses waited for", "bookings/waits_part.html", waits_part)
