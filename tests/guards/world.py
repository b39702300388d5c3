"""Two sides that know nothing of each other: an agency, its people, a session they come to, and what hangs on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select, text

from tests.factories import make_agency, make_assignment, make_booking, make_course, make_person, make_session
from training.agencies.models import Agency, AgencyParent, Sector
from training.attendance.models import Presence
from training.attendance.operations import MarkWanted, close_register, take_register
from training.attendance.rules import NOT_MARKED, MarkState
from training.bookings.models import Booking, BookingWarning, CourseWait, Reservation
from training.bookings.models_agencies import GroupBooking
from training.catalogue.models import Agreement
from training.core import clock
from training.core.batches import Batch, BatchState
from training.core.database import Base, db
from training.core.viewer import COMMAND, Role
from training.evaluations.ticks import open_and_ask
from training.people.models import LeadRequest, Person, RoleGrant, Standing
from training.people.staff_lists import STAFF_LIST
from training.schedule.models import AssignmentState

BEGAN = date(2020, 1, 1)


@dataclass(frozen=True)
class Side:
    """One side as plain values; its word ends every name on it, so that a page that leaks is found by looking."""

    word: str
    agency: str
    """The agency's code."""
    people: dict[str, int]
    """The keys of its learner, lead, trainer, deputy, and a newcomer whom nobody has vouched for."""
    refs: dict[str, str]
    """Their references."""
    held: str
    """The session that was held yesterday, its register still open."""
    comes: str
    """The learner's booking on the session in four weeks."""
    evaluates: str
    """The learner's booking on the session that is finished, with its evaluation open."""
    asks: str
    """The session that the trainer is asked to teach."""
    wish: str
    """The learner's request to lead an agency below, for the lead to decide."""
    file: str
    """A staff list that the lead brought."""
    waits: str
    """What the learner waits for."""


def make_sides() -> tuple[Side, Side]:
    """Two sides, committed."""
    sides = make_side("Nearmere"), make_side("Farfield")
    db.session.commit()
    open_and_ask()
    return sides


def make_side(word: str) -> Side:
    """A side whose learner was booked yesterday, twice, and comes again in four weeks; flushed, not committed."""
    sector = Sector(name=f"Sector {word}", reporting_group="Other")
    agency, below = make_agency(f"Hospital {word}", sector), make_agency(f"Ward {word}", sector)
    db.session.add(AgencyParent(agency_id=below.id, parent_id=agency.id, from_on=BEGAN))
    people = {
        given.lower(): make_person(given, f"{given}{word}", address=f"{given}@{word}.example".lower(), agency=agency)
        for given in ("Learner", "Lead", "Trainer", "Deputy", "Newcomer")
    }
    people["newcomer"].employments[0].standing = Standing.ASKED
    give_roles(people, agency)
    wish = LeadRequest(ref=f"LR-{word}".upper(), person=people["learner"], agency=below)
    file = Batch(
        ref=f"FILE-{word}".upper(), kind=STAFF_LIST.name, asked_by_id=people["lead"].id,
        state=BatchState.READY, file_name="staff.csv",
        given={"agency": agency.id, "as_lead": True, "last_on": BEGAN.isoformat()},
    )  # fmt: skip
    wait = CourseWait(ref=f"WAIT-{word}".upper(), course=make_course(), person=people["learner"])
    db.session.add_all([wish, file, wait])
    held, asks, comes, evaluates = make_sessions(people["trainer"], people["learner"])
    make_group(word, agency, people["lead"], comes)
    return Side(
        word,
        agency.code,
        {name: person.id for name, person in people.items()},
        {name: person.ref for name, person in people.items()},
        held,
        comes,
        evaluates,
        asks,
        wish.ref,
        file.ref,
        wait.ref,
    )


def give_roles(people: dict[str, Person], agency: Agency) -> None:
    """Make the lead, the deputy and the trainer what they are called."""
    lead, deputy, trainer = people["lead"], people["deputy"], people["trainer"]
    db.session.add_all(
        [
            RoleGrant(person=lead, role=Role.AGENCY_LEAD, agency=agency, from_on=BEGAN),
            RoleGrant(person=deputy, role=Role.AGENCY_LEAD, agency=agency, from_on=BEGAN, is_deputy=True),
            RoleGrant(person=trainer, role=Role.TRAINER, from_on=BEGAN),
        ]
    )


def make_group(word: str, agency: Agency, lead: Person, comes: str) -> None:
    """A group of which the booking with the reference `comes` is, and two places reserved on its session."""
    booking = db.session.scalars(select(Booking).where(Booking.ref == comes)).one()
    booking.group = GroupBooking(
        ref=f"G-{word}".upper(), session_id=booking.session_id, agency=agency, asked_by=lead, together=False
    )
    kept = Reservation(
        ref=f"R-{word}".upper(), session_id=booking.session_id, agency=agency, places=2, asked_by=lead,
        name_by=clock.now() + timedelta(days=7),
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()


def make_sessions(trainer: Person, learner: Person) -> tuple[str, str, str, str]:
    """References: of a session held yesterday, of one to come that the trainer is asked to teach, and of the learner's
    bookings on one to come and on one that is finished."""
    yesterday = clock.today() - timedelta(days=1)
    held, coming, finished = make_session(on=yesterday), make_session(), make_session(on=yesterday)
    for course_session in (held, finished):
        make_assignment(course_session, trainer)
    make_assignment(coming, trainer, state=AssignmentState.ASKED)
    make_booking(held, learner)
    comes = make_booking(coming, learner, agreement=Agreement.ASKED, agreed_at=clock.now())
    evaluates = make_booking(finished, learner)
    db.session.add(
        BookingWarning(booking_id=comes.id, kind="audience", sentence="For others.", note="I work with them")
    )
    (part,) = finished.parts
    take_register(COMMAND, part.id, [MarkWanted(evaluates.ref, MarkState(Presence.ATTENDED), NOT_MARKED)])
    close_register(COMMAND, part.id)
    return held.ref, coming.ref, comes.ref, evaluates.ref


@dataclass(frozen=True)
class Reach:
    """What an address with a variable part is about, and who may open it."""

    parts: Callable[[Side], dict[str, str]]
    """What stands in its variable parts when it is about a row of that side."""
    owners: frozenset[str]
    """Who of a side may open what is that side's own, such as `learner`."""
    everywhere: frozenset[str] = frozenset()
    """Roles that may open it on every side."""

    def is_open_to(self, name: str, *, own: bool) -> bool:
        """Whether the visitor called `name` may open it where it is, or is not, about their own side."""
        return name in self.everywhere or (own and name in self.owners)


def rows_by_table(connection: Connection, but: frozenset[str]) -> dict[str, list[str]]:
    """Every row of every table as text, in order, but of the tables named; to see whether anything changed."""
    return {
        table.name: sorted(str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table.name}"')))
        for table in Base.metadata.sorted_tables
        if table.name not in but
    }
