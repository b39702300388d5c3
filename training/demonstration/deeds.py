"""What was done about people in the demonstration, each by the operation that does it, as of a moment."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import select

from training.bookings import operations_needs
from training.bookings.checking import warnings_for
from training.bookings.models import Booking, BookingState
from training.bookings.models_needs import BookingNeed
from training.bookings.operations_needs import NeedWords, mark_met
from training.bookings.operations_warnings import note_warnings, settle_question
from training.bookings.rules_checking import questions_in
from training.core import clock
from training.core.batch_applying import apply_batch
from training.core.batch_reading import as_kept, planned_rows
from training.core.batch_undoing import undo_batch
from training.core.batches import Batch, BatchRow, BatchState
from training.core.database import db
from training.core.links import SignedLink
from training.core.policies import PolicyKind, delivered, in_force, publish
from training.core.spreadsheets import read_sheet
from training.core.viewer import Grant, Role, Viewer, ViewerKind
from training.custody.operations_merge import merge_people
from training.demonstration.diary import as_person
from training.demonstration.people import Post
from training.people import mail_agency, operations_leads
from training.people.importing import IMPORT
from training.people.mail_addresses import PROVE_ADDRESS
from training.people.models import AddressClaim, Employment, LeadRequest, Person
from training.people.operations_claims import claim_address, claims_of, prove_address
from training.people.operations_jobs import Job, change_employment
from training.people.queries_contacts import desk_contact
from training.schedule.models import CourseSession, SessionStatus

NEEDS = (
    NeedWords(support="I lip-read: a seat near the front, please, and a trainer who faces the room"),
    NeedWords(support="Slides in large print, 18 point or more", diet="No nuts"),
    NeedWords(support="A place without steps, with room for a wheelchair"),
    NeedWords(diet="Vegan"),
)
HOW_MET = "The caterer brings a vegan lunch with the name on it"
"""What was done about the last of NEEDS."""
WHY_RIGHT = (
    "We had this at my last partnership in spring; I can send the certificate",
    "I cover for a colleague whose role it is, until summer",
)
"""What people wrote to the officer about a booking; the first is answered."""
ANSWER = "Thank you, no need to send it."
WHY_SAME = "Rang up: booked from another address after a password was forgotten"


def say_lead_is_asked_for(request_id: int) -> None:
    """Tell the desk that somebody asks to lead an agency."""
    request = db.session.get_one(LeadRequest, request_id)
    mail_agency.say_lead_is_asked_for(request, desk_contact(), f"/desk/people/lead-requests/{request.ref}")


def name_deputy(lead: Post, deputy_id: int) -> None:
    """Have the lead of an agency name a deputy for half a year."""
    today = clock.today()
    job = db.session.get_one(Employment, lead.employment_id)
    if job.agency_id is None:
        raise LookupError(f"{lead.name} leads no agency")
    viewer = Viewer(ViewerKind.PERSON, lead.person_id, (Grant(Role.AGENCY_LEAD, job.agency_id),))
    deputy = db.session.get_one(Person, deputy_id)
    operations_leads.name_deputy(viewer, deputy, job.agency_id, today, today + timedelta(days=180))


def merge(officer: Viewer, kept_id: int, merged_id: int, ref: str) -> None:
    """Make one record of two."""
    merge_people(officer, kept_id, merged_id, WHY_SAME).ref = ref


def claim(person_id: int, address: str) -> None:
    """Somebody says that an address is theirs too."""
    claim_address(as_person(person_id), db.session.get_one(Person, person_id), address)


def prove(person_id: int) -> None:
    """Use the link that was sent to the address somebody claimed."""
    for claimed in claims_of(db.session.get_one(Person, person_id)):
        prove_address(_link_of(claimed), claimed)


def name_manager(post: Post, manager: str, address: str) -> None:
    """Somebody names a manager whose address does not show that they are one: they, or the agency, are asked."""
    job = db.session.get_one(Employment, post.employment_id)
    wanted = Job(
        job_role=job.job_role,
        agency_id=job.agency_id,
        workforce_group_id=job.workforce_group_id,
        staff_number=job.staff_number,
        manager_name=manager,
        manager_address=address,
    )
    change_employment(as_person(post.person_id), job, wanted)


def tell_needs(officer: Viewer, chance: Random) -> None:
    """Some people to come say what they need, and the officer has met one need."""
    now = clock.now()
    coming = db.session.execute(
        select(Booking.id, Booking.person_id)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .where(
            Booking.state == BookingState.CONFIRMED,
            Booking.asked_at < now,
            CourseSession.status == SessionStatus.PUBLISHED,
            CourseSession.starts_at > now + timedelta(days=10),
        )
        .order_by(Booking.id)
    ).all()
    booking_id = 0
    for (booking_id, person_id), words in zip(chance.sample(coming, len(NEEDS)), NEEDS, strict=True):
        operations_needs.tell_needs(as_person(person_id), booking_id, words, keep=False)
        db.session.flush()
    need = db.session.scalars(select(BookingNeed).where(BookingNeed.booking_id == booking_id)).one()
    mark_met(officer, need.id, HOW_MET, need.row_version)


def ask_about_bookings(officer: Viewer, chance: Random) -> None:
    """Two people whose bookings something stands against say why they are right; one has an answer."""
    coming = list(
        db.session.scalars(
            select(Booking)
            .join(CourseSession, CourseSession.id == Booking.session_id)
            .where(
                Booking.state == BookingState.CONFIRMED,
                Booking.asked_at < clock.now(),
                CourseSession.status == SessionStatus.PUBLISHED,
                CourseSession.starts_at > clock.now() + timedelta(days=10),
            )
            .order_by(Booking.id)
        )
    )
    reasons = list(WHY_RIGHT)
    for booking in chance.sample(coming, len(coming)):
        viewer = as_person(booking.person_id)
        warned = warnings_for(viewer, booking.person_id, booking.course_session, booking.employment)
        if not questions_in(warned):
            continue
        note_warnings(viewer, booking, warned, reasons.pop())
        if not reasons:
            db.session.flush()
            settle_question(officer, booking.id, ANSWER)
            return


def bring_and_take_back(officer: Viewer, ref: str, people: Sequence[tuple[str, str]]) -> None:
    """The officer applies a file of telephone numbers of people, by address and agency, that were last year's."""
    lines = [f"{address},{agency},01632 9601{number:02d}" for number, (address, agency) in enumerate(people)]
    content = "\n".join(["email,agency,telephone", *lines]).encode()
    _planner, planned = planned_rows(officer, IMPORT, {}, read_sheet(content, IMPORT.columns, IMPORT.most_rows).rows)
    batch = Batch(
        ref=ref,
        kind=IMPORT.name,
        asked_by_id=officer.person_id,
        file_name="telephone-numbers-2024.csv",
        state=BatchState.READY,
        row_count=len(planned),
        rows=[BatchRow(**as_kept(row, plan)) for row, plan in planned],
    )
    db.session.add(batch)
    db.session.flush()
    apply_batch(officer, batch.id)
    db.session.flush()
    undo_batch(officer, batch.id)


def publish_notice(officer: Viewer, added: str, change: str) -> None:
    """The officer publishes the delivered privacy notice with what the partnership adds to it."""
    text = delivered(PolicyKind.PRIVACY).text.rstrip() + added
    publish(officer, PolicyKind.PRIVACY, text, change, in_force(PolicyKind.PRIVACY).number)


def _link_of(claimed: AddressClaim) -> SignedLink:
    asked = (SignedLink.purpose == PROVE_ADDRESS.name, SignedLink.subject_id == claimed.id)
    return db.session.scalars(select(SignedLink).where(*asked)).one()
