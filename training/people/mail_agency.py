"""Messages about where somebody works: what the agency said, who the line manager is, who leads an agency."""

import hashlib
from datetime import timedelta

from sqlalchemy import func, select

from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.links import create_link, register_purpose
from training.core.messages import Audience, MessageKind, register_kind
from training.core.outbox import OutboxMessage, Recipient, enqueue
from training.people.models import Employment, LeadRequest, Person, RoleGrant
from training.people.queries_contacts import Contact, who_receives
from training.web.formats import day

CONFIRM_MANAGER = register_purpose("confirm-manager", timedelta(days=14), is_unasked=True)
"""About an employment: whoever reads the manager's mail says whether they manage the person."""

MANAGERS_ASKED_A_DAY = 3
"""How many managers one person can have asked within a day: those mails go to people who asked for none."""

AGENCY_SAID_NO = register_kind(
    "people-agency-said-no",
    "Agency: does not know the person",
    "Please check which agency you work for",
    """
Hello ((name)),

You told us that you work for ((agency)). They do not have you on their list, and say: “((reason))”

This is often a small thing: another name for the same organisation, or a move nobody has told us about. Please look \
at the job on your account page and choose the agency you work for, or reply to this message and we put it right:

((account page))

Your account and your bookings stay as they are. Until it is settled they count under “agency to be confirmed”.
""",
    to=Audience.PERSON,
    requires=("reason",),
)

MANAGER_ASKED = register_kind(
    "people-manager-asked",
    "Line manager: asked to confirm",
    "Are you the line manager of somebody who books training?",
    """
Hello,

Somebody gave this address as their line manager’s when they signed up for training with us. So that we write about \
their training to nobody else, please say whether that is right. You do not need an account:

((link))

If the link cannot be opened, type the code ((code)) at ((code page))

The link and the code work for two weeks. If you do nothing, we write nothing more to this address.
""",
    to=Audience.MANAGER,
)

MANAGER_NOT_RIGHT = register_kind(
    "people-manager-not-right",
    "Line manager: not the right one",
    "Please tell us who your line manager is",
    """
Hello ((name)),

The line manager you gave us for your job at ((agency)) is not the right one, we were told. We have taken the address \
away and write nothing there. Please tell us who your line manager is, or that you have none:

((account page))
""",
    to=Audience.PERSON,
)

LEAD_ASKED_FOR = register_kind(
    "people-lead-asked-for",
    "Lead: somebody asks to become one",
    "((who)) asks to become ((as what)) of ((agency))",
    """
Hello ((name)),

((who)) asks to become ((as what)) of ((agency)), and gives this reason: “((reason))”

You can say yes or no here:

((page))
""",
    to=Audience.LEAD,
    requires=("who", "agency"),
)

LEAD_GRANTED = register_kind(
    "people-lead-granted",
    "Lead: yes to a request",
    "You are ((as what)) of ((agency))",
    """
Hello ((name)),

You are ((as what)) of ((agency)), ((period)). You see the people who work there, and who says that they do:

((page))
""",
    to=Audience.LEAD,
    requires=("agency",),
)

LEAD_DECLINED = register_kind(
    "people-lead-declined",
    "Lead: no to a request",
    "About your request to become ((as what)) of ((agency))",
    """
Hello ((name)),

You asked to become ((as what)) of ((agency)). That was not agreed. The answer was: “((answer))”

If you have questions, reply to this message.
""",
    to=Audience.PERSON,
    requires=("answer",),
)

LEAD_ENDS = register_kind(
    "people-lead-ends",
    "Lead: the time ends soon",
    "Your time as ((as what)) of ((agency)) ends on ((last day))",
    """
Hello ((name)),

You are ((as what)) of ((agency)) until ((last day)). From the day after you no longer see its people. If you go on, \
reply to this message, and the training team sets a new date.
""",
    to=Audience.LEAD,
    requires=("last day",),
)


def say_agency_said_no(employment: Employment, agency: str, reason: str) -> None:
    """Tell a person in kind words that an agency does not have them on its list."""
    person = employment.person
    values = {
        "name": person.given_name,
        "agency": agency,
        "reason": reason,
        "account page": _page("/my/account"),
    }
    _write(AGENCY_SAID_NO, values, f"{employment.id}:{employment.row_version}", f"employment:{employment.id}", person)


