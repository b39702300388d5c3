"""How the audit log calls the rows of the programme."""

from sqlalchemy import select

from training.catalogue.models import MODE_LABELS, Course
from training.core.subjects import plain_rows, register_subject
from training.people.models import Person
from training.people.subjects import NAME
from training.schedule.models import (
    SESSION_STATUS_LABELS,
    TRAINER_PART_LABELS,
    CourseSession,
    TrainerAssignment,
    Venue,
)

register_subject(Venue, "Venue", plain_rows(Venue, Venue.name))
register_subject(
    CourseSession,
    "Session",
    select(CourseSession.id, CourseSession.ref + " " + Course.title, CourseSession.ref).join(
        Course, Course.id == CourseSession.course_id
    ),
    endpoint="bookings.desk_session",
    references=(CourseSession.ref, Course.code),
    labels={"starts": "Starts", "capacity": "Places", "online_link": "Link to join"},
    words=(SESSION_STATUS_LABELS, MODE_LABELS),
)
register_subject(
    TrainerAssignment,
    "Trainer",
    select(TrainerAssignment.id, NAME + " on " + CourseSession.ref, CourseSession.ref)
    .join(Person, Person.id == TrainerAssignment.person_id)
    .join(CourseSession, CourseSession.id == TrainerAssignment.session_id),
    endpoint="bookings.desk_session",
    references=(Person.ref, CourseSession.ref),
    words=(TRAINER_PART_LABELS,),
)
