"""A page that grows costs the same number of statements for 3 rows and for 30."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

import pytest

from tests.conftest import WallClock
from tests.factories import (
    make_agency,
    make_assignment,
    make_booking,
    make_course,
    make_person,
    make_session,
    make_venue,
    number,
)
from tests.guards import (
    growing_agreements,
    growing_bookings,
    growing_changes,
    growing_files,
    growing_groups,
    growing_messages,
    growing_trainers,
    growing_waits,
)
from tests.guards.growing import Growing
from tests.pages import Client
from tests.reports.world import A, finished, marked
from training.agencies.models import Agency, AgencyMembership
from training.agencies.operations import add_sector, set_domains
from training.agencies.operations_names import add_alias
from training.agencies.operations_tree import set_parent
from training.bookings.models import Booking, BookingState, BookingWarning
from training.bookings.models_needs import BookingNeed
from training.catalogue.models import CourseKind
from training.catalogue.operations import add_priority
from training.core import audit, clock
from training.core.database import db
from training.core.tasks import register_task, start_task
from training.core.viewer import COMMAND, Role
from training.custody.models import RetentionRun
from training.evaluations.operations import open_requests
from training.people.models import Employment, LeadRequest, Person, RequestState, SignIn, Standing
from training.people.operations import open_account
from training.people.operations_roles import grant_role
from training.planning.operations import LineFacts, add_line, open_plan, set_targets
from training.planning.years import TrainingYear
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerPart

NOW = "2026-12-03 10:00"
YESTERDAY, SOON = date(2026, 12, 2), date(2026, 12, 8)
QUARTERS = (1, 0, 2, 0), (25, 0, 50, 0)
LONG_WORK = register_task("test.guards", "Long work", lambda _viewer, _given: [])


def waiting(course_session: CourseSession, person: Person | None = None) -> Booking:
    """A booking on the waiting list."""
    return make_booking(
        course_session, person, state=BookingState.WAITING, confirmed_at=None, waiting_since=clock.now()
    )


def courses(query: str) -> Growing:
    course = make_course("Neglect", slug="neglect")

    def add() -> None:
        make_booking(make_session(course, days=2))
        make_booking(make_session(make_course(kind=CourseKind.BRIEFING)))

    return Growing(f"/courses{query}", add)


def front() -> Growing:
    return Growing("/", lambda: make_booking(make_session(days=2)))


def my() -> Growing:
    person = make_person(agency=make_agency())

    def add() -> None:
        make_booking(make_session(days=2), person)
        waiting(make_session(), person)
        marked(finished(make_course(), YESTERDAY), person, A)

    return Growing("/my", add, person)


def my_bookings() -> Growing:
    growing = my()
    return Growing("/my/bookings", growing.add, growing.reader)


def my_sign_ins() -> Growing:
    person = make_person()

    def add() -> None:
        db.session.add(
            SignIn(account=person.account, key_hash=str(number()), device="Firefox on Windows", way="password")
        )
        db.session.flush()

    return Growing("/my/account/sign-ins", add, person)


def teaching() -> Growing:
    trainer = make_person(role=Role.TRAINER)

    def add() -> None:
        for on in (YESTERDAY, SOON):
            course_session = make_session(on=on)
            make_assignment(course_session, trainer)
            make_booking(course_session)
        make_assignment(make_session(days=2), trainer, state=AssignmentState.ASKED)

    return Growing("/teaching", add, trainer)


def desk() -> Growing:
    def add() -> None:
        make_session(on=YESTERDAY)
        make_session(make_course(minimum=5), on=SOON)
        make_session(on=SOON, status=SessionStatus.DRAFT, published_at=None)
        waiting(make_session(on=SOON))
        asked = make_session(on=SOON)
        make_assignment(asked, make_person(), state=AssignmentState.DECLINED)
        make_assignment(asked, make_person(), state=AssignmentState.ASKED).created_at = clock.now() - timedelta(days=30)
        db.session.add(BookingNeed(booking=make_booking(asked), support="A loop"))

    return Growing("/desk", add)


def kept_needs() -> Growing:
    person = make_person()

    def add() -> None:
        db.session.add(BookingNeed(booking=make_booking(make_session(), person), support="A loop"))

    return Growing("/my/account/needs", add, person)


def programme(query: str) -> Growing:
    def add() -> None:
        draft = make_session(on=SOON, days=2, status=SessionStatus.DRAFT, published_at=None)
        for part in (TrainerPart.LEAD, TrainerPart.CO_TRAINER):
            make_assignment(draft, make_person(agency=make_agency()), part)

    return Growing(f"/desk/programme{query}", add)


def rolled_forward() -> Growing:
    def add() -> None:
        course_session = make_session(on=YESTERDAY, status=SessionStatus.FINISHED)
        make_assignment(course_session, make_person(role=Role.TRAINER, agency=make_agency()))

    start = "start-day=5&start-month=4&start-year=2027"
    return Growing(f"/desk/programme/roll-forward?term=2026-autumn&trainers=yes&{start}", add)


def desk_sessions() -> Growing:
    def add() -> None:
        course_session = make_session(days=2)
        make_booking(course_session)
        make_assignment(course_session, make_person())

    return Growing("/desk/sessions", add)


def taught_session() -> tuple[CourseSession, Callable[[], None]]:
    """A session, and what adds a trainer who teaches elsewhere in the same hours, and two bookings."""
    course_session = make_session(on=SOON, days=2, capacity=80)

    def add() -> None:
        trainer = make_person(role=Role.TRAINER)
        make_assignment(course_session, trainer, state=AssignmentState.ASKED)
        make_assignment(make_session(on=SOON), trainer)
        make_assignment(course_session, make_person(), state=AssignmentState.DECLINED)
        make_booking(course_session, make_person(agency=make_agency()))
        waiting(course_session, make_person(agency=make_agency()))

    return course_session, add


def desk_session(below: str) -> Growing:
    course_session, add = taught_session()
    return Growing(f"/desk/sessions/{course_session.ref}{below}", add)


def people_found() -> Growing:
    address = f"/desk/sessions/{make_session().ref}/people/find?q=ada"
    return Growing(address, lambda: make_person("Ada", agency=make_agency()))


def desk_venues() -> Growing:
    return Growing("/desk/venues", make_venue)


def desk_courses() -> Growing:
    return Growing("/desk/courses", make_course)


def desk_priorities() -> Growing:
    return Growing("/desk/priorities", lambda: add_priority(COMMAND, f"Priority {number()}", date(2026, 4, 1)))


def desk_people() -> Growing:
    return Growing("/desk/people", lambda: make_person(agency=make_agency(), role=Role.TRAINER))


def questions(view: str) -> Growing:
    def add() -> None:
        booking = make_booking(make_session(), make_person(agency=make_agency()))
        settled_at = clock.now() if view == "answered" else None
        for kind in ("prerequisite", "clash"):
            db.session.add(
                BookingWarning(booking_id=booking.id, kind=kind, sentence="One.", note="Why.", settled_at=settled_at)
            )

    return Growing(f"/desk/bookings/questions?view={view}", add)


def desk_person() -> Growing:
    person = make_person(agency=make_agency())

    def add() -> None:
        grant_role(COMMAND, person, Role.AGENCY_LEAD, make_agency().id)
        make_booking(make_session(), person)

    return Growing(f"/desk/people/{person.ref}", add)


def led() -> tuple[Agency, Person]:
    """An agency with its lead."""
    agency, lead = make_agency(), make_person()
    grant_role(COMMAND, lead, Role.AGENCY_LEAD, agency.id)
    return agency, lead


def agency_people() -> Growing:
    agency, lead = led()
    return Growing("/agency/people", lambda: make_person(agency=agency), lead)


def people_to_confirm(address: str, at_desk: bool) -> Growing:
    agency, lead = led()

    def add() -> None:
        make_person(agency=agency).employments[0].standing = Standing.ASKED
        job = make_person(agency=agency).employments[0]
        job.manager_name = job.manager_address = f"manager.{number()}@else.example"

    return Growing(address, add, None if at_desk else lead)


def lead_requests() -> Growing:
    def add() -> None:
        request = LeadRequest(
            ref=f"L-{number()}", person=make_person(), agency=make_agency(), reason="I am", state=RequestState.ASKED
        )
        db.session.add(request)

    return Growing("/desk/people/lead-requests", add)


def closed_accounts() -> Growing:
    def add() -> None:
        account = open_account(make_person(), None, None)
        account.active, account.closed_at, account.closed_because = False, clock.now(), "Not used"

    return Growing("/desk/people/closed-accounts", add)


def duplicates() -> Growing:
    agency = make_agency()
    return Growing("/desk/people/duplicates", lambda: make_person("Ada", "Obi", agency=agency))


def other_records() -> Growing:
    person = make_person("Ada", "Obi")
    return Growing(f"/desk/people/{person.ref}/merge?q=ada", lambda: make_person("Ada", agency=make_agency()))


def past_their_time() -> Growing:
    def add() -> None:
        person = make_person()
        person.created_at = clock.now() - timedelta(days=3000)

    return Growing("/desk/settings/retention/people", add)


def retention_runs() -> Growing:
    def add() -> None:
        db.session.add(
            RetentionRun(record_class="notes", older_than=YESTERDAY, removed=5, asked_by_id=make_person().id)
        )

    return Growing("/desk/settings/retention", add)


def desk_agencies() -> Growing:
    return Growing("/desk/agencies", make_agency)


def desk_agency() -> Growing:
    agency = make_agency()

    def add() -> None:
        add_alias(COMMAND, agency, f"Name {number()}")
        set_parent(COMMAND, make_agency(), agency, date(2026, 4, 1))
        day = date(2020, 1, 1) + timedelta(days=10 * number())
        db.session.add(AgencyMembership(agency_id=agency.id, from_on=day, to_on=day))
        grant_role(COMMAND, make_person(), Role.AGENCY_LEAD, agency.id)

    return Growing(f"/desk/agencies/{agency.code}", add)


def to_confirm() -> Growing:
    def add() -> None:
        job = Employment(
            agency_named=f"Club {number()}", job_role="Coach", standing=Standing.ASKED, from_on=date(2026, 1, 1)
        )
        make_person().employments.append(job)
        make_booking(make_session(), make_person(agency=make_agency()), agency=None)

    return Growing("/desk/agencies/to-confirm", add)


def ending() -> Growing:
    agency, other = make_agency(), make_agency()

    def add() -> None:
        make_booking(make_session(), make_person(agency=agency))
        set_parent(COMMAND, make_agency(), agency, date(2026, 4, 1))

    day = "last_on-day=2&last_on-month=12&last_on-year=2026"
    return Growing(f"/desk/agencies/{agency.code}/merge?successor={other.id}&leads=end&{day}", add)


def domain_change() -> Growing:
    agency = make_agency()
    set_domains(COMMAND, agency, ["people.example"])
    asked = "old=people.example&new=new.example&again=new.example&keep=drop"
    return Growing(f"/desk/agencies/{agency.code}/domain?{asked}", lambda: make_person(agency=agency))


def desk_sectors() -> Growing:
    return Growing("/desk/agencies/sectors", lambda: make_agency(sector=add_sector(COMMAND, f"Sector {number()}", "B")))


def desk_plans() -> Growing:
    years, course = count(2020), make_course()

    def add() -> None:
        plan = open_plan(COMMAND, TrainingYear(next(years)))
        set_targets(COMMAND, add_line(COMMAND, plan.id, course.id, LineFacts("", *QUARTERS)).id, {make_agency().id: 5})

    return Growing("/desk/plan", add)


def desk_plan() -> Growing:
    plan = open_plan(COMMAND, TrainingYear(2026))

    def add() -> None:
        line = add_line(COMMAND, plan.id, make_course().id, LineFacts("", *QUARTERS))
        set_targets(COMMAND, line.id, {make_agency().id: 5})

    return Growing("/desk/plan/2026-27", add)


def desk_evaluations() -> Growing:
    def add() -> None:
        course_session = finished(make_course(), YESTERDAY)
        marked(course_session, make_person(), A)
        open_requests(course_session.id)

    return Growing("/desk/evaluations", add)


def desk_tasks() -> Growing:
    return Growing("/desk/tasks", lambda: start_task(COMMAND, LONG_WORK, {}))


def reports(below: str) -> Growing:
    plan = open_plan(COMMAND, TrainingYear(2026))

    def add() -> None:
        course, agency = make_course(), make_agency()
        marked(finished(course, YESTERDAY), make_person(agency=agency), A)
        line = add_line(COMMAND, plan.id, course.id, LineFacts("", *QUARTERS))
        set_targets(COMMAND, line.id, {agency.id: 5})

    return Growing(f"/reports{below}", add)


def audit_log() -> Growing:
    def add() -> None:
        booking = make_booking(make_session(), make_person(agency=make_agency()))
        audit.record(COMMAND, "booked", booking, after={"agency_id": booking.agency_id, "person_id": booking.person_id})

    return Growing("/desk/audit", add)


PAGES: dict[str, Callable[[], Growing]] = {
    **growing_files.PAGES,
    "front page": front,
    "courses by date": lambda: courses(""),
    "courses by course": lambda: courses("?view=courses"),
    "courses by month": lambda: courses("?view=month"),
    "one course": lambda: courses("/neglect"),
    "my learning": my,
    "my bookings": my_bookings,
    "my sign-ins": my_sign_ins,
    "teaching": teaching,
    "desk": desk,
    "needs kept for me": kept_needs,
    "sessions": desk_sessions,
    "programme": lambda: programme("?term=2026-autumn"),
    "drafts of the programme": lambda: programme("/drafts"),
    "programme rolled forward": rolled_forward,
    "one session": lambda: desk_session(""),
    **growing_trainers.PAGES,
    **growing_agreements.PAGES,
    **growing_bookings.PAGES,
    **growing_changes.PAGES,
    **growing_groups.PAGES,
    **growing_waits.PAGES,
    "its trainers": lambda: desk_session("/trainers"),
    "its people": lambda: desk_session("/people"),
    "people to book": people_found,
    "venues": desk_venues,
    "courses at the desk": desk_courses,
    "priorities": desk_priorities,
    "people": desk_people,
    "questions about bookings": lambda: questions("open"),
    "questions answered": lambda: questions("answered"),
    "one person": desk_person,
    "a lead's people": agency_people,
    "a lead's people to confirm": lambda: people_to_confirm("/agency/to-confirm", False),
    "people to confirm": lambda: people_to_confirm("/desk/people/to-confirm", True),
    "requests to lead": lead_requests,
    "closed accounts": closed_accounts,
    "likely duplicates": duplicates,
    "other records": other_records,
    "people past their time": past_their_time,
    "runs of retention": retention_runs,
    "agencies": desk_agencies,
    "one agency": desk_agency,
    "agencies to be confirmed": to_confirm,
    "an agency that ends": ending,
    "change of domain": domain_change,
    "sectors": desk_sectors,
    "plans": desk_plans,
    "one plan": desk_plan,
    "evaluations": desk_evaluations,
    **growing_messages.PAGES,
    "tasks": desk_tasks,
    "audit log": audit_log,
    "reports": lambda: reports(""),
    "attendance by agency": lambda: reports("/agencies"),
    "attendance by organisation then": lambda: reports("/agencies?level=parent"),
    "attendance by agency now": lambda: reports("/agencies?agencies=now"),
    "delivery": lambda: reports("/delivery"),
}


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_a_page_costs_the_same_for_3_rows_and_for_30(
    client: Client, wall_clock: WallClock, statements: list[str], make: Callable[[], Growing]
) -> None:
    wall_clock.set(NOW)
    growing = make()
    client.sign_in(growing.reader or make_person(role=Role.OFFICER))
    sent: list[list[str]] = []
    lengths: list[int] = []
    for more in (3, 27):
        for _ in range(more):
            growing.add()
        db.session.commit()
        client.get(growing.address)
        statements.clear()
        page = client.get(growing.address)
        sent.append(statements.copy())
        lengths.append(len(page.body))
    assert lengths[0] < lengths[1], "the page shows nothing of what was added"
    assert len(sent[0]) == len(sent[1]), [one for one in sent[1] if sent[1].count(one) > sent[0].count(one)]
