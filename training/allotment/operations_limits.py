"""The limits of agencies on a session: the least and the most places of a group, until a date."""

from datetime import datetime

from sqlalchemy import select

from training.agencies.models import Agency, Sector
from training.bookings.models_agencies import AgencyLimit
from training.bookings.operations import require_not_begun
from training.bookings.places import counted_by, locked_session, promote_waiting
from training.core import audit
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Viewer
from training.schedule.models import CourseSession, SessionStatus
from training.web.formats import count


def set_limit(
    viewer: Viewer,
    session_id: int,
    *,
    least: int,
    most: int | None,
    agency_id: int | None = None,
    sector_id: int | None = None,
) -> AgencyLimit:
    """Give an agency with those below it, or a sector, its least and most places; what was said before is replaced.

    Whoever has a place keeps it. Refused where an agency would be counted twice, and where the least places of all
    groups together are more than there are.
    """
    course_session = _locked(viewer, session_id)
    if (agency_id is None) == (sector_id is None):
        raise Refused("Select an agency or a sector", "group")
    if not least and most is None:
        raise Refused("Enter the least places, the most places or both", "least")
    if most is not None and most < least:
        raise Refused("The most places must be the least places or more", "most")
    if db.session.get(Agency if agency_id else Sector, agency_id or sector_id) is None:
        raise Refused("Select an agency or a sector", "group")
    present = db.session.scalars(select(AgencyLimit).where(AgencyLimit.session_id == session_id)).all()
    limit = next((one for one in present if (one.agency_id, one.sector_id) == (agency_id, sector_id)), None)
    others = [one for one in present if one is not limit]
    wanted = AgencyLimit(session_id=session_id, agency_id=agency_id, sector_id=sector_id, least=least, most=most)
    _require_apart(wanted, others)
    together = least + sum(one.least for one in others)
    if together > course_session.places_in_all:
        raise Refused(
            f"The least places of all groups would be {together}, and the session has "
            f"{count(course_session.places_in_all, 'place')}",
            "least",
        )
    if limit is None:
        limit = wanted
        db.session.add(limit)
        db.session.flush()
        before, after = {}, {"least": least, "most": most}
    else:
        before, after = audit.changes(limit, {"least": least, "most": most})
    audit.record(viewer, "limited an agency’s places", limit, before=before, after=after)
    promote_waiting(viewer, course_session)
    return limit


def remove_limit(viewer: Viewer, session_id: int, limit_id: int) -> None:
    """Let the group have as many places as anybody; LookupError where the limit is not of this session."""
    course_session = _locked(viewer, session_id)
    limit = db.session.get(AgencyLimit, limit_id)
    if limit is None or limit.session_id != session_id:
        raise LookupError(f"limit {limit_id} is out of reach")
    audit.record(viewer, "took a limit away", course_session, before={"least": limit.least, "most": limit.most})
    db.session.delete(limit)
    promote_waiting(viewer, course_session)


def release_limits_at(viewer: Viewer, session_id: int, moment: datetime | None) -> CourseSession:
    """Let the limits hold until a moment, or until the session starts for None; what that frees is passed on."""
    course_session = _locked(viewer, session_id)
    if moment is not None and moment > course_session.starts_at:
        raise Refused("Choose a moment before the session starts", "until")
    before, after = audit.changes(course_session, {"limits_until": moment})
    if after:
        audit.record(viewer, "changed until when limits hold", course_session, before=before, after=after)
        promote_waiting(viewer, course_session)
    return course_session


def _require_apart(wanted: AgencyLimit, others: list[AgencyLimit]) -> None:
    """Refuse a group that shares an agency with another: nobody is counted twice."""
    own = counted_by(wanted)
    for other in others:
        if own & counted_by(other):
            named = other.agency or other.sector
            raise Refused(
                f"Some of these agencies are counted in {named.name if named else 'another group'} already", "group"
            )


def _locked(viewer: Viewer, session_id: int) -> CourseSession:
    if not viewer.works_at_desk:
        raise LookupError("limits are set at the desk")
    course_session = locked_session(session_id)
    if course_session.status not in (SessionStatus.DRAFT, SessionStatus.PUBLISHED):
        raise Refused("The limits of a session that is over or called off cannot be changed")
    require_not_begun(course_session)
    return course_session
