"""How the audit log calls the rows of the programme’s calendar."""

from training.core.subjects import plain_rows, register_subject
from training.schedule.models import SchoolHoliday

register_subject(
    SchoolHoliday,
    "School holiday",
    plain_rows(SchoolHoliday, SchoolHoliday.name),
    labels={"from_on": "First day", "to_on": "Last day"},
)
