"""Deeds on who leads an agency: asking to, answering that, naming deputies."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from training.agencies.models import Agency
from training.agencies.tree import ids_above, ids_below
from training.core import audit, clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Role, Viewer
from training.people import mail_agency
from training.people.models import LeadRequest, Person, RequestState, RoleGrant
from training.people.operations_deputies import lock_leads
from training.people.operations_roles import write_end, write_grant
from training.people.queries_contacts import desk_contact, lead_of, parent_of
from training.people.rules import may_grant

MOST_OPEN = 3
"""How many requests of one person may wait at a time."""


def led_in_full(viewer: Viewer) -> dict[int, date | None]:
    """The agencies that `viewer` was named lead of, not deputy, each with the last day of that; those below not listed.

    Of several grants for one agency the longest counts; one without an end is the longest.
    """
    if viewer.person_id is None or not viewer.has(Role.AGENCY_LEAD):
        return {}
    today = clock.today()
    rows = db.session.execute(
        select(RoleGrant.agency_id, RoleGrant.to_on).where(
            RoleGrant.person_id == viewer.person_id,
            RoleGrant.role == Role.AGENCY_LEAD,
            RoleGrant.is_deputy.is_(False),
            RoleGrant.from_on <= today,
            or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
        )
    )
    found: dict[int, date | None] = {}
    for agency_id, to_on in rows:
        assert agency_id is not None
        present = found.get(agency_id, date.min)
        found[agency_id] = None if present is None or to_on is None else max(present, to_on)
    return found


def ask_to_lead(viewer: Viewer, agency_id: int, as_deputy: bool, reason: str) -> LeadRequest:
    """Ask to become lead or deputy of an agency; the lead above, or the desk, is told.

    Refused where the person is that already, where they asked already, and for more than a few at a time.
    """
    if viewer.person_id is None:
        raise LookupError("only a person can lead an agency")
    person = lock_row(Person, viewer.person_id)
    agency = db.session.get(Agency, agency_id)
    if agency is None:
        raise Refused("Select an agency", "agency")
    if _holds(person.id, agency_id, as_deputy):
        raise Refused(f"You are that already for {agency.name}", "agency")
    waiting = select(LeadRequest.agency_id).where(
        LeadRequest.person_id == person.id, LeadRequest.state == RequestState.ASKED
    )
    open_for = list(db.session.scalars(waiting))
    if agency_id in open_for:
        raise Refused("You have asked for this agency already, and it is not answered yet", "agency")
    if len(open_for) >= MOST_OPEN:
        raise Refused("You have several requests open. Wait for their answers, or withdraw one")
    request = LeadRequest(
        ref=_free_reference(), person=person, agency=agency, as_deputy=as_deputy, reason=reason,
        state=RequestState.ASKED,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError as error:
        raise Refused("You have asked for this agency already, and it is not answered yet", "agency") from error
    audit.record(viewer, "asked for", request, after={"agency_id": agency_id, "as_deputy": as_deputy}, reason=reason)
    _tell_who_decides(request)
    return request


def may_decide(viewer: Viewer, request: LeadRequest) -> bool:
    """Whether `viewer` may answer: who gives the role at the desk, else a lead above; a deputy's also the lead there.

    Nobody answers their own, and no deputy answers any.
    """
    if viewer.person_id == request.person_id:
        return False
    if may_grant(viewer, Role.AGENCY_LEAD):
        return True
    led = set(led_in_full(viewer))
    above = ids_above(request.agency_id)
    return bool(led & above) or (request.as_deputy and request.agency_id in led)


def grant_request(viewer: Viewer, request_id: int, from_on: date, to_on: date | None, answer: str = "") -> RoleGrant:
    """Say yes to a request: the role begins on `from_on`. LookupError where that is not for `viewer` to say.

    Refused where it is answered already, and where a lead gives longer than they have themselves.
    """
    request = _open_request(viewer, request_id)
    if not may_grant(viewer, Role.AGENCY_LEAD):
        led = led_in_full(viewer)
        reaching = {*ids_above(request.agency_id), request.agency_id}
        _require_within([end for agency_id, end in led.items() if agency_id in reaching], to_on)
    grant = write_grant(
        viewer, request.person, Role.AGENCY_LEAD, request.agency_id, from_on, to_on, is_deputy=request.as_deputy
    )
    _decide(viewer, request, RequestState.GRANTED, answer)
    mail_agency.say_lead_is_granted(grant, request.agency.name)
    return grant


def decline_request(viewer: Viewer, request_id: int, answer: str) -> None:
    """Say no to a request, and why; raises as `grant_request` does."""
    request = _open_request(viewer, request_id)
    _decide(viewer, request, RequestState.DECLINED, answer)
    mail_agency.say_lead_is_declined(request)


def withdraw_request(viewer: Viewer, request_id: int) -> None:
    """Take back what one asked for; Refused where it is answered."""
    request = lock_row(LeadRequest, request_id)
    if request.person_id != viewer.person_id:
        raise LookupError(f"request {request_id} is somebody else's")
    if request.state is not RequestState.ASKED:
        raise Refused("This request is answered already")
    request.state = RequestState.WITHDRAWN
    audit.record(viewer, "withdrew", request, after={"state": request.state})


def name_deputy(viewer: Viewer, person: Person, agency_id: int, from_on: date, to_on: date) -> RoleGrant:
    """Let somebody stand in for the lead of an agency, for as long as the lead has it at most.

    LookupError where `viewer` is not its lead, nor the lead of one above; a deputy names nobody.
    """
    lock_leads()
    led = led_in_full(viewer)
    ends = [end for key, end in led.items() if agency_id in ids_below(key)]
    if not ends:
        raise LookupError(f"agency {agency_id} is out of reach")
    if person.id == viewer.person_id:
        raise Refused("You cannot be your own deputy", "person")
    _require_within(ends, to_on)
    grant = write_grant(viewer, person, Role.AGENCY_LEAD, agency_id, from_on, to_on, is_deputy=True)
    mail_agency.say_lead_is_granted(grant, db.session.get_one(Agency, agency_id).name)
    return grant


def end_deputy(viewer: Viewer, grant: RoleGrant, last_on: date) -> None:
    """End a deputy's time after `last_on`; LookupError where `viewer` could not have named them."""
    below = {agency_id for key in led_in_full(viewer) for agency_id in ids_below(key)}
    if not grant.is_deputy or grant.agency_id not in below:
        raise LookupError(f"role {grant.id} is out of reach")
    write_end(viewer, grant, last_on)


