"""The invented people: posts in every agency, held by one person after another over ten years."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.demonstration.agencies import UNLISTED, InventedAgency
from training.demonstration.ledger import Ledger, csv_rows
from training.demonstration.names import Names
from training.people.models import EmailAddress, Employment, Person, Standing
from training.people.models_workforce import WorkforceGroup

POSTS = 1700
"""How many people the agencies employ at any moment."""
YEARS_IN_POST = 6.5
SHARE_WHO_MOVE = 0.3
"""Of those who leave a post, how many take another one here."""
FIRST_DAY = date(2011, 4, 1)


@dataclass
class Post:
    """A person in a job for a period: in which they book."""

    person_id: int
    employment_id: int
    name: str
    address: str
    agency: InventedAgency
    job_role: str
    group_id: int
    from_on: date
    to_on: date | None

    def is_held(self, on: date) -> bool:
        """Whether the person had this job on the day `on`."""
        return self.from_on <= on <= (self.to_on or on)


@dataclass
class Leaver:
    """Somebody who left a post and may take another."""

    person_id: int
    given: str
    family: str
    left_on: date
    agency_id: int | None


@dataclass
class People:
    """Writes people into the ledger and remembers who worked where and when."""

    ledger: Ledger
    today: date
    groups: dict[int, int]
    """Keys of the workforce groups by number."""
    role_groups: dict[str, int]
    """The number of the workforce group that a job role suggests."""
    names: Names = field(init=False)
    chance: Random = field(init=False)
    posts: list[Post] = field(default_factory=list[Post])
    _addresses: dict[int, tuple[str, str]] = field(default_factory=dict[int, tuple[str, str]])
    _leavers: list[Leaver] = field(default_factory=list[Leaver])

    def __post_init__(self) -> None:
        self.chance = self.ledger.chance("people")
        self.names = Names(self.chance)

    def add_person(self, given: str, family: str, agency: InventedAgency, since: date) -> int:
        """Note a person with an address at `agency`; their row is complete after `write_addresses`."""
        key = self.ledger.add(
            Person,
            ref=self.ledger.reference("P", 6),
            given_name=given,
            family_name=family,
            sort_key=folded(family, given),
            search_text="",
            telephone=f"01632 960{self.chance.randrange(1000):03d}" if self.chance.random() < 0.6 else "",
            created_at=clock.start_of_day(since),
        )
        self._addresses[key] = (address_of(given, family, agency), folded(given, family))
        return key

    def add_post(
        self,
        person_id: int,
        name: tuple[str, str],
        agency: InventedAgency,
        job_role: str,
        period: tuple[date, date | None],
        manager: tuple[str, str] | None,
        *,
        standing: Standing | None = None,
    ) -> Post:
        """Note that the person holds `job_role` at `agency` over `period`; their address shows it unless `standing`."""
        given, family = name
        group_id = self.groups[self.role_groups[job_role]]
        self._addresses[person_id] = (address_of(given, family, agency), folded(given, family))
        key = self.ledger.add(
            Employment,
            person_id=person_id,
            agency_id=agency.id,
            agency_named="" if agency.id else agency.name,
            job_role=job_role,
            workforce_group_id=group_id,
            manager_name=" ".join(manager) if manager else "",
            manager_address=address_of(*manager, agency) if manager else "",
            manager_confirmed_at=clock.start_of_day(period[0]) if manager else None,
            standing=standing or (Standing.BY_ADDRESS if agency.id else Standing.ASKED),
            from_on=period[0],
            to_on=period[1],
            created_at=clock.start_of_day(period[0]),
        )
        address = self._addresses[person_id][0]
        post = Post(person_id, key, f"{given} {family}", address, agency, job_role, group_id, *period)
        self.posts.append(post)
        return post

    def fill(self, agencies: list[InventedAgency]) -> None:
        """Staff every agency by its share of the training, from `FIRST_DAY` until today."""
        total = sum(agency.share for agency in agencies)
        for agency in agencies:
            count = max(2, round(POSTS * agency.share / total)) if agency.share else 0
            managers = [self.names.next() for _ in range(max(1, count // 9))]
            for _ in range(count):
                manager = self.chance.choice(managers) if agency.sector != "Other" else None
                self._hold_in_turn(agency, self.chance.choice(agency.roles), manager)

    def _hold_in_turn(self, agency: InventedAgency, job_role: str, manager: tuple[str, str] | None) -> None:
        begins = FIRST_DAY + timedelta(days=self.chance.randrange(5 * 365))
        while begins <= self.today:
            ends: date | None = begins + timedelta(days=120 + int(self.chance.expovariate(1 / (YEARS_IN_POST * 365))))
            if ends > self.today:
                ends = None
            mover = self._mover(begins, agency) if self.chance.random() < SHARE_WHO_MOVE else None
            if mover:
                person_id, name = mover.person_id, (mover.given, mover.family)
            else:
                name = self.names.next()
                person_id = self.add_person(*name, agency, begins)
            self.add_post(person_id, name, agency, job_role, (begins, ends), manager)
            if ends is None:
                return
            self._leavers.append(Leaver(person_id, *name, ends, agency.id))
            begins = ends + timedelta(days=self.chance.randrange(20, 120))

    def _mover(self, begins: date, agency: InventedAgency) -> Leaver | None:
        """Somebody who left another agency up to half a year before."""
        for leaver in self._leavers:
            waited = (begins - leaver.left_on).days
            if 0 < waited < 180 and leaver.agency_id != agency.id:
                self._leavers.remove(leaver)
                return leaver
        return None

    def add_newcomers(self) -> tuple[Post, ...]:
        """Note people whose agency is to be confirmed, the longest-standing first."""
        posts: list[Post] = []
        for weeks, (name, domain, job_role) in enumerate(UNLISTED, start=1):
            agency = InventedAgency(None, "", name, "Other", domain, 0, (job_role,))
            since = self.today - timedelta(weeks=len(UNLISTED) + 2 - weeks)
            person = self.names.next()
            person_id = self.add_person(*person, agency, since)
            posts.append(self.add_post(person_id, person, agency, job_role, (since, None), self.names.next()))
        return tuple(posts)

    def write_addresses(self) -> None:
        """Give everybody the address of their last post, once all posts are known."""
        for row in self.ledger.rows(Person):
            address, name = self._addresses[row["id"]]
            row["search_text"] = f"{name} {address}"
            self.ledger.add(
                EmailAddress,
                person_id=row["id"],
                address=address,
                is_primary=True,
                confirmed_at=row["created_at"],
                created_at=row["created_at"],
            )


def address_of(given: str, family: str, agency: InventedAgency) -> str:
    """How a person is written to at `agency`."""
    return f"{folded(given)}.{folded(family)}@{agency.domain}".replace(" ", "").replace("'", "")


def begin_people(ledger: Ledger, today: date) -> People:
    """Note the workforce groups that are not there yet; nobody is in them so far."""
    present = dict(db.session.execute(select(WorkforceGroup.number, WorkforceGroup.id)).all())
    groups: dict[int, int] = {}
    for row in csv_rows("workforce_groups.csv"):
        number = int(row["number"])
        groups[number] = present.get(number) or ledger.add(
            WorkforceGroup, number=number, name=row["name"], examples=row["examples"]
        )
    role_groups = {row["role"]: int(row["workforce_group"]) for row in csv_rows("job_roles.csv")}
    return People(ledger, today, groups, role_groups)
