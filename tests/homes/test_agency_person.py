"""What a lead sees of somebody's training: what is in date, what was done while it was theirs, and nothing before."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from tests.factories import make_agency, make_course, make_person
from tests.pages import Client
from tests.people.test_standing import lead_of
from training.agencies.models import Agency, AgencyParent
from training.core import clock
from training.core.database import db
from training.people.models import Person
from training.records.models import Completion, Proof

JOINED_DAYS_AGO = 100


@pytest.fixture
def learner(app: Flask) -> Person:
    """Works at a school that joined a trust; both have leads, and the learner did four courses."""
    trust, school = make_agency("Trust"), make_agency("School")
    today = clock.today()
    joined = today - timedelta(days=JOINED_DAYS_AGO)
    db.session.add(AgencyParent(agency_id=school.id, parent_id=trust.id, from_on=joined))
    school.created_at -= timedelta(days=2000)
    person = make_person("Ada", "Obi", agency=school)
    done(person, "Ran out before", joined - timedelta(days=30), today - timedelta(days=1))
    done(person, "In date from before", joined - timedelta(days=30), today + timedelta(days=300))
    done(person, "Ran out since", joined + timedelta(days=1), today - timedelta(days=1))
    done(person, "Done on the day", joined, today - timedelta(days=1))
    db.session.commit()
    return person


def done(person: Person, title: str, on: date, until: date) -> None:
    course = make_course(title)
    db.session.add(
        Completion(
            person=person, course=course, edition=course.edition, completed_on=on, hours=Decimal(6), expires_on=until,
            proof=Proof.REGISTER, source=f"session:{title}",
        )
    )  # fmt: skip


def shown_to_lead_of(client: Client, name: str, ref: str) -> list[str]:
    lead, _ = lead_of(db.session.scalars(db.select(Agency).where(Agency.name == name)).one())
    db.session.commit()
    client.sign_in(lead)
    page = client.get(f"/agency/people/{ref}")
    return sorted(line.partition(",")[0] for line in page.words("main li") if "date until" in line or "ran out" in line)


def test_a_trust_sees_nothing_that_ran_out_before_the_school_joined(client: Client, learner: Person) -> None:
    shown = shown_to_lead_of(client, "Trust", learner.ref)
    assert shown == ["Done on the day", "In date from before", "Ran out since"]


def test_the_schools_own_lead_sees_all_of_it(client: Client, learner: Person) -> None:
    shown = shown_to_lead_of(client, "School", learner.ref)
    assert shown == ["Done on the day", "In date from before", "Ran out before", "Ran out since"]
