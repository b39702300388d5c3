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
    TrainerCourse,
    TrainerSearch,
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
register_subject(
    TrainerSearch,
    "Search for a trainer",
    select(TrainerSearch.id, CourseSession.ref + " " + TrainerSearch.part, CourseSession.ref).join(
        CourseSession, CourseSession.id == TrainerSearch.session_id
    ),
    endpoint="bookings.desk_session",
    references=(CourseSession.ref,),
    words=(TRAINER_PART_LABELS,),
)
register_subject(
    TrainerCourse,
    "Course a trainer may teach",
    select(TrainerCourse.id, NAME + ": " + Course.title, Person.ref)
    .join(Person, Person.id == TrainerCourse.person_id)
    .join(Course, Course.id == TrainerCourse.course_id),
    endpoint="pool.desk_trainer",
    references=(Person.ref, Course.code),
    labels={"since_on": "Since", "observed_on": "Last observed"},
)
