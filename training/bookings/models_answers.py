"""Who says yes or no to a booking, and who ends one."""

from enum import StrEnum


class CancelledBy(StrEnum):
    """Who ended a booking."""

    PERSON = "person"
    MANAGER = "manager"
    LEAD = "lead"
    OFFICER = "officer"
    CALLED_OFF = "called-off"
    MOVED = "moved"
    """Given up for a place on another date of the course."""
    OTHER_DATE = "other-date"
    """One of several dates they waited for gave them a place."""


class DeclinedBy(StrEnum):
    """Who said no to a booking."""

    MANAGER = "manager"
    LEAD = "lead"
    ALLOTMENT = "allotment"
    OFFICER = "officer"


class AgreedBy(StrEnum):
    """Who said yes to a booking."""

    MANAGER = "manager"
    DEPUTY = "deputy"
    """Whom the manager named to answer in their place."""
    LEAD = "lead"
    OFFICER = "officer"
    """The desk, with a note who said so."""
