"""Whose rule of agreement holds for a booking: the course’s, the nearest agency’s up the tree, the partnership’s."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_agency, make_course, make_person, make_session, viewer_of
from tests.pages import Client
from training.agencies.models import Agency, AgencyParent
from training.bookings.agreement_rule import AGREEMENT, agreement_above, agreement_for, agreements_for, own_rules
from training.bookings.models import Booking
from training.bookings.models_agencies import AgencyAgreement
from training.bookings.operations_agreement_rule import set_agency_rule
from training.bookings.wording_agreement import AGREEMENT_IN_WORDS, DIFFERS, SOME_DIFFER
from training.catalogue.models import Agreement, Course
from training.core import clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.people.models import Employment, RoleGrant, Standing


@pytest.fixture
def officer_signed_in(client: Client) -> None:
    """The client signed in as the officer."""
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)


def has_rule(agency: Agency, agreement: Agreement) -> None:
    db.session.add(AgencyAgreement(agency_id=agency.id, agreement=agreement))
    db.session.flush()


def stands_below(agency: Agency, parent: Agency, to_on: date | None = None) -> None:
    db.session.add(AgencyParent(agency_id=agency.id, parent_id=parent.id, from_on=date(2020, 1, 1), to_on=to_on))
    db.session.flush()


def open_course() -> Course:
    """A course without a rule of its own."""
    course = make_course()
    course.agreement = None
    db.session.flush()
    return course


def test_the_course_decides_before_the_agency_and_the_agency_before_the_partnership(app: Flask) -> None:
    agency = make_agency()
    course = open_course()
    assert agreement_for(course, agency.id) is Agreement.DECLARED
    change_setting(COMMAND, AGREEMENT, "none")
    assert agreement_for(course, agency.id) is Agreement.NONE
    has_rule(agency, Agreement.ASKED)
    assert agreement_for(course, agency.id) is Agreement.ASKED
    course.agreement = Agreement.DECLARED
    assert agreement_for(course, agency.id) is Agreement.DECLARED


def test_an_agency_to_be_confirmed_has_the_rule_of_the_partnership(app: Flask) -> None:
    has_rule(make_agency(), Agreement.ASKED)
    assert agreement_for(open_course(), None) is Agreement.DECLARED


def test_the_nearest_agency_above_that_has_a_rule_decides(app: Flask) -> None:
    school, trust, council, elsewhere = make_agency(), make_agency(), make_agency(), make_agency()
    stands_below(school, trust)
    stands_below(trust, council)
    stands_below(school, elsewhere, to_on=clock.months_later(clock.today(), -1))
    course = open_course()
    has_rule(elsewhere, Agreement.NONE)
    assert agreement_for(course, school.id) is Agreement.DECLARED
    has_rule(council, Agreement.ASKED)
    assert agreement_for(course, school.id) is Agreement.ASKED
    has_rule(trust, Agreement.NONE)
    found = agreements_for(course, [school.id, trust.id, council.id, elsewhere.id, None])
    assert list(found.values()) == [
        Agreement.NONE, Agreement.NONE, Agreement.ASKED, Agreement.NONE, Agreement.DECLARED,
    ]  # fmt: skip
    has_rule(school, Agreement.DECLARED)
    assert agreement_for(course, school.id) is Agreement.DECLARED
    assert agreement_above(school.id) is Agreement.NONE
    assert agreement_above(council.id) is Agreement.DECLARED


def test_a_circle_of_parents_ends_the_walk(app: Flask) -> None:
    one, two = make_agency(), make_agency()
    stands_below(one, two)
    stands_below(two, one)
    has_rule(make_agency(), Agreement.ASKED)
    assert agreement_for(open_course(), one.id) is Agreement.DECLARED


def test_an_agency_that_has_merged_follows_its_successor(app: Flask) -> None:
    before, after = make_agency(), make_agency()
    has_rule(before, Agreement.NONE)
    has_rule(after, Agreement.ASKED)
    before.ended_on, before.successor_id = clock.today(), after.id
    db.session.flush()
    assert agreement_for(open_course(), before.id) is Agreement.ASKED


def test_many_agencies_cost_as_much_as_one(app: Flask, statements: list[str]) -> None:
    keys = [make_agency().id for _ in range(6)]
    course = open_course()
    db.session.add(AgencyAgreement(agency_id=keys[0], agreement=Agreement.ASKED))
    db.session.flush()
    agreement_for(course, keys[0])
    statements.clear()
    agreement_for(course, keys[0])
    one = len(statements)
    statements.clear()
    agreements_for(course, keys)
    assert len(statements) == one <= 4


@pytest.mark.parametrize("rule", list(Agreement))
def test_the_public_page_says_what_the_partnership_asks(client: Client, rule: Agreement) -> None:
    course = open_course()
    change_setting(COMMAND, AGREEMENT, rule.value)
    db.session.commit()
    page = client.get(f"/courses/{course.slug}")
    assert AGREEMENT_IN_WORDS[rule] in page
    assert SOME_DIFFER not in page
    assert len(set(AGREEMENT_IN_WORDS.values())) == 3


def test_the_public_page_says_that_agencies_differ_and_shows_somebody_their_own(client: Client) -> None:
    agency, course = make_agency(), open_course()
    person = make_person(agency=agency)
    has_rule(agency, Agreement.ASKED)
    db.session.commit()
    assert f"{AGREEMENT_IN_WORDS[Agreement.DECLARED]} {SOME_DIFFER}" in client.get(f"/courses/{course.slug}")
    client.sign_in(person)
    page = client.get(f"/courses/{course.slug}")
    assert AGREEMENT_IN_WORDS[Agreement.ASKED] in page
    assert SOME_DIFFER not in page
    person.employments.append(
        Employment(agency=make_agency(), job_role="Governor", from_on=date(2024, 1, 1), standing=Standing.VOUCHED)
    )
    db.session.commit()
    assert DIFFERS in client.get(f"/courses/{course.slug}")


def test_the_rule_of_the_partnership_is_chosen_among_three(client: Client, officer_signed_in: None) -> None:
    page = client.get("/desk/settings/bookings.agreement")
    assert [radio["value"] for radio in page.select("input[type=radio]")] == ["none", "declared", "asked"]
    client.post("/desk/settings/bookings.agreement", {"value": "perhaps"}, status=400)
    after = client.submit(page, {"value": "asked"}, follow=True)
    assert after.flashes[0].endswith("is now The manager is asked, and says yes or no before the booking stands.")
    with pytest.raises(ValueError, match="must be one of"):
        change_setting(COMMAND, AGREEMENT, "perhaps")


def test_the_officer_gives_an_agency_a_rule_and_takes_it_away(client: Client, officer_signed_in: None) -> None:
    trust, school = make_agency("Sandby Trust"), make_agency("Sandby School")
    stands_below(school, trust)
    has_rule(trust, Agreement.NONE)
    db.session.commit()
    page = client.get(f"/desk/agencies/{school.code}")
    assert "Nobody is asked. The rule of Sandby Trust, for courses without one of their own." in page
    form = client.get(page.links["Change what line managers have to say"])
    assert form.one("input[type=radio][checked]")["value"] == "none-of-its-own"
    assert "Then: nobody is asked" in form
    client.post(f"/desk/agencies/{school.code}/agreement", {"rule": "perhaps"}, status=400)
    after = client.submit(form, {"rule": "asked"}, follow=True)
    assert "The manager is asked, and says yes or no. Its own rule" in after
    assert own_rules() == {trust.id: Agreement.NONE, school.id: Agreement.ASKED}
    form = client.get(f"/desk/agencies/{school.code}/agreement")
    client.submit(form, {"rule": "declared"}, follow=True)
    assert own_rules()[school.id] is Agreement.DECLARED
    form = client.get(f"/desk/agencies/{school.code}/agreement")
    client.submit(form, {"rule": "none-of-its-own"}, follow=True)
    assert own_rules() == {trust.id: Agreement.NONE}
    deeds = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "set the rule of agreement")).all()
    assert [entry.subject_id for entry in deeds] == [school.id] * 3


def test_only_the_officer_sets_the_rule_of_an_agency(app: Flask) -> None:
    agency, person = make_agency(), make_person()
    db.session.commit()
    set_agency_rule(COMMAND, agency.id, None)
    for viewer in (viewer_of(person), viewer_of(person, Role.ADMINISTRATOR), viewer_of(person, Role.AGENCY_LEAD)):
        with pytest.raises(LookupError):
            set_agency_rule(viewer, agency.id, Agreement.NONE)
    assert own_rules() == {}


def test_a_lead_sees_the_rule_of_each_of_their_agencies_and_whose_it_is(client: Client) -> None:
    trust, school, other = make_agency("Sandby Trust"), make_agency("Sandby School"), make_agency("Elsewhere")
    stands_below(school, trust)
    has_rule(school, Agreement.ASKED)
    lead = make_person(agency=trust)
    db.session.add(RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=trust, from_on=date(2020, 1, 1)))
    db.session.commit()
    client.sign_in(lead)
    page = client.get(client.get("/agency").links["What line managers have to say about bookings"])
    declared = "The learner says that their manager agrees; the manager is told and may object"
    assert page.rows() == [
        ["Sandby School", "The manager is asked, and says yes or no", "Its own rule"],
        ["Sandby Trust", declared, "The rule of the partnership"],
    ]
    assert other.name not in page
    client.get(f"/desk/agencies/{school.code}/agreement", status=403)


def with_job(agency: Agency) -> Employment:
    return Employment(agency=agency, job_role="Governor", from_on=date(2024, 1, 1), standing=Standing.VOUCHED)


@pytest.mark.parametrize(
    ("rule", "ticks", "says"),
    [
        (Agreement.NONE, False, False),
        (Agreement.DECLARED, True, False),
        (Agreement.ASKED, False, True),
    ],
)
def test_the_page_to_book_asks_what_the_agencys_rule_asks(
    client: Client, rule: Agreement, ticks: bool, says: bool
) -> None:
    agency, course_session = make_agency(), make_session(open_course())
    person, officer = make_person(agency=agency), make_person(role=Role.OFFICER)
    has_rule(agency, rule)
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    assert bool(page.select("[name=declared]")) is ticks
    assert ("whether you may go" in page) is says
    client.sign_in(officer)
    page = client.get(f"/desk/sessions/{course_session.ref}/people/book/{person.ref}")
    assert bool(page.select("[name=declared]")) is ticks
    assert ("The line manager is asked" in page) is says


def test_who_comes_in_one_of_several_roles_declares_it_where_that_agency_wants_it(client: Client) -> None:
    free, declares = make_agency("Free"), make_agency("Declares")
    course_session, person = make_session(open_course()), make_person(agency=free)
    person.employments.append(with_job(declares))
    has_rule(free, Agreement.NONE)
    db.session.commit()
    client.sign_in(person)
    page = client.get(f"/sessions/{course_session.ref}/book")
    jobs = {job.agency_id: str(job.id) for job in person.employments}
    refused = client.submit(page, {"employment": jobs[declares.id]}, status=400)
    assert refused.errors == ["Confirm that your line manager has agreed"]
    client.submit(refused, {"employment": jobs[free.id]})
    assert db.session.scalars(select(Booking)).one().agreement is Agreement.NONE
