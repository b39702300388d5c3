"""One person with a row in every table about booking and calendars, with a word in all that is personal."""

from datetime import date

from tests.core.post import KIND
from tests.custody.people import a_record, with_account
from tests.factories import make_agency, make_assignment, make_booking, make_course, make_session, number
from training.bookings.models import (
    Booking,
    BookingState,
    BookingWarning,
    CalendarEntry,
    CourseWait,
    Reservation,
)
from training.bookings.models_agencies import AgencyAgreement, AgencyLimit, GroupBooking
from training.bookings.models_allotment import Allotment, AllotmentResult
from training.bookings.models_changes import SessionChange
from training.bookings.models_first import FirstRequest
from training.bookings.models_groups import GroupRefusal
from training.bookings.models_told import ManagerTold, ToldStanding
from training.calendars.models import CalendarFeed, CalendarReply, MailboxPosition, Participation
from training.catalogue.models import (
    Agreement,
    CourseEquivalent,
    CoursePrerequisite,
    Requirement,
)
from training.core import clock
from training.core.database import db
from training.core.message_abouts import note_further
from training.core.message_texts import MessageText
from training.core.outbox import Recipient, enqueue
from training.core.periods import first_time
from training.homes.models import DigestKind, DigestOff
from training.people.models import Person
from training.schedule.models import SchoolHoliday, TrainerCourse, TrainerPart, TrainerSearch

NEW_TABLES = (
    "agency_agreement", "agency_limit", "allotment", "allotment_result", "booking", "booking_warning",
    "calendar_entry", "calendar_feed", "calendar_reply", "course_equivalent", "course_prerequisite", "course_wait",
    "digest_off", "first_request", "group_booking", "group_refusal", "mailbox_position", "manager_told",
    "message_also", "message_text", "outbox_message", "period_done", "requirement", "reservation", "school_holiday",
    "session_change", "trainer_course", "trainer_search",
)  # fmt: skip
WORDS = "Marmalade"


def somebody_with_everything() -> Person:
    """The person; their bookings are over, so that they can be anonymised."""
    person = a_record("Zebedee", "Quill", "zebedee.quill@people.example", job_role="Nurse", agency_id=make_agency().id)
    with_account(person)
    agency, course, other = make_agency(), make_course(), make_course()
    past = make_session(course, on=date(2026, 1, 12))
    wait = CourseWait(ref="W-1", course=other, person=person)
    group = GroupBooking(ref="G-1", course_session=past, agency=agency, asked_by=person, together=True)
    reservation = Reservation(
        ref="R-1", course_session=past, agency=agency, places=2, name_by=clock.now(), asked_by=person
    )
    former = make_booking(make_session(course, on=date(2026, 1, 5)), person, state=BookingState.LAPSED)
    booking = make_booking(
        past, person, deputy_name=WORDS, deputy_address="marmalade@ward.example", group=group, course_wait=wait,
        reservation=reservation, moves_from=former, preference=1,
    )  # fmt: skip
    allotment = Allotment(course_session=past, seed="seed", ran_at=clock.now(), applied={"applicants": [booking.id]})
    entry = _entry(booking)
    taught = make_assignment(past, person)
    db.session.add_all(
        [
            AgencyAgreement(agency_id=agency.id, agreement=Agreement.ASKED),
            AgencyLimit(session_id=past.id, agency=agency, least=1, most=2),
            AllotmentResult(
                allotment=allotment, booking=booking, position=1, has_place=True, reason="Drawn",
                overridden_reason=WORDS,
            ),
            BookingWarning(booking=booking, kind="clash", sentence=WORDS, note=WORDS, answer=WORDS),
            CalendarFeed(person=person, token_hash="token hash", content_hash="c"),
            CalendarReply(
                entry=entry, uid=entry.uid, answer=Participation.DECLINED, sequence=0, stamped_at=clock.now(),
                received_at=clock.now(),
            ),
            CourseEquivalent(course_id=course.id, stands_for_id=other.id),
            CoursePrerequisite(course_id=course.id, requires_id=other.id),
            DigestOff(person_id=person.id, kind=DigestKind.LEAD),
            FirstRequest(
                course_session=past, person=person, booking=None, key_hash="key hash", code_hash="code hash",
                until=clock.now(), is_new_person=False, typed={"given_name": WORDS},
            ),
            GroupRefusal(group=group, person=person, sentence=f"{WORDS} has the same job twice"),
            MailboxPosition(mailbox="answers", validity=7, last_uid=9),
            ManagerTold(booking=booking, standing=ToldStanding.COMING, dates=[], address="marmalade@ward.example"),
            MessageText(kind=KIND.name, subject="About ((what))", body="Hello ((name)), see ((link))"),
            Requirement(course=course, job_role="Nurse", source="Guidance", from_on=date(2026, 1, 1)),
            SchoolHoliday(name="Easter", from_on=date(2026, 3, 30), to_on=date(2026, 4, 10)),
            SessionChange(course_session=past, was={"dates": []}, tell_at=clock.now(), told_at=clock.now()),
            TrainerCourse(person=person, course=course, since_on=date(2025, 1, 1), note=WORDS),
            TrainerSearch(session_id=past.id, part=TrainerPart.LEAD, closed_at=clock.now()),
        ]
    )  # fmt: skip
    assert taught.person_id == person.id
    message = enqueue(
        KIND, {"what": WORDS, "name": WORDS, "link": "https://training.example/link/s3cret"}, key="manager:abc:1",
        stream="manager:abc", about=f"booking:{former.id}", to=Recipient(WORDS, "marmalade@ward.example"),
        secrets=("s3cret",),
    )  # fmt: skip
    assert message is not None
    note_further(message, [f"booking:{booking.id}"])
    first_time("digest", f"person:{person.id}", "2026-W47")
    db.session.commit()
    return person


def _entry(booking: Booking) -> CalendarEntry:
    part = booking.course_session.parts[0]
    return CalendarEntry(
        booking=booking, part=part, uid=f"uid-{number()}", sequence=0, stamped_at=clock.now(), method="REQUEST",
        address="zebedee.quill@people.example", starts_at=part.starts_at, ends_at=part.ends_at, summary="s",
        location="l", description="d",
    )  # fmt: skip
