"""For whom somebody books and cancels: of many people the same as of one, and nobody beyond it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_agency, make_booking, make_person, make_session
from tests.groups.asked import make_lead
from training.agencies.models import AgencyParent
from training.bookings.models import Booking
from training.bookings.reach import acts_as, books_for_others, may_book_for
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Grant, Role, Viewer, ViewerKind
from training.groups.queries import in_charge_of
from training.groups.queries_people import candidates, range_of
from training.people.models import Employment, Person, Standing


class Many:
    """People in every relation to a lead of a trust and to a manager: below, elsewhere, asked, with two jobs."""

    def __init__(self) -> None:
        self.top, below, other = make_agency("Trust"), make_agency("School"), make_agency("Elsewhere")
        db.session.add(AgencyParent(agency_id=below.id, parent_id=self.top.id, from_on=date(2020, 1, 1)))
        self.viewer = make_person("Vi", "Viewer", agency=self.top)
        self.known = [make_person(agency=agency) for agency in (self.top, below, other)]
        asked = make_person(agency=self.top)
        asked.employments[0].standing = Standing.ASKED
        two_jobs = make_person(agency=self.top)
        two_jobs.employments.append(
            Employment(agency=other, job_role="Governor", from_on=date(2020, 1, 1), standing=Standing.VOUCHED)
        )
        gone = make_person(agency=self.top)
        gone.employments[0].to_on = date(2021, 1, 1)
        managed, unconfirmed = make_person(agency=other), make_person(agency=other)
        for person in (managed, unconfirmed):
            person.employments[0].manager_address = self.viewer.address or ""
        managed.employments[0].manager_confirmed_at = clock.now()
        self.people = [*self.known, asked, two_jobs, gone, managed, unconfirmed, self.viewer, make_person()]
        self.managed = managed
        self.session = make_session()
        for person in self.people:
            make_booking(self.session, person)
        db.session.commit()


def plain(many: Many) -> Viewer:
    return Viewer(ViewerKind.PERSON, many.viewer.id)


def as_lead(many: Many) -> Viewer:
    return Viewer(ViewerKind.PERSON, many.viewer.id, (Grant(Role.AGENCY_LEAD, many.top.id),))


def as_officer(many: Many) -> Viewer:
    return Viewer(ViewerKind.PERSON, many.viewer.id, (Grant(Role.OFFICER),))


EVERYBODY: list[Callable[[Many], Viewer]] = [plain, as_lead, as_officer, lambda _: COMMAND]


@pytest.mark.parametrize("who", EVERYBODY, ids=["manager", "lead", "officer", "command"])
def test_of_many_the_same_holds_as_of_one(app: Flask, who: Callable[[Many], Viewer]) -> None:
    many = Many()
    viewer = who(many)
    reach = range_of(viewer)
    jobs = [job for person in many.people for job in person.employments]
    assert [reach.covers(job) for job in jobs] == [may_book_for(viewer, job.person_id, job) for job in jobs]
    found = candidates(viewer, [person.ref for person in many.people], many.session)
    for one in found.values():
        assert all(may_book_for(viewer, one.person_id, job) for job in one.jobs)
    others = [booking for booking in db.session.scalars(select(Booking)) if booking.person_id != viewer.person_id]
    allowed = set(db.session.scalars(select(Booking.id).where(in_charge_of(viewer))))
    assert {one.id for one in others if acts_as(viewer, one) is not None} == allowed - {
        one.id for one in db.session.scalars(select(Booking)) if one.person_id == viewer.person_id
    }


def test_a_manager_reaches_only_those_who_are_confirmed_as_theirs(app: Flask) -> None:
    many = Many()
    found = candidates(plain(many), [person.ref for person in many.people], many.session)
    assert list(found) == [many.managed.ref]
    assert books_for_others(plain(many))
    (address,) = many.viewer.addresses
    address.confirmed_at = None
    db.session.commit()
    assert not books_for_others(plain(many)), "an address that nobody confirmed is nobody's"
    assert candidates(plain(many), [many.managed.ref], many.session) == {}


def test_a_job_elsewhere_is_neither_shown_nor_booked(app: Flask) -> None:
    many = Many()
    two_jobs: Person = many.people[4]
    one = candidates(as_lead(many), [two_jobs.ref], many.session)[two_jobs.ref]
    assert [job.agency_id for job in one.jobs] == [many.top.id]


def test_a_manager_of_a_job_that_is_over_books_nobody(app: Flask) -> None:
    many = Many()
    many.managed.employments[0].to_on = date(2021, 1, 1)
    db.session.commit()
    assert not books_for_others(plain(many))
    make_lead(many.viewer, many.top, to_on=date(2021, 1, 1))
    db.session.commit()
    assert candidates(plain(many), [person.ref for person in many.people], many.session) == {}
