"""The bookings of one person, as a part of their page at the desk."""

from training.bookings.models import BOOKING_STATE_LABELS
from training.bookings.queries_person import LATEST, bookings_of
from training.core.viewer import Viewer
from training.people.views_desk import register_person_section


def bookings_part(viewer: Viewer, person_id: int) -> dict[str, object]:
    """What the part shows."""
    return {"bookings": bookings_of(viewer, person_id), "labels": BOOKING_STATE_LABELS, "latest": LATEST}


register_person_section("Bookings", "bookings/desk_person_part.html", bookings_part)
