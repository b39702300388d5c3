"""Deeds on standing: how far it is known that somebody works where they say, and that their manager is one."""

from collections.abc import Callable

from training.agencies.models import Agency, AgencyDomain
from training.core import audit, clock
from training.core.database import db
from training.core.links import SignedLink, revoke_links, use_link
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer, ViewerKind
from training.people import mail_agency
from training.people.mail_listed import LISTED_BY_AGENCY
from training.people.models import SETTLED, Employment, Person, Standing
from training.people.operations_listed import end_listed
from training.people.queries import lead_agencies
from training.people.rules import on_domains

NOT_ONESELF = "Somebody else must confirm where you work"
Listener = Callable[[int], None]
_listeners: list[Listener] = []


def when_manager_goes(listener: Listener) -> Listener:
    """Have `listener(employment_id)` called where a job gets another line manager or none, in that transaction."""
    _listeners.append(listener)
    return listener


def manager_goes(employment: Employment) -> None:
    """Close what lets the manager named so far answer: whoever it was has nothing to say about the person any more."""
    revoke_links(mail_agency.CONFIRM_MANAGER, employment.id)
    for listener in _listeners:
        listener(employment.id)


def speaks_for(viewer: Viewer, employment: Employment) -> bool:
    """Whether what `viewer` says of the job is the agency's word: its lead's or the desk's, and never one's own."""
    if viewer.person_id is not None and viewer.person_id == employment.person_id:
        return False
    return viewer.works_at_desk or (employment.agency_id is not None and employment.agency_id in lead_agencies(viewer))


def settle_new(viewer: Viewer, employment: Employment) -> None:
    """Give a job its standing that has just begun or has come to another agency; it starts from nothing."""
    employment.standing, employment.settled_at, employment.settled_by_id = Standing.ASKED, None, None
    if employment.agency_id is not None and speaks_for(viewer, employment):
        employment.standing = Standing.VOUCHED
        employment.settled_at, employment.settled_by_id = clock.now(), viewer.person_id
    judge(employment)


def judge(employment: Employment) -> None:
    """Let the confirmed addresses of the person say whether they work there, and the manager's whether it is one.

    What a lead or the desk said stands. A manager who was confirmed stays so until the address changes.
    """
    domains = domains_of_agency(employment.agency_id)
    if employment.agency_id is not None and employment.standing in (Standing.ASKED, Standing.BY_ADDRESS):
        confirmed = [row.address for row in employment.person.addresses if row.confirmed_at is not None]
        proven = any(on_domains(address, domains) for address in confirmed)
        employment.standing = Standing.BY_ADDRESS if proven else Standing.ASKED
    if (
        employment.manager_address
        and employment.manager_confirmed_at is None
        and on_domains(employment.manager_address, domains)
    ):
        employment.manager_confirmed_at = clock.now()


def judge_jobs(person: Person) -> None:
    """Judge all jobs of the person that are not over, after one of their addresses was confirmed or taken away."""
    today = clock.today()
    for employment in person.employments:
        if employment.to_on is None or employment.to_on >= today:
            judge(employment)
            ask_about_manager(employment)


def ask_about_manager(employment: Employment) -> None:
    """Ask a manager nobody has confirmed, once the person who named them has shown that they can be reached."""
    known = any(row.confirmed_at is not None for row in employment.person.addresses)
    over = employment.to_on is not None and employment.to_on < clock.today()
    if known and not over and employment.manager_address and employment.manager_confirmed_at is None:
        db.session.flush()
        mail_agency.ask_manager(employment)


def vouch(viewer: Viewer, employment_id: int) -> Employment:
    """Say that the person works there; LookupError where that is not for `viewer` to say.

    Refused about oneself, and where it was settled meanwhile.
    """
    employment = _asked(viewer, employment_id)
    revoke_links(LISTED_BY_AGENCY, employment.id)
    before, after = audit.changes(
        employment,
        {"standing": Standing.VOUCHED, "settled_at": clock.now(), "settled_by_id": viewer.person_id},
    )
    audit.record(viewer, "vouched for", employment, before=before, after=after)
    return employment


