"""What can be read of records: what people have done, what counts in its place, and whether it still counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from training.catalogue.models import Course
from training.catalogue.queries_conditions import accepted_for
from training.core.database import db
from training.core.viewer import Viewer
from training.records.models import Completion


@dataclass(frozen=True)
class Done:
    """That somebody has done a course, or another that is accepted in its place."""

    title: str
    """Of what they did."""
    completed_on: date
    expires_on: date | None
    in_place: bool
    """Whether it was another course, accepted in place of the one asked about."""

    def counts_on(self, day: date) -> bool:
        """Whether it counts on the day: done by then, and not expired."""
        return self.completed_on <= day and (self.expires_on is None or self.expires_on >= day)


def all_done(
    viewer: Viewer, person_ids: Collection[int], course_ids: Collection[int], on: date
) -> dict[tuple[int, int], list[Done]]:
    """What each person had done by the day `on` of each course or its equivalents, by (person, course), latest first.

    Also what has expired since; two queries. For rules of booking: the caller answers for whose record it asks about.
    """
    if not person_ids or not course_ids:
        return {}
    accepted = accepted_for(viewer, course_ids)
    counts_as: dict[int, list[int]] = {}
    for course_id in course_ids:
        for key in {course_id, *accepted.get(course_id, {})}:
            counts_as.setdefault(key, []).append(course_id)
    rows = db.session.execute(
        select(Completion.person_id, Completion.course_id, Course.title, Completion.completed_on, Completion.expires_on)
        .join(Course, Course.id == Completion.course_id)
        .where(Completion.person_id.in_(person_ids), Completion.course_id.in_(counts_as))
        .where(Completion.revoked_at.is_(None), Completion.completed_on <= on)
        .order_by(Completion.completed_on.desc(), Completion.id.desc())
    )
    found: dict[tuple[int, int], list[Done]] = {}
    for person_id, done_id, title, completed_on, expires_on in rows:
        for course_id in counts_as[done_id]:
            done = Done(title, completed_on, expires_on, done_id != course_id)
            found.setdefault((person_id, course_id), []).append(done)
    return found


def done_before(
    viewer: Viewer, person_ids: Collection[int], course_ids: Collection[int], on: date
) -> dict[tuple[int, int], Done]:
    """Of each person and course, the latest completion that counts on the day `on`, equivalents included."""
    found: dict[tuple[int, int], Done] = {}
    for key, several in all_done(viewer, person_ids, course_ids, on).items():
        counting = next((done for done in several if done.counts_on(on)), None)
        if counting is not None:
            found[key] = counting
    return found


def has_completed(viewer: Viewer, person_id: int, course_id: int, on: date) -> bool:
    """Whether the person had done the course, or an equivalent, by the day `on` and it still counted."""
    return (person_id, course_id) in done_before(viewer, [person_id], [course_id], on)
