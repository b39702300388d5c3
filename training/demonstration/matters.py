"""Matters about people that wait at the desk or were settled there: standings, leads, needs, doubles, accounts."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from training.accounts.operations_dormant import look_at_account
from training.core.viewer import Role
from training.demonstration import deeds
from training.demonstration.accounts import Cast
from training.demonstration.diary import Diary, as_person
from training.demonstration.ledger import Ledger
from training.demonstration.people import People, Post, address_of
from training.people.models import Account, LeadRequest, Standing

MAILBOX = "mailbox.example"
"""Where people keep addresses of their own, which prove nothing of where they work."""
WHY_LEAD = "I took over the induction of new colleagues in spring and keep our training list already"
WHOM_TO_ASK = "\n\n## Our data protection lead\n\nOur data protection lead sits with the council’s legal team."
NOTICES = (
    (480, WHOM_TO_ASK, "As agreed by the partnership’s executive."),
    (120, f"{WHOM_TO_ASK} Write to data.protection@merrowbridge.example.\n", "Gives the lead’s address."),
)
"""Versions of the privacy notice: how many days ago, what stands below the delivered text, and what changed."""


@dataclass
class Matters:
    """Chooses people, writes down what the matters begin with, and has a diary do what was done."""

    ledger: Ledger
    people: People
    cast: Cast
    diary: Diary
    now: datetime
    _chance: Random = field(init=False)
    _free: list[Post] = field(init=False)

    def __post_init__(self) -> None:
        self._chance = self.ledger.chance("matters")
        known = {post.person_id for post in self.cast.values()}
        at_work = [
            post for post in self.people.posts
            if post.to_on is None and post.agency.id is not None and post.person_id not in known and post.group_id != 1
        ]  # fmt: skip
        self._free = self._chance.sample(at_work, len(at_work))

    def note(self) -> None:
        """Write the rows with which all of it begins, and note the deeds."""
        self._to_be_confirmed()
        self._leads()
        self._doubles()
        self._accounts()
        # A claim that is proved goes: as the last of them, or SQLite would give its key to the next.
        for days, was_proved in ((3, False), (2, True)):
            self._second_address(self._free.pop(), days, was_proved=was_proved)
        self._at(9, partial(deeds.name_manager, self._free.pop(), *self._manager()))
        self._at(3, partial(deeds.tell_needs, self.diary.officer, self._chance))
        listed = [(post.address, post.agency.name) for post in (self._free.pop() for _ in range(6))]
        self._at(6, partial(deeds.bring_and_take_back, self.diary.officer, self.ledger.reference("IMP", 6), listed))
        self._at(2, partial(deeds.ask_about_bookings, self.diary.officer, self._chance))
        for days, added, change in NOTICES:
            self._at(days, partial(deeds.publish_notice, self.diary.officer, added, change))

    def _at(self, days: float, deed: Callable[[], object]) -> None:
        self.diary.note(self.now - timedelta(days=days), deed)

    def _since(self, days: int) -> date:
        return self.people.today - timedelta(days=days)

    def _manager(self) -> tuple[str, str]:
        """The name and the own address of somebody nobody has heard of yet."""
        given, family = self.people.names.next()
        return f"{given} {family}", f"{given}.{family}@{MAILBOX}".lower()

    def _beside(self, post: Post, standing: Standing, days: int, name: tuple[str, str]) -> Post:
        """Somebody new in the agency and role of `post`, known by an address of their own, since so many days."""
        outside = replace(post.agency, domain=MAILBOX)
        person_id = self.people.add_person(*name, outside, self._since(days))
        return self.people.add_post(
            person_id, name, outside, post.job_role, (self._since(days), None), None, standing=standing
        )

    def _to_be_confirmed(self) -> None:
        """Two who say that they work at an agency, from addresses that do not show it; one waits for a week."""
        for days in (8, 2):
            self._beside(self._free.pop(), Standing.ASKED, days, self.people.names.next())

    def _leads(self) -> None:
        """One who asks to become a lead, and a deputy of the lead one can sign in as."""
        asker, lead = self._free.pop(), self.cast[Role.AGENCY_LEAD]
        at = self.now - timedelta(days=4)
        key = self.ledger.add(
            LeadRequest,
            ref=self.ledger.reference("LEAD", 6),
            person_id=asker.person_id,
            agency_id=asker.agency.id,
            as_deputy=False,
            reason=WHY_LEAD,
            created_at=at,
        )
        after = {"agency_id": asker.agency.id, "as_deputy": False}
        self.diary.done(at, "asked for", (LeadRequest, key), viewer=as_person(asker.person_id), after=after)
        self.diary.note(at, partial(deeds.say_lead_is_asked_for, key))
        deputy = next(post for post in self._free if post.agency.id == lead.agency.id)
        self._free.remove(deputy)
        self._at(20, partial(deeds.name_deputy, lead, deputy.person_id))

    def _doubles(self) -> None:
        """Two records of one person, twice: merged once, and found but not looked at yet."""
        for days, is_merged in ((30, True), (11, False)):
            post = self._free.pop()
            given, _, family = post.name.partition(" ")
            double = self._beside(post, Standing.VOUCHED, days, (given, family))
            if is_merged:
                ref = self.ledger.reference("MERGE", 6)
                self._at(5, partial(deeds.merge, self.diary.officer, post.person_id, double.person_id, ref))

    def _accounts(self) -> None:
        """An account that was closed because nobody used it, and one whose owner was told that it will be."""
        for told in (44, 6):
            post = self._free.pop()
            last_seen = self.now - timedelta(days=told + 30.4375 * 18 - 29)
            key = self.ledger.add(
                Account,
                person_id=post.person_id,
                email=post.address,
                active=True,
                fs_uniquifier=uuid.UUID(int=self._chance.getrandbits(128), version=4).hex,
                confirmed_at=last_seen - timedelta(days=90),
                created_at=last_seen - timedelta(days=90),
                last_seen_at=last_seen,
            )
            for days in (told, told - 31):
                if days > 0:
                    self._at(days, partial(look_at_account, key))

    def _second_address(self, post: Post, days: int, *, was_proved: bool) -> None:
        """Somebody who added an address of their own, and perhaps used the link that was sent there."""
        given, _, family = post.name.partition(" ")
        outside = replace(post.agency, domain=MAILBOX)
        self._at(days, partial(deeds.claim, post.person_id, address_of(given, family, outside)))
        if was_proved:
            self._at(days - 0.02, partial(deeds.prove, post.person_id))
