"""For whom a viewer may book, cancel and answer."""

from training.bookings.models import Booking, CancelledBy
from training.core.viewer import Role, Viewer
from training.people.models import SETTLED, Employment
from training.people.queries import lead_agencies


def may_book_for(viewer: Viewer, person_id: int, employment: Employment | None) -> bool:
    """Whether `viewer` books the person in this job: themselves, the desk, a lead of where they are known to work."""
    if viewer.works_at_desk or viewer.person_id == person_id:
        return True
    return leads(viewer, employment)


def leads(viewer: Viewer, employment: Employment | None) -> bool:
    """Whether `viewer` is a lead of the agency of this job, and the person is known to have it."""
    if employment is None or employment.standing not in SETTLED or not viewer.has(Role.AGENCY_LEAD):
        return False
    return employment.person_id != viewer.person_id and employment.agency_id in lead_agencies(viewer)


def acts_as(viewer: Viewer, booking: Booking) -> CancelledBy | None:
    """As whom `viewer` may cancel or answer for the booking; None where it is not for them."""
    if viewer.person_id == booking.person_id:
        # Signed in, or by a link in a message to them; a manager's link names no person.
        return CancelledBy.PERSON
    if viewer.works_at_desk:
        return CancelledBy.OFFICER
    if viewer.has(Role.AGENCY_LEAD) and booking.agency_id is not None and booking.agency_id in lead_agencies(viewer):
        return CancelledBy.LEAD
    return None
