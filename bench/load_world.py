"""The partnership on which the load is put: a course that asks managers, one session without places yet, and people."""

from dataclasses import dataclass

from flask import Flask
from flask_migrate import upgrade

from tests.factories import make_agency, make_course, make_person, make_session, number
from tests.pages import Client
from training.agencies.models import Agency, AgencyDomain
from training.catalogue.models import Agreement
from training.core import clock
from training.core.database import db
from training.core.viewer import Role
from training.people.models import Person

AGENCIES = 10
MANAGERS_OF_AN_AGENCY = 3


@dataclass(frozen=True)
class Visitor:
    """Somebody with an account who is signed in: the cookie of their browser and the address they come from."""

    number: int
    cookie_name: str
    cookie: str

    @property
    def network_address(self) -> str:
        """An address of their own, so that no limit by address mistakes them for one machine."""
        return f"10.{self.number // 65536 % 256}.{self.number // 256 % 256}.{self.number % 256}"


@dataclass(frozen=True)
class World:
    """Who is there and what they want."""

    session_id: int
    session_ref: str
    officer: Visitor
    early: tuple[Visitor, ...]
    """They ask while there is no place at all, and wait."""
    bookers: tuple[Visitor, ...]


def make_world(app: Flask, *, early: int, bookers: int) -> World:
    """Fill the migrated, empty database of `app`, and sign everybody in."""
    with app.app_context():
        upgrade()
        agencies = [_agency(place) for place in range(AGENCIES)]
        people = [_person(agencies, place) for place in range(early + bookers)]
        officer = make_person("Ola", "Officer", role=Role.OFFICER)
        course_session = make_session(make_course("Early help", agreement=Agreement.ASKED), capacity=0)
        db.session.commit()
        visitors = [_visitor(app, person, place) for place, person in enumerate([officer, *people], 1)]
        world = World(
            course_session.id,
            course_session.ref,
            visitors[0],
            tuple(visitors[1 : early + 1]),
            tuple(visitors[early + 1 :]),
        )
        db.session.remove()
        db.engine.dispose()
    return world


def _agency(place: int) -> Agency:
    agency = make_agency()
    db.session.add(AgencyDomain(agency_id=agency.id, domain=f"agency{place}.example"))
    db.session.flush()
    return agency


def _person(agencies: list[Agency], place: int) -> Person:
    """Somebody with one of a few confirmed managers, each of whom so has several people to answer for."""
    which = place % AGENCIES
    person = make_person("Pat", address=f"pat{place}.{number()}@agency{which}.example", agency=agencies[which])
    manager = place // AGENCIES % MANAGERS_OF_AN_AGENCY
    job = person.employments[0]
    job.manager_name, job.manager_address = f"Mo Manager{manager}", f"mo{manager}@agency{which}.example"
    job.manager_confirmed_at = clock.now()
    return person


def _visitor(app: Flask, person: Person, place: int) -> Visitor:
    client = Client(app)
    client.sign_in(person)
    name = app.session_interface.get_cookie_name(app)
    return Visitor(place, name, client.cookie)
