"""The blueprint that all pages of agencies are on, and what their views share."""

from flask import Blueprint, abort

from training.agencies.models import Agency
from training.agencies.queries import find_by_code
from training.web.access import current_viewer

blueprint = Blueprint("agencies", __name__)

MEANWHILE = "Somebody else changed this meanwhile. Nothing of yours was saved. Check what it says now"


def agency_or_404(code: str) -> Agency:
    """The agency with this code; 404 where there is none."""
    agency = find_by_code(current_viewer(), code)
    if agency is None:
        abort(404)
    return agency