def say_no(viewer: Viewer, employment_id: int, reason: str) -> Employment:
    """Say that the person does not work there: the job is at an agency to be confirmed, and they are told why.

    A job that only a staff list named is ended instead, and nobody is told. Raises as `vouch` does.
    """
    employment = _asked(viewer, employment_id)
    if employment.standing is Standing.LISTED:
        # They never said that they work there, so there is nothing to ask them.
        revoke_links(LISTED_BY_AGENCY, employment.id)
        end_listed(viewer, employment, viewer.person_id, reason)
        return employment
    agency = db.session.get_one(Agency, employment.agency_id)
    before, after = audit.changes(
        employment,
        {
            "agency_id": None,
            "agency_named": agency.name,
            "standing": Standing.REFUSED,
            "settled_at": clock.now(),
            "settled_by_id": viewer.person_id,
        },
    )
    audit.record(viewer, "did not know", employment, before=before, after=after, reason=reason)
    mail_agency.say_agency_said_no(employment, agency.name, reason)
    return employment


def confirm_manager(viewer: Viewer, employment_id: int) -> Employment:
    """Say that the manager named is one; LookupError where that is not for `viewer` to say."""
    employment = _with_manager(viewer, employment_id)
    before, after = audit.changes(employment, {"manager_confirmed_at": clock.now()})
    audit.record(viewer, "confirmed the manager of", employment, before=before, after=after)
    revoke_links(mail_agency.CONFIRM_MANAGER, employment.id)
    return employment


def refuse_manager(viewer: Viewer, employment_id: int) -> Employment:
    """Say that the manager named is none; the address is taken away and the person asked. Raises as above."""
    employment = _with_manager(viewer, employment_id)
    _take_manager_away(viewer, employment)
    revoke_links(mail_agency.CONFIRM_MANAGER, employment.id)
    return employment


def answer_as_manager(link: SignedLink, employment: Employment, is_manager: bool) -> None:
    """What whoever reads the manager's mail answered."""
    use_link(link)
    behind_link = Viewer(ViewerKind.LINK, link_id=link.id)
    if is_manager:
        before, after = audit.changes(employment, {"manager_confirmed_at": clock.now()})
        audit.record(behind_link, "confirmed being the manager of", employment, before=before, after=after)
    else:
        _take_manager_away(behind_link, employment)


def drop_manager(viewer: Viewer, employment: Employment) -> None:
    """The person says that the manager named is theirs no more; nobody is told."""
    wanted = {"manager_name": "", "manager_address": "", "manager_confirmed_at": None}
    before, after = audit.changes(employment, wanted)
    if after:
        manager_goes(employment)
        audit.record(viewer, "took the manager from", employment, before=before, after=after)


def domains_of_agency(agency_id: int | None) -> list[str]:
    """The e-mail domains of the agency."""
    if agency_id is None:
        return []
    return list(
        db.session.scalars(
            db.select(AgencyDomain.domain).where(AgencyDomain.agency_id == agency_id).order_by(AgencyDomain.domain)
        )
    )


def _take_manager_away(viewer: Viewer, employment: Employment) -> None:
    drop_manager(viewer, employment)
    mail_agency.say_manager_is_wrong(employment)


def _asked(viewer: Viewer, employment_id: int) -> Employment:
    employment = lock_row(Employment, employment_id)
    if viewer.person_id is not None and viewer.person_id == employment.person_id:
        raise Refused(NOT_ONESELF)
    if employment.standing in (*SETTLED, Standing.REFUSED):
        raise Refused("Somebody else has settled this meanwhile. Nothing was changed")
    if employment.agency_id is None or not speaks_for(viewer, employment):
        raise LookupError(f"employment {employment_id} is out of reach")
    if employment.standing is Standing.LISTED and not viewer.works_at_desk:
        # The lead's own file named them: only the person can agree, or anybody's record could be pulled in.
        raise LookupError(f"employment {employment_id} is the person’s own to confirm")
    return employment


def _with_manager(viewer: Viewer, employment_id: int) -> Employment:
    employment = lock_row(Employment, employment_id)
    if viewer.person_id is not None and viewer.person_id == employment.person_id:
        raise Refused("Somebody else must confirm your line manager")
    if not speaks_for(viewer, employment) or (employment.standing not in SETTLED and not viewer.works_at_desk):
        raise LookupError(f"employment {employment_id} is out of reach")
    if not employment.manager_address or employment.manager_confirmed_at is not None:
        raise Refused("Somebody else has settled this meanwhile. Nothing was changed")
    return employment
