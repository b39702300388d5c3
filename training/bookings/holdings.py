"""What the tables of bookings hold, and which of two bookings of one person stands."""

from training.bookings.agreements import DEPUTY, LEAD, MANAGER
from training.bookings.models import BookingState
from training.bookings.not_me import NOT_ME
from training.bookings.offers import OFFER
from training.bookings.still_coming import STILL_COMING
from training.core import clock
from training.core.holdings import (
    EMPTY,
    KEEP,
    Direct,
    Fate,
    Holding,
    Meeting,
    Through,
    register_holding,
    register_link_subject,
    register_message_subject,
    replaced,
)

FROM_BEST_TO_WORST = (
    BookingState.CONFIRMED,
    BookingState.OFFERED,
    BookingState.AWAITING_AGREEMENT,
    BookingState.WAITING,
    BookingState.APPLIED,
    BookingState.HELD,
)

HELD = (
    Holding(
        table="booking",
        label="Bookings",
        about=(Direct("person_id"),),
        done_by=("booked_by_id",),
        personal={"reason": EMPTY, "job_role": KEEP, "deputy_name": EMPTY, "deputy_address": EMPTY},
        plain=("ref",),
        meeting=Meeting.STAYS_BEHIND,
        # Not “cancelled”: nobody cancelled, and reports must not count it as such.
        released={"state": BookingState.REPLACED.value, "held_until": None, "offered_until": None},
        ranking=("state", tuple(state.value for state in FROM_BEST_TO_WORST)),
        shown_without=("terms_id",),
        kept="reasons",
    ),
    Holding(table="agency_agreement", label="What agencies’ managers have to say about bookings"),
    Holding(table="agency_limit", label="Limits of agencies on sessions"),
    Holding(table="group_booking", label="Groups you booked", about=(Direct("asked_by_id"),), plain=("ref",)),
    Holding(table="reservation", label="Places you reserved", about=(Direct("asked_by_id"),), plain=("ref",)),
    Holding(
        table="course_wait",
        label="Courses you wait for",
        about=(Direct("person_id"),),
        plain=("ref",),
        meeting=Meeting.STAYS_BEHIND,
        # Nobody is told of new dates any more.
        personal={"ended_at": replaced(clock.now, only_where="ended_at IS NULL")},
        released={"ended_at": clock.now},
        kept="reasons",
    ),
    Holding(
        table="first_request",
        label="Places held while an address is confirmed",
        about=(Direct("person_id"),),
        personal={"key_hash": KEEP, "code_hash": KEEP, "typed": KEEP},
        secret=frozenset({"key_hash", "code_hash"}),
        fate=Fate.DELETED,
        kept="links",
    ),
    Holding(
        table="booking_warning",
        label="What you asked us about a booking",
        about=(Through("booking_id", "booking"),),
        done_by=("settled_by_id",),
        personal={"sentence": EMPTY, "note": EMPTY, "answer": EMPTY},
        plain=("kind",),
        kept="reasons",
    ),
    Holding(table="allotment", label="Allotments of places", personal={"applied": KEEP}, plain=("seed",)),
    Holding(
        table="allotment_result",
        label="What allotments came to",
        about=(Through("booking_id", "booking"),),
        personal={"reason": KEEP, "overridden_reason": EMPTY},
        kept="reasons",
    ),
    Holding(
        table="session_change",
        label="Changes of sessions",
        done_by=("changed_by_id",),
        plain=("was", "silent_reason"),
    ),
    Holding(
        table="manager_told",
        label="What your line manager was told",
        about=(Through("booking_id", "booking"),),
        personal={"address": EMPTY},
        plain=("dates",),
        shown_without=("address",),
        kept="people",
    ),
    Holding(
        table="booking_need",
        label="What you need to take part in a session",
        about=(Through("booking_id", "booking"),),
        done_by=("met_by_id",),
        personal={"support": KEEP, "diet": KEEP, "met_how": KEEP},
        fate=Fate.DELETED,
        kept="needs",
    ),
    Holding(
        table="person_need",
        label="What you asked us to keep for next time",
        about=(Direct("person_id"),),
        personal={"support": KEEP, "diet": KEEP},
        fate=Fate.DELETED,
        meeting=Meeting.STAYS_BEHIND,
        kept="needs",
    ),
    Holding(
        table="calendar_entry",
        label="Calendar invitations",
        about=(Through("booking_id", "booking"), Through("assignment_id", "trainer_assignment")),
        personal={"address": EMPTY},
        plain=("uid", "method", "summary", "location", "description"),
        shown_without=("uid", "sequence", "description", "assignment_id", "booking_id"),
        kept="people",
    ),
)
for held in HELD:
    register_holding(held)

register_link_subject(OFFER.name, "booking")
register_link_subject(MANAGER.name, "booking")
register_link_subject(LEAD.name, "booking")
register_link_subject(DEPUTY.name, "booking")
register_link_subject(STILL_COMING.name, "booking")
register_link_subject(NOT_ME.name, "booking")
register_message_subject("booking", "booking")
register_message_subject("course-wait", "course_wait")
