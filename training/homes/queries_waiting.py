"""What waits for the desk about people: who is to be confirmed, who asks to lead an agency, whose time as lead ends."""

from datetime import datetime, time

from training.core import clock
from training.core.viewer import Viewer
from training.homes.queries_desk import SHOWN, Due, DueList
from training.people import queries_agency, queries_leads
from training.people.mail_agency import as_what


def people_to_confirm(viewer: Viewer) -> DueList:
    """People who say that they work at an agency that does not know them, the longest-waiting first."""
    return _list(
        [Due(row.ref, row.name, row.since, row.agency) for row in queries_agency.jobs_to_confirm(viewer, at_desk=True)]
    )


def lead_requests(viewer: Viewer) -> DueList:
    """Requests to lead an agency, the oldest first."""
    return _list(
        [
            Due(row.ref, row.person.name, row.created_at, f"{as_what(row.as_deputy)} of {row.agency.name}")
            for row in queries_leads.open_requests(viewer, at_desk=True)
        ]
    )


def leads_ending(viewer: Viewer) -> DueList:
    """Leads and deputies whose time ends within a month, the first to end first."""
    return _list(
        [
            Due(row.ref, row.name, _midnight(row), f"{as_what(row.is_deputy)} of {row.agency}")
            for row in queries_leads.leads_ending(viewer)
        ]
    )


def _midnight(row: queries_leads.LeadTime) -> datetime:
    assert row.to_on is not None
    return clock.instant(row.to_on, time())


def _list(found: list[Due]) -> DueList:
    return DueList(found[:SHOWN], len(found))
