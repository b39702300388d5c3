"""Adding somebody whom a pasted list names and nobody here knows, before they are booked."""

from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.people.models import Person
from training.people.operations import NewPerson, add_person
from training.people.operations_staff import put_on_list


def add_named(viewer: Viewer, new: NewPerson) -> Person | None:
    """Add somebody with a job at an agency; None where they are asked first and can be booked once they agree.

    A lead adds people to their own agencies, as on their page for it; the desk adds anybody. Refused for others.
    """
    if viewer.works_at_desk:
        return add_person(viewer, new)
    if not viewer.has(Role.AGENCY_LEAD):
        raise Refused("Ask your agency’s training lead, or the training team, to add them")
    return put_on_list(viewer, new)