def _require_within(ends: list[date | None], to_on: date | None) -> None:
    if None in ends:
        return
    last = max(end for end in ends if end is not None)
    if to_on is None or to_on > last:
        raise Refused(f"Your own time as lead ends on {last:%-d %B %Y}, so this cannot go on longer", "to_on")


def _decide(viewer: Viewer, request: LeadRequest, state: RequestState, answer: str) -> None:
    wanted = {"state": state, "answer": answer, "decided_at": clock.now(), "decided_by_id": viewer.person_id}
    before, after = audit.changes(request, wanted)
    audit.record(viewer, "answered", request, before=before, after=after, reason=answer or None)


def _open_request(viewer: Viewer, request_id: int) -> LeadRequest:
    request = lock_row(LeadRequest, request_id)
    if not may_decide(viewer, request):
        raise LookupError(f"request {request_id} is out of reach")
    if request.state is not RequestState.ASKED:
        raise Refused("Somebody else has answered this meanwhile. Nothing was changed")
    return request


def _tell_who_decides(request: LeadRequest) -> None:
    first = request.agency_id if request.as_deputy else parent_of(request.agency_id)
    above = None if first is None else lead_of(first, but=request.person_id, with_deputies=False)
    if above is None:
        mail_agency.say_lead_is_asked_for(request, desk_contact(), f"/desk/people/lead-requests/{request.ref}")
    else:
        mail_agency.say_lead_is_asked_for(request, above, f"/agency/requests/{request.ref}")


def _holds(person_id: int, agency_id: int, as_deputy: bool) -> bool:
    today = clock.today()
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == Role.AGENCY_LEAD,
        RoleGrant.agency_id == agency_id,
        RoleGrant.is_deputy == as_deputy,
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
    )
    return db.session.scalar(held.limit(1)) is not None


def _free_reference() -> str:
    while True:
        reference = new_reference("L")
        if db.session.scalar(select(LeadRequest.id).where(LeadRequest.ref == reference)) is None:
            return reference
