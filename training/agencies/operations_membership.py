"""Deeds on membership: when an agency was a member of the partnership and what kind of fees it paid."""

from datetime import date, timedelta

from sqlalchemy import select

from training.agencies.models import Agency, AgencyMembership, FeeBand
from training.agencies.operations_tree import lock_tree
from training.agencies.rules import runs_into
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer


def begin_membership(viewer: Viewer, agency: Agency, band: FeeBand | None, from_on: date) -> AgencyMembership:
    """Let the agency be a member from the day `from_on`; Refused while it is one, and for a day in the future."""
    lock_tree()
    _require_past(from_on, "from_on")
    _require_free_days(agency, (from_on, None))
    membership = AgencyMembership(agency_id=agency.id, fee_band_id=band.id if band else None, from_on=from_on)
    db.session.add(membership)
    after = {"fee_band": band.name if band else "", "from_on": from_on}
    audit.record(viewer, "began the membership", agency, after=after)
    return membership


def change_band(viewer: Viewer, agency: Agency, band: FeeBand | None, from_on: date) -> AgencyMembership:
    """Count the agency in another fee band from the day `from_on`; what it paid by before stays.

    A band that began on that very day is put right instead. Refused where the agency is no member, for a day before
    the present band began, and for one in the future.
    """
    lock_tree()
    present = _present(agency)
    _require_past(from_on, "from_on")
    if from_on < present.from_on:
        raise Refused("The day must not be before the day from which the present band counts", "from_on")
    wanted = band.id if band else None
    if present.fee_band_id == wanted:
        return present
    before = {"fee_band": present.fee_band.name if present.fee_band else ""}
    if from_on == present.from_on:
        present.fee_band_id = wanted
        changed = present
    else:
        present.to_on = from_on - timedelta(days=1)
        db.session.flush()
        changed = AgencyMembership(agency_id=agency.id, fee_band_id=wanted, from_on=from_on)
        db.session.add(changed)
    after = {"fee_band": band.name if band else "", "from_on": from_on}
    audit.record(viewer, "changed the fee band", agency, before=before, after=after)
    return changed


def end_membership(viewer: Viewer, agency: Agency, last_on: date) -> None:
    """End the present membership after the day `last_on`; Refused for a day before it began, and in the future."""
    lock_tree()
    present = _present(agency)
    _require_past(last_on, "last_on")
    if last_on < present.from_on:
        raise Refused("The last day must not be before the day from which the present band counts", "last_on")
    present.to_on = last_on
    audit.record(viewer, "ended the membership", agency, after={"to_on": last_on})


def correct_membership(
    viewer: Viewer, membership: AgencyMembership, band: FeeBand | None, days: tuple[date, date | None], reason: str
) -> bool:
    """Put a period right that was written down wrongly, and say whether anything changed; Refused for an overlap."""
    lock_tree()
    agency = db.session.get_one(Agency, membership.agency_id)
    from_on, to_on = days
    _require_past(from_on, "from_on")
    if to_on is not None and to_on < from_on:
        raise Refused("The last day must not be before the first", "to_on")
    _require_free_days(agency, days, membership)
    wanted = {"fee_band_id": band.id if band else None, "from_on": from_on, "to_on": to_on}
    before, after = audit.changes(membership, wanted)
    if after:
        audit.record(viewer, "corrected the membership", agency, before=before, after=after, reason=reason)
    return bool(after)


def present_membership(agency_id: int) -> AgencyMembership | None:
    """The period without an end: the agency is a member now."""
    return db.session.scalar(
        select(AgencyMembership).where(AgencyMembership.agency_id == agency_id, AgencyMembership.to_on.is_(None))
    )


def add_fee_band(viewer: Viewer, name: str, note: str = "") -> FeeBand:
    """Add a fee band at the end of the list; Refused where the name is taken."""
    _require_free_band(name)
    last = db.session.scalar(select(FeeBand.position).order_by(FeeBand.position.desc()).limit(1))
    band = FeeBand(name=name, note=note, position=(last or 0) + 1)
    db.session.add(band)
    audit.record(viewer, "added", band, after={"name": name})
    return band


def change_fee_band(viewer: Viewer, band: FeeBand, name: str, note: str) -> None:
    """Rename a fee band or change its note; Refused where the name is taken."""
    _require_free_band(name, but=band)
    before, after = audit.changes(band, {"name": name, "note": note})
    if after:
        audit.record(viewer, "changed", band, before=before, after=after)


def _present(agency: Agency) -> AgencyMembership:
    present = present_membership(agency.id)
    if present is None:
        raise Refused(f"{agency.name} is no member at present")
    return present


def _require_past(day: date, field: str) -> None:
    if day > clock.today():
        raise Refused("The day must be today or earlier", field)


def _require_free_days(agency: Agency, days: tuple[date, date | None], but: AgencyMembership | None = None) -> None:
    others = db.session.scalars(select(AgencyMembership).where(AgencyMembership.agency_id == agency.id))
    if runs_into(days, ((other.from_on, other.to_on) for other in others if other is not but)):
        raise Refused(f"{agency.name} is a member on some of these days already", "from_on")


def _require_free_band(name: str, but: FeeBand | None = None) -> None:
    db.session.execute(select(FeeBand.id).order_by(FeeBand.id).with_for_update()).all()
    found = db.session.scalar(select(FeeBand).where(FeeBand.name == name))
    if found is not None and found is not but:
        raise Refused(f"There is already a fee band called {name}", "name")
