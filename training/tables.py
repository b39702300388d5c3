"""All tables, imported so that migrations and tests see the whole database."""

from training.agencies import models as agencies
from training.attendance import models as attendance
from training.bookings import models as bookings
from training.bookings import models_allotment as allotment
from training.bookings import models_changes as changes
from training.bookings import models_first as first
from training.bookings import models_groups as groups
from training.bookings import models_needs as needs
from training.bookings import models_told as told
from training.calendars import models as calendars
from training.catalogue import models as catalogue
from training.core import (
    audit,
    batches,
    heartbeat,
    limits,
    links,
    message_abouts,
    message_texts,
    notes,
    outbox,
    periods,
    policies,
    settings,
    tasks,
    tokens,
)
from training.core.database import Base
from training.custody import models as custody
from training.evaluations import models as evaluations
from training.homes import models as homes
from training.people import models as people
from training.people import models_workforce as workforce
from training.planning import models as planning
from training.records import models as records
from training.schedule import models as schedule

SOURCES = (
    agencies, allotment, attendance, audit, batches, bookings, calendars, catalogue, changes, custody, evaluations,
    first, groups, heartbeat, homes, limits, links, message_abouts, message_texts, needs, notes, outbox, people,
    periods, planning, policies, records, schedule, settings, tasks, tokens, told, workforce,
)  # fmt: skip
METADATA = Base.metadata