def ask_manager(employment: Employment) -> None:
    """Ask once whoever reads the manager's mail whether they are the manager; the mail does not say of whom."""
    address = employment.manager_address
    key = f"{MANAGER_ASKED.name}:{employment.id}:{hashlib.sha256(address.encode()).hexdigest()[:16]}"
    if db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None or _asked_enough(
        employment.person_id
    ):
        return
    fresh = create_link(CONFIRM_MANAGER, employment.id)
    enqueue(
        MANAGER_ASKED,
        {"link": fresh.address, "code": fresh.code, "code page": _page("/link")},
        key=key,
        stream=f"manager-of:{employment.person_id}",
        about=f"employment:{employment.id}",
        to=Recipient("", address),
        secrets=fresh.secrets,
    )


def say_manager_is_wrong(employment: Employment) -> None:
    """Ask the person for the right line manager."""
    person = employment.person
    values = {"name": person.given_name, "agency": agency_of(employment), "account page": _page("/my/account")}
    _write(
        MANAGER_NOT_RIGHT, values, f"{employment.id}:{employment.row_version}", f"employment:{employment.id}", person
    )


def say_lead_is_asked_for(request: LeadRequest, contact: Contact, page: str) -> None:
    """Tell whoever decides that somebody asks to lead an agency; `page` is where they answer."""
    enqueue(
        LEAD_ASKED_FOR,
        {
            "name": contact.name,
            "who": request.person.name,
            "as what": as_what(request.as_deputy),
            "agency": request.agency.name,
            "reason": request.reason,
            "page": _page(page),
        },
        key=f"{LEAD_ASKED_FOR.name}:{request.ref}",
        stream=f"lead-request:{request.id}",
        about=f"lead-request:{request.id}",
        to=Recipient(contact.name, contact.address, contact.person_id),
    )


def say_lead_is_granted(grant: RoleGrant, agency: str) -> None:
    """Tell somebody that they lead an agency, or stand in for its lead."""
    until = f" until {day(grant.to_on)}" if grant.to_on else ""
    values = {
        "name": grant.person.given_name,
        "as what": as_what(grant.is_deputy),
        "agency": agency,
        "period": f"from {day(grant.from_on)}{until}",
        "page": _page("/agency"),
    }
    _write(LEAD_GRANTED, values, str(grant.id), f"role-grant:{grant.id}", grant.person)


def say_lead_is_declined(request: LeadRequest) -> None:
    """Tell somebody that they do not become lead, and why."""
    values = {
        "name": request.person.given_name,
        "as what": as_what(request.as_deputy),
        "agency": request.agency.name,
        "answer": request.answer,
    }
    _write(LEAD_DECLINED, values, request.ref, f"lead-request:{request.id}", request.person)


def say_lead_ends(grant: RoleGrant) -> bool:
    """Tell a lead once that their time ends soon; False where they were told of that day already."""
    assert grant.to_on is not None
    assert grant.agency is not None
    values = {
        "name": grant.person.given_name,
        "as what": as_what(grant.is_deputy),
        "agency": grant.agency.name,
        "last day": day(grant.to_on),
    }
    return _write(LEAD_ENDS, values, f"{grant.id}:{grant.to_on.isoformat()}", f"role-grant:{grant.id}", grant.person)


def as_what(is_deputy: bool) -> str:
    """What a lead is called in a sentence."""
    return "deputy training lead" if is_deputy else "training lead"


def agency_of(employment: Employment) -> str:
    """The name of the agency, or what the person called it."""
    return employment.agency.name if employment.agency else employment.agency_named


def _write(kind: MessageKind, values: dict[str, str], version: str, about: str, person: Person) -> bool:
    message = enqueue(
        kind, values, key=f"{kind.name}:{version}", stream=f"agency:{person.id}", about=about, to=who_receives(person)
    )
    return message is not None


def _asked_enough(person_id: int) -> bool:
    sent = select(func.count(OutboxMessage.id)).where(
        OutboxMessage.stream == f"manager-of:{person_id}", OutboxMessage.created_at > clock.now() - timedelta(days=1)
    )
    return (db.session.scalar(sent) or 0) >= MANAGERS_ASKED_A_DAY


def _page(path: str) -> str:
    return f"{installation().base_url}{path}"
