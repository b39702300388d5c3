"""All tables, imported so that migrations and tests see the whole database."""

from training.agencies import models as agencies
from training.attendance import models as attendance
from training.bookings import models as bookings
from training.catalogue import models as catalogue
from training.core import audit, heartbeat, links, notes, outbox, settings, tasks, tokens
from training.core.database import Base
from training.evaluations import models as evaluations
from training.people import models as people
from training.planning import models as planning
from training.records import models as records
from training.schedule import models as schedule

SOURCES = (
    agencies, attendance, audit, bookings, catalogue, evaluations, heartbeat, links, notes, outbox, people,
    planning, records, schedule, settings, tasks, tokens,
)  # fmt: skip
METADATA = Base.metadata
