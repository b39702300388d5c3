"""How the audit log calls the rows of calendars."""

from sqlalchemy import select

from training.calendars.models import CalendarFeed
from training.core.subjects import register_subject
from training.people.models import Person
from training.people.subjects import NAME

register_subject(
    CalendarFeed,
    "Calendar address",
    select(CalendarFeed.id, NAME, Person.ref).join(Person, Person.id == CalendarFeed.person_id),
    endpoint="people.desk_person",
    references=(Person.ref,),
)
