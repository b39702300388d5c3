"""Who is on the staff list of an agency, and a warning where most of them would leave it by a file."""

from sqlalchemy import ColumnElement, and_, func, select

from training.core import clock
from training.core.batches import Batch, BatchRow, Verdict
from training.core.database import db
from training.people.models import SETTLED, Employment, Person, Standing
from training.people.queries import employed_on

FEW = 5
"""So many may leave at once without a warning, however short the list is."""


def on_list(agency_id: int) -> ColumnElement[bool]:
    """Whether a job, with its person, is on the list today: those the lead knows of, not those only asked for."""
    return and_(
        Employment.agency_id == agency_id,
        Employment.standing.in_((*SETTLED, Standing.LISTED)),
        employed_on(clock.today()),
        Person.merged_into_id.is_(None),
    )


def warning_of_leavers(batch: Batch) -> str:
    """Asks whether the file is the whole list, where more than half of the people on it would leave; else empty.

    A file that was filtered, or holds one team only, looks just so. Last days that the file itself gives are meant.
    """
    present = db.session.scalar(
        select(func.count(Employment.person_id.distinct()))
        .join(Person, Person.id == Employment.person_id)
        .where(on_list(int(batch.given["agency"])))
    )
    found = db.session.scalars(
        select(BatchRow.values).where(BatchRow.batch_id == batch.id, BatchRow.verdict == Verdict.LEAVE)
    )
    # Whoever leaves does so with all jobs here. Those who have not agreed yet have one, and no reference in sight.
    references = [values["cells"].get("reference", "") for values in found]
    leaving = len({reference for reference in references if reference}) + references.count("")
    if present is None or leaving <= FEW or leaving * 2 <= present:
        return ""
    of_all = f"all {present:,}" if leaving >= present else f"{leaving:,} of {present:,}"
    return f"This list ends the jobs of {of_all} people. Is it the whole list?"
