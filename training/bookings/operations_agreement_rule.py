"""The deed on an agency’s own rule of agreement; bookings that were made keep the rule they were made under."""

from sqlalchemy import select

from training.agencies.models import Agency
from training.bookings.models_agencies import AgencyAgreement
from training.catalogue.models import AGREEMENT_LABELS, Agreement
from training.core import audit
from training.core.database import db
from training.core.transaction import lock_row
from training.core.viewer import Role, Viewer


def set_agency_rule(viewer: Viewer, agency_id: int, agreement: Agreement | None) -> None:
    """Give an agency, and those below it without one, a rule of their own; None takes it away. For the officer."""
    if not (viewer.is_machine or viewer.has(Role.OFFICER)):
        raise LookupError(f"the agency {agency_id} is out of reach")
    agency = lock_row(Agency, agency_id)
    row = db.session.scalar(select(AgencyAgreement).where(AgencyAgreement.agency_id == agency_id))
    before = row.agreement if row is not None else None
    if agreement is before:
        return
    if agreement is None:
        db.session.delete(row)
    elif row is None:
        db.session.add(AgencyAgreement(agency_id=agency_id, agreement=agreement))
    else:
        row.agreement = agreement
    audit.record(
        viewer,
        "set the rule of agreement",
        agency,
        before={"agreement": AGREEMENT_LABELS[before] if before else None},
        after={"agreement": AGREEMENT_LABELS[agreement] if agreement else None},
    )
    db.session.flush()
