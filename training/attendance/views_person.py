"""The bookings of one person and how they ended, as a part of their page at the desk."""

from training.attendance.queries_person import ending_of, outcomes_of
from training.bookings.queries_person import LATEST, bookings_of
from training.core.viewer import Viewer
from training.people.views_desk import Place, register_person_section


def bookings_part(viewer: Viewer, person_id: int) -> dict[str, object]:
    """What the part shows: each booking with what became of it, in words."""
    outcomes = outcomes_of(viewer, person_id)
    rows = [(booking, ending_of(booking, outcomes.get(booking.ref))) for booking in bookings_of(viewer, person_id)]
    return {"bookings": rows, "latest": LATEST}


register_person_section(Place.TRAINING, "Bookings", "attendance/person_part.html", bookings_part)
