"""The six people one can sign in as."""

import uuid
from dataclasses import dataclass
from datetime import date

from flask_security.utils import hash_password
from sqlalchemy import select

from training.core import clock
from training.core.database import db
from training.core.viewer import ROLE_LABELS, Role
from training.demonstration.agencies import InventedAgency
from training.demonstration.ledger import Ledger
from training.demonstration.people import People, Post
from training.people.models import Account, Person, RoleGrant

PASSWORD = "muster-demo-2026"  # noqa: S105 (printed on purpose; the demonstration is refused in production)


@dataclass(frozen=True)
class Part:
    """Somebody one can sign in as: who they are, where they work, and what they may do."""

    role: Role
    given: str
    family: str
    agency: str
    job_role: str
    since: date


PARTS = (
    Part(Role.OFFICER, "Ruth", "Adeyemi", "MC", "Learning and development officer", date(2016, 9, 5)),
    Part(Role.ADMINISTRATOR, "Gareth", "Pickering", "MC", "Partnership administrator", date(2019, 1, 7)),
    Part(Role.TRAINER, "Naomi", "Fletcher", "MC-CSC", "Team manager", date(2015, 6, 1)),
    Part(Role.LEARNER, "Priya", "Banerjee", "MVCH", "Health visitor", date(2018, 10, 1)),
    Part(Role.AGENCY_LEAD, "Stephen", "Okafor", "MVCH", "Named nurse / doctor / midwife", date(2017, 3, 6)),
    Part(Role.VIEWER, "Eleanor", "Marsh", "LAY", "Independent scrutineer", date(2021, 5, 10)),
)


@dataclass(frozen=True)
class SignIn:
    """What to type to sign in as somebody with a role."""

    role: str
    name: str
    address: str
    password: str


Cast = dict[Role, Post]


def add_roles(people: People, agencies: list[InventedAgency]) -> Cast:
    """Note the six people, their jobs and what they may do; the trainer joins the pool as others do."""
    by_code = {agency.code: agency for agency in agencies}
    manager = people.names.next()
    cast: Cast = {}
    for part in PARTS:
        agency = by_code[part.agency]
        name = (part.given, part.family)
        people.names.keep(*name)
        person_id = people.add_person(*name, agency, part.since)
        cast[part.role] = people.add_post(person_id, name, agency, part.job_role, (part.since, None), manager)
        roles = {Role.OFFICER: (Role.OFFICER, Role.SYSTEM), Role.LEARNER: (), Role.TRAINER: ()}
        for role in roles.get(part.role, (part.role,)):
            people.ledger.add(
                RoleGrant,
                person_id=person_id,
                role=role,
                agency_id=agency.id if role is Role.AGENCY_LEAD else None,
                from_on=part.since,
                created_at=clock.start_of_day(part.since),
            )
    return cast


def add_accounts(ledger: Ledger, cast: Cast) -> None:
    """Give each of the six a sign-in, with the one password that all of them have."""
    password = hash_password(PASSWORD)
    for post in cast.values():
        ledger.add(
            Account,
            person_id=post.person_id,
            email=post.address,
            password=password,
            active=True,
            fs_uniquifier=uuid.uuid4().hex,
            confirmed_at=clock.now(),
        )


def sign_ins() -> tuple[SignIn, ...]:
    """How to sign in as each of the six, in the order of the roles; read from what was written."""
    names = {
        (person.given_name, person.family_name): person.account.email
        for person in db.session.scalars(select(Person).join(Account))
        if person.account
    }
    return tuple(
        SignIn(ROLE_LABELS[part.role], f"{part.given} {part.family}", names[part.given, part.family], PASSWORD)
        for part in PARTS
        if (part.given, part.family) in names
    )
