"""What every stage says it holds, imported in the order of the stages: custody reads the registry after this."""

from training.agencies import holdings as agencies
from training.attendance import holdings as attendance
from training.bookings import holdings as bookings
from training.calendars import holdings as calendars
from training.catalogue import holdings as catalogue
from training.changes import holdings as changes
from training.core import holdings_own as core
from training.core.holdings import Holding
from training.custody import holdings as custody
from training.evaluations import holdings as evaluations
from training.groups import holdings as groups
from training.homes import holdings as homes
from training.people import holdings as people
from training.planning import holdings as planning
from training.records import holdings as records
from training.schedule import holdings as schedule

STAGES = (
    agencies, people, catalogue, records, planning, schedule, bookings, changes, groups, calendars, attendance,
    evaluations, core, custody,
    homes,
)  # fmt: skip
"""In the order in which somebody reads what is held about them."""


def everything_held() -> dict[str, Holding]:
    """What every table holds, by its name."""
    return {held.table: held for stage in STAGES for held in stage.HELD}
