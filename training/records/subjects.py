"""How the audit log calls the rows of what people have done."""

from sqlalchemy import select

from training.catalogue.models import Course
from training.core.subjects import register_subject
from training.people.models import Person
from training.people.subjects import NAME
from training.records.models import Completion

register_subject(
    Completion,
    "Completion",
    select(Completion.id, NAME + ", " + Course.title, Person.ref)
    .join(Person, Person.id == Completion.person_id)
    .join(Course, Course.id == Completion.course_id),
    endpoint="people.desk_person",
    references=(Person.ref, Course.code),
)
