"""What the desk asks about people: its list, and one person on the telephone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, false, select
from sqlalchemy.orm import aliased, load_only

from training.agencies.models import Agency
from training.agencies.queries import ids_below
from training.core import clock
from training.core.database import db
from training.core.messages import label_of
from training.core.outbox import OutboxMessage
from training.core.viewer import ROLE_LABELS, Role, Viewer
from training.people.models import Account, EmailAddress, Employment, Person, RoleGrant
from training.people.queries import employed_on, matching, within_reach
from training.web.messages import tone_of

MESSAGES_SHOWN = 50
_SHOWN = (
    OutboxMessage.kind,
    OutboxMessage.subject,
    OutboxMessage.created_at,
    OutboxMessage.state,
    OutboxMessage.last_error,
    OutboxMessage.bounced_at,
    OutboxMessage.bounce,
    OutboxMessage.put_right_at,
)


@dataclass(frozen=True)
class Workplace:
    """A present job as the list of people shows it."""

    agency: str
    job_role: str


@dataclass(frozen=True)
class SentMessage:
    """A message to a person: what kind, when it was written, where it stands and why it did not arrive."""

    key: int
    kind: str
    subject: str
    created_at: datetime
    state_label: str
    tone: str
    trouble: str


def listed_people(
    viewer: Viewer, words: str = "", agency_id: int | None = None, role: Role | None = None
) -> Select[int, str, str, str, str]:
    """Columns of people by name: id, ref, first name, last name, address or None; for `paged`.

    With an agency, those who work there today or below it; with a role, those who hold it today.
    """
    statement = (
        select(Person.id, Person.ref, Person.given_name, Person.family_name, EmailAddress.address)
        .outerjoin(EmailAddress, (EmailAddress.person_id == Person.id) & EmailAddress.is_primary)
        .where(matching(words), Person.merged_into_id.is_(None))
        .order_by(Person.sort_key, Person.id)
    )
    if not (viewer.works_at_desk or viewer.has(Role.SYSTEM)):
        return statement.where(false())
    today = clock.today()
    if agency_id is not None:
        statement = statement.where(
            exists().where(
                Employment.person_id == Person.id, Employment.agency_id.in_(ids_below(agency_id)), employed_on(today)
            )
        )
    if role is not None:
        statement = statement.where(
            exists().where(
                RoleGrant.person_id == Person.id,
                RoleGrant.role == role,
                RoleGrant.from_on <= today,
                RoleGrant.to_on.is_(None) | (RoleGrant.to_on >= today),
            )
        )
    return statement


def workplaces(viewer: Viewer, person_ids: Iterable[int]) -> dict[int, list[Workplace]]:
    """The present jobs of each person within reach, oldest first; one query."""
    agency = aliased(Agency)
    rows = db.session.execute(
        select(Employment.person_id, agency.name, Employment.agency_named, Employment.job_role)
        .join(Person, Person.id == Employment.person_id)
        .outerjoin(agency, agency.id == Employment.agency_id)
        .where(Employment.person_id.in_(list(person_ids)), employed_on(clock.today()), within_reach(viewer))
        .order_by(Employment.from_on, Employment.id)
    )
    found: dict[int, list[Workplace]] = {}
    for person_id, name, named, job_role in rows:
        found.setdefault(person_id, []).append(Workplace(name or f"{named} (to be confirmed)", job_role))
    return found


def present_roles(viewer: Viewer, person_ids: Iterable[int]) -> dict[int, list[str]]:
    """The labels of the roles each person within reach holds today; one query."""
    today = clock.today()
    rows = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.person_id.in_(list(person_ids)),
            RoleGrant.from_on <= today,
            RoleGrant.to_on.is_(None) | (RoleGrant.to_on >= today),
            within_reach(viewer),
        )
        .order_by(RoleGrant.id)
    )
    found: dict[int, list[str]] = {}
    for person_id, role in rows:
        labels = found.setdefault(person_id, [])
        if ROLE_LABELS[role] not in labels:
            labels.append(ROLE_LABELS[role])
    return found


def messages_to(viewer: Viewer, person_id: int) -> list[SentMessage]:
    """The latest messages to the person, newest first; for the desk only."""
    if not viewer.works_at_desk:
        return []
    rows = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.person_id == person_id)
        .options(load_only(*_SHOWN))
        .order_by(OutboxMessage.id.desc())
        .limit(MESSAGES_SHOWN)
    )
    return [
        SentMessage(
            message.id,
            label_of(message.kind),
            message.subject,
            message.created_at,
            message.state_in_words,
            tone_of(message),
            message.bounce or message.last_error or "",
        )
        for message in rows
    ]


def closed_accounts(viewer: Viewer) -> Select[str, str, str, str, datetime | None, str]:
    """Columns of closed accounts, the last closed first: ref, first and last name, address, when, why; for `paged`."""
    statement = (
        select(
            Person.ref, Person.given_name, Person.family_name, Account.email, Account.closed_at, Account.closed_because
        )
        .join(Account, Account.person_id == Person.id)
        .where(Account.active.is_(False), Person.merged_into_id.is_(None))
        .order_by(Account.closed_at.desc(), Account.id.desc())
    )
    return statement if viewer.works_at_desk else statement.where(false())
