"""Everything the audit log can name, imported so that it is registered."""

from training.agencies import subjects as agencies
from training.attendance import subjects as attendance
from training.bookings import subjects as bookings
from training.calendars import subjects as calendars
from training.catalogue import subjects as catalogue
from training.custody import subjects as custody
from training.evaluations import subjects as evaluations
from training.people import subjects as people
from training.planning import subjects as planning
from training.programme import subjects as programme
from training.records import subjects as records
from training.schedule import subjects as schedule

SOURCES = (
    agencies, attendance, bookings, calendars, catalogue, custody, evaluations, people, planning,
    programme, records, schedule,
)  # fmt: skip
