"""Filling an empty database with the demonstration: all of it in one transaction, or nothing."""

from dataclasses import dataclass

from sqlalchemy import func, select

from training.accounts.factors import ASKED_OF_THE_DESK
from training.agencies.models import Agency
from training.catalogue.models import Course
from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.settings import change_setting
from training.core.viewer import COMMAND, Role
from training.demonstration.accounts import SignIn, add_accounts, add_roles, sign_ins
from training.demonstration.agencies import NOTICE, PARTNERSHIP, add_agencies, codes
from training.demonstration.before_sessions import agree_to_terms, ask_and_remind
from training.demonstration.booking import Bookings
from training.demonstration.changes import merge_two, note_agencies
from training.demonstration.courses import add_courses
from training.demonstration.crowd import Crowd
from training.demonstration.current_year import add_current_year
from training.demonstration.diary import Diary, as_person
from training.demonstration.feedback import add_feedback
from training.demonstration.history import History
from training.demonstration.ledger import Ledger
from training.demonstration.matters import Matters
from training.demonstration.messages import settle
from training.demonstration.noted import note_year
from training.demonstration.people import begin_people
from training.demonstration.plans import add_plans
from training.demonstration.programme import planned_sessions, published_years
from training.demonstration.sessions import Schedule
from training.demonstration.told import tell_managers_so_far, write_digests
from training.demonstration.trainers import note_what_they_teach, tell_trainers
from training.schedule.models import SessionStatus
from training.web import layout

SEED = 2024


@dataclass(frozen=True)
class Filled:
    """What was done: how many rows were written beforehand (none the second time), and how to sign in."""

    rows: int
    sign_ins: tuple[SignIn, ...]


def fill(seed: int = SEED) -> Filled:
    """Write the demonstration, or nothing where it is there already.

    Refuses where there are agencies or courses that are not the demonstration's own: invented people must never
    stand among real ones. The caller commits.
    """
    if _is_filled():
        return Filled(0, sign_ins())
    now, today = clock.now(), clock.today()
    ledger = Ledger(seed)
    agencies = add_agencies(ledger)
    people = begin_people(ledger, today)
    people.fill(agencies)
    note_agencies(ledger, agencies, people.groups, today)
    cast = add_roles(people, agencies)
    newcomers = people.add_newcomers()
    diary = Diary(as_person(cast[Role.OFFICER].person_id, Role.OFFICER))
    courses = add_courses(ledger, people.groups)
    schedule = Schedule(ledger, people)
    schedule.add_venues()
    schedule.gather_pool(cast[Role.TRAINER])
    bookings = Bookings(ledger, now)
    history = History(ledger, people, bookings, Crowd(people, ledger.chance("crowd")))
    for published in published_years():
        for planned in planned_sessions(published, courses, ledger.chance(f"programme {published.year}")):
            session = schedule.add(planned, SessionStatus.FINISHED)
            history.hold(session, planned.attendances or 0)
    add_current_year(schedule, history, bookings, diary, courses, cast, newcomers, now)
    add_feedback(ledger, history.held, courses, now)
    add_plans(ledger, diary, history.held, schedule.sessions, courses, agencies, now)
    note_year(diary, ledger, history.held, schedule.sessions, now)
    note_what_they_teach(ledger, schedule, today)
    matters = Diary(diary.officer)
    Matters(ledger, people, cast, matters, now).note()
    people.write_addresses()
    add_accounts(ledger, cast)
    rows = ledger.write()
    agree_to_terms(now)
    # Before the deeds: messages bear the name.
    change_setting(COMMAND, layout.PARTNERSHIP_NAME, PARTNERSHIP)
    diary.replay()
    matters.replay()
    merge_two(diary.officer, now)
    ask_and_remind(now)
    tell_managers_so_far(now)
    write_digests(now)
    tell_trainers(now)
    settle(ledger.chance("messages"), now)
    change_setting(COMMAND, layout.NOTICE, NOTICE)
    # Its passwords are printed for everybody: nothing to protect, and a newcomer should get in at once.
    change_setting(COMMAND, ASKED_OF_THE_DESK, value=False)
    return Filled(rows, sign_ins())


def _is_filled() -> bool:
    """Whether the demonstration is there; raises Refused where something else is."""
    present = set(db.session.scalars(select(Agency.code)))
    foreign = present - codes()
    if foreign:
        raise Refused(
            f"This database holds agencies that are not the demonstration’s, such as {min(foreign)}. "
            "The demonstration needs a database of its own"
        )
    if present:
        return True
    if db.session.scalar(select(func.count()).select_from(Course)):
        raise Refused("This database already holds courses. The demonstration needs a database of its own")
    return False
