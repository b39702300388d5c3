"""The front page of each audience names what is next and what needs doing."""

from datetime import date, timedelta

from tests.factories import make_course, make_person, make_session
from tests.pages import Client
from training.bookings.models import Booking, BookingState
from training.catalogue.models import Agreement, CourseKind, Mode
from training.core import clock
from training.core.columns import new_reference
from training.core.database import db
from training.core.outbox import MessageState, OutboxMessage
from training.core.viewer import Role
from training.people.models import Employment, Person, Standing
from training.schedule.models import (
    AssignmentState,
    CourseSession,
    SessionStatus,
    TrainerAssignment,
    TrainerPart,
)


def make_booking(course_session: CourseSession, person: Person, state: BookingState) -> Booking:
    now = clock.now()
    booking = Booking(
        ref=new_reference("B", 6),
        course_session=course_session,
        person=person,
        job_role="Social worker",
        state=state,
        agreement=Agreement.NONE,
        waiting_since=now if state is BookingState.WAITING else None,
        confirmed_at=now if state is BookingState.CONFIRMED else None,
    )
    db.session.add(booking)
    db.session.flush()
    return booking


def make_trainer(course_session: CourseSession, person: Person, part: TrainerPart = TrainerPart.LEAD) -> None:
    db.session.add(
        TrainerAssignment(course_session=course_session, person=person, part=part, state=AssignmentState.ACCEPTED)
    )
    db.session.flush()


def yesterday() -> date:
    return clock.today() - timedelta(days=1)


def test_the_front_page_names_the_next_sessions_with_places(client: Client) -> None:
    full = make_session(make_course("Neglect"), capacity=1)
    make_booking(full, make_person(), BookingState.CONFIRMED)
    make_session(make_course("Working together"), capacity=20)
    make_session(make_course("Not yet"), status=SessionStatus.DRAFT, published_at=None)
    make_session(make_course("Board", kind=CourseKind.MEETING))
    db.session.commit()

    page = client.get("/")

    assert page.words(".muster-session__title") == ["Working together"]
    assert "20 places left" in page
    assert page.links["Sign in"].startswith("/sign-in")


def test_the_front_page_searches_the_programme(client: Client) -> None:
    page = client.get("/")
    found = client.submit(page, {"words": "harmful practices"}, form="form[role=search]")
    assert found.url == "/courses?words=harmful+practices"


def test_a_learner_sees_their_own_bookings_and_nobody_elses(client: Client) -> None:
    person, other = make_person(), make_person()
    make_booking(make_session(make_course("Neglect")), person, BookingState.CONFIRMED)
    make_booking(make_session(make_course("Prevent", mode=Mode.VIRTUAL)), person, BookingState.WAITING)
    make_booking(make_session(make_course("Private fostering")), person, BookingState.LAPSED)
    make_booking(make_session(make_course("Adultification")), other, BookingState.CONFIRMED)
    db.session.commit()
    client.sign_in(person)

    page = client.get("/my")

    assert sorted(page.words(".muster-session__title")) == ["Neglect", "Prevent"]
    assert "Booked" in page
    assert "On the waiting list" in page


def test_a_learner_without_bookings_is_led_to_the_courses(client: Client) -> None:
    client.sign_in(make_person())
    page = client.get("/my")
    assert "You have nothing booked" in page
    assert page.links["Find a course"] == "/courses"


def test_a_trainer_sees_registers_to_take_and_what_comes_next(client: Client) -> None:
    trainer = make_person(role=Role.TRAINER)
    make_trainer(make_session(make_course("Held"), on=yesterday()), trainer)
    coming = make_session(make_course("Coming"), capacity=12)
    make_trainer(coming, trainer, TrainerPart.CO_TRAINER)
    make_booking(coming, make_person(), BookingState.CONFIRMED)
    make_session(make_course("Somebody else’s"), on=yesterday())
    db.session.commit()
    client.sign_in(trainer)

    page = client.get("/teaching")

    assert page.words(".muster-session__title") == ["Held", "Coming"]
    assert "1 of 12 places booked" in page
    (who,) = (address for name, address in page.links.items() if name.startswith("Who is coming"))
    assert who == f"/sessions/{coming.ref}/register/1"
    assert "Social worker" in client.get(who)
    assert "Somebody else’s" not in page


def test_the_desk_says_what_needs_somebody(client: Client) -> None:
    officer = make_person(role=Role.OFFICER)
    make_session(make_course("Never closed"), on=yesterday())
    soon = clock.today() + timedelta(days=10)
    make_session(make_course("Thin", minimum=5), on=soon)
    make_session(make_course("Unpublished"), on=soon, status=SessionStatus.DRAFT, published_at=None)
    wanted = make_session(make_course("Wanted"), capacity=0)
    make_booking(wanted, make_person(), BookingState.WAITING)
    unknown = make_person("Noor")
    unknown.employments.append(
        Employment(
            agency_named="Sandby Swimming Club", job_role="Coach", from_on=date(2025, 1, 1), standing=Standing.ASKED
        )
    )
    db.session.add(
        OutboxMessage(
            key="k", kind="bookings.confirmation", stream="s", about="booking:1", recipient_name="Ada",
            recipient_address="ada@gone.example", subject="You are booked", body_text="", body_html="",
            message_id="<1@partnership.example>", state=MessageState.FAILED, last_error="No such mailbox.",
        )
    )  # fmt: skip
    db.session.commit()
    client.sign_in(officer)

    page = client.get("/desk")

    headings = [heading.rstrip(" 0123456789") for heading in page.words(".muster-due__heading")]
    assert headings == [
        "Registers not closed",
        "Messages that did not arrive",
        "Not published yet",
        "Without a second trainer",
        "Under their minimum",
        "People waiting for a place",
        "Agency to be confirmed",
    ]
    assert "0 booked, at least 5 wanted" in page
    assert "Sandby Swimming Club named by 1 person" in page
    assert "to ada@gone.example" in page


def test_an_empty_desk_says_how_to_begin(client: Client) -> None:
    client.sign_in(make_person(role=Role.OFFICER))
    assert "Nothing is planned yet" in client.get("/desk")


def test_a_desk_in_order_says_so(client: Client) -> None:
    client.sign_in(make_person(role=Role.ADMINISTRATOR))
    session = make_session(on=clock.today() + timedelta(days=300))
    assert session.capacity
    db.session.commit()
    assert "Nothing needs you today" in client.get("/desk")


def test_a_system_administrator_alone_begins_with_the_settings_and_every_tab_opens(client: Client) -> None:
    client.sign_in(make_person(role=Role.SYSTEM))
    assert client.get("/start", status=302).location == "/desk/settings"
    page = client.get("/desk/settings")
    for text in ("People", "Settings", "Audit log"):
        assert client.click(page, text).status == 200
    assert "Desk" not in page.links
