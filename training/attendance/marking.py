"""Writing one mark, with its step in the history."""

from training.attendance.models import Mark, MarkChange, MarkSource
from training.attendance.rules import NOT_MARKED, MarkState
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer


def state_of(mark: Mark | None) -> MarkState:
    """What `mark` says as a plain value."""
    return NOT_MARKED if mark is None else MarkState(mark.presence, mark.minutes_late, mark.minutes_early)


def write_mark(
    viewer: Viewer,
    mark: Mark | None,
    wanted: MarkState,
    *,
    part_id: int,
    booking_id: int | None = None,
    walk_in_id: int | None = None,
    source: MarkSource = MarkSource.REGISTER,
) -> None:
    """Make the register of the part say `wanted` about the attendee whose present mark is `mark`, and keep the step.

    The caller holds the session's lock. Minutes a report once counted give way to what is written by hand.
    """
    now = clock.now()
    if wanted.presence is None:
        if mark is not None:
            db.session.delete(mark)
    else:
        if mark is None:
            mark = Mark(part_id=part_id, booking_id=booking_id, walk_in_id=walk_in_id)
            db.session.add(mark)
        mark.presence = wanted.presence
        mark.minutes_late = wanted.late
        mark.minutes_early = wanted.early
        mark.minutes_counted = None
        mark.source = source
        mark.marked_at = now
        mark.marked_by_id = viewer.person_id
    db.session.add(
        MarkChange(
            part_id=part_id,
            booking_id=booking_id,
            walk_in_id=walk_in_id,
            presence=wanted.presence,
            minutes_late=wanted.late,
            minutes_early=wanted.early,
            source=source,
            changed_at=now,
            changed_by_id=viewer.person_id,
        )
    )
