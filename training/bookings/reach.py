"""For whom a viewer may book, cancel and answer."""

from sqlalchemy import select

from training.bookings.models import Booking
from training.bookings.models_answers import AgreedBy, CancelledBy
from training.core import clock
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.models import SETTLED, EmailAddress, Employment, Person
from training.people.queries import employed_on, lead_agencies


def may_book_for(viewer: Viewer, person_id: int, employment: Employment | None) -> bool:
    """Whether `viewer` books the person in this job: themselves, the desk, their manager, a lead of where they work."""
    if viewer.works_at_desk or viewer.person_id == person_id:
        return True
    return leads(viewer, employment) or manages(viewer, employment)


def books_for_others(viewer: Viewer) -> bool:
    """Whether there is anybody but themselves whom `viewer` may book: they lead, work at the desk, or manage people."""
    return viewer.works_at_desk or viewer.has(Role.AGENCY_LEAD) or manages_somebody(viewer)


def manages_somebody(viewer: Viewer) -> bool:
    """Whether `viewer` is the confirmed line manager of anybody today."""
    if not viewer.is_signed_in:
        return False
    own = select(EmailAddress.address).where(
        EmailAddress.person_id == viewer.person_id, EmailAddress.confirmed_at.is_not(None)
    )
    managed = (
        select(Employment.id)
        .join(Person, Person.id == Employment.person_id)
        .where(
            Employment.manager_address.in_(own),
            Employment.manager_confirmed_at.is_not(None),
            Employment.person_id != viewer.person_id,
            employed_on(clock.today()),
            Person.merged_into_id.is_(None),
        )
    )
    return db.session.scalar(managed.limit(1)) is not None


def leads(viewer: Viewer, employment: Employment | None) -> bool:
    """Whether `viewer` is a lead of the agency of this job, and the person is known to have it."""
    if employment is None or employment.standing not in SETTLED or not viewer.has(Role.AGENCY_LEAD):
        return False
    return employment.person_id != viewer.person_id and employment.agency_id in lead_agencies(viewer)


def manages(viewer: Viewer, employment: Employment | None) -> bool:
    """Whether `viewer` is the line manager of this job: an address of theirs is the confirmed one of the manager."""
    if employment is None or not viewer.is_signed_in or employment.person_id == viewer.person_id:
        return False
    if not employment.manager_address or employment.manager_confirmed_at is None:
        return False
    own = select(EmailAddress.id).where(
        EmailAddress.person_id == viewer.person_id,
        EmailAddress.address == employment.manager_address,
        EmailAddress.confirmed_at.is_not(None),
    )
    return db.session.scalar(own) is not None


def agrees_as(viewer: Viewer, employment: Employment | None) -> AgreedBy | None:
    """As whom `viewer` agrees to a booking by booking it: the person’s own manager or lead; None for anybody else."""
    if manages(viewer, employment):
        return AgreedBy.MANAGER
    return AgreedBy.LEAD if leads(viewer, employment) else None


def acts_as(viewer: Viewer, booking: Booking) -> CancelledBy | None:
    """As whom `viewer` may cancel or answer for the booking; None where it is not for them."""
    if viewer.person_id == booking.person_id:
        # Signed in, or by a link in a message to them; a manager's link names no person.
        return CancelledBy.PERSON
    if viewer.works_at_desk:
        return CancelledBy.OFFICER
    if viewer.has(Role.AGENCY_LEAD) and booking.agency_id is not None and booking.agency_id in lead_agencies(viewer):
        return CancelledBy.LEAD
    return CancelledBy.MANAGER if manages(viewer, booking.employment) else None
