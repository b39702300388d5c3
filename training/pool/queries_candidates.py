"""Who could teach a session: may teach the course, free in its hours, from another agency than who is left first."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from training.core.database import db
from training.core.viewer import Viewer
from training.people.models import Person
from training.pool.queries_busy import Busy, busy_in
from training.pool.queries_people import Workplace, workplaces
from training.schedule.models import AssignmentState, CourseSession, TrainerAssignment
from training.schedule.operations import times_of
from training.schedule.queries_taught import last_taught, may_teach
from training.schedule.reach import trainer_today
from training.web.formats import listing

ON_IT = (AssignmentState.ASKED, AssignmentState.ACCEPTED, AssignmentState.DECLINED)
NO_WORKPLACE = Workplace(None, "", "")


@dataclass(frozen=True)
class Candidate:
    """Somebody of the pool, as whoever looks for a trainer needs them."""

    person_id: int
    ref: str
    name: str
    telephone: str
    has_address: bool
    agency: str
    is_noted: bool
    """Whether it is noted that they may teach this course."""
    from_elsewhere: bool
    """Whether they are from another agency than everybody who is left on the session."""
    last_at: datetime | None
    """When they last taught this course."""
    busy: list[Busy]

    @property
    def is_free(self) -> bool:
        """Whether they teach nothing else then; a booking of their own they could give up."""
        return not any(clash.teaches for clash in self.busy)


@dataclass(frozen=True)
class Candidates:
    """Who may teach and is free, who may and teaches elsewhere then, and who is free but not noted for the course."""

    free: list[Candidate] = field(default_factory=list[Candidate])
    busy: list[Candidate] = field(default_factory=list[Candidate])
    others: list[Candidate] = field(default_factory=list[Candidate])

    def askable(self, *, also_others: bool) -> list[Candidate]:
        """Whom to offer: who may teach it and is free; everybody who is free where asked for, or where nobody may."""
        return [*self.free, *self.others] if also_others or not self.free else self.free


def candidates_for(viewer: Viewer, session: CourseSession) -> Candidates:
    """Who of today's pool could teach the session, without those who are on it, were asked or said no.

    From another agency first, then who taught the course latest, then by name. Seven queries; the desk's eyes only.
    """
    found = Candidates()
    if not viewer.works_at_desk:
        return found
    on_it = select(TrainerAssignment.person_id).where(
        TrainerAssignment.session_id == session.id, TrainerAssignment.state.in_(ON_IT)
    )
    people = db.session.scalars(
        select(Person)
        .where(trainer_today(Person.id), Person.merged_into_id.is_(None), Person.id.not_in(on_it))
        .options(selectinload(Person.addresses))
        .order_by(Person.sort_key, Person.id)
    ).all()
    ids = [person.id for person in people]
    places, last = workplaces(viewer, ids), last_taught(viewer, session.course_id, ids)
    busy, allowed = busy_in(viewer, ids, times_of(session), session.id), may_teach(viewer, session.course_id)
    taken = agencies_of(viewer, session.id)
    for person in people:
        place, taught = places.get(person.id, NO_WORKPLACE), last.get(person.id)
        one = Candidate(
            person_id=person.id,
            ref=person.ref,
            name=person.name,
            telephone=person.telephone,
            has_address=person.address is not None,
            agency=place.agency,
            is_noted=person.id in allowed,
            from_elsewhere=place.agency_id is not None and place.agency_id not in taken,
            last_at=taught.starts_at if taught else None,
            busy=busy[person.id],
        )
        if person.id in allowed:
            (found.free if one.is_free else found.busy).append(one)
        elif one.is_free:
            found.others.append(one)
    for group in (found.free, found.busy, found.others):
        # Stable: by name among those who are alike.
        group.sort(key=lambda one: one.last_at.timestamp() if one.last_at else 0, reverse=True)
        group.sort(key=lambda one: not one.from_elsewhere)
    return found


def agencies_of(viewer: Viewer, session_id: int) -> dict[int, str]:
    """The agencies of those who have said that they teach the session."""
    teaching = _people_on(session_id, AssignmentState.ACCEPTED)
    places = workplaces(viewer, teaching).values()
    return {place.agency_id: place.agency for place in places if place.agency_id is not None}


def aim_sentence(viewer: Viewer, session_id: int) -> str:
    """How the session stands to the aim of two trainers of different agencies."""
    teaching = _people_on(session_id, AssignmentState.ACCEPTED)
    names = sorted(set(agencies_of(viewer, session_id).values()))
    if not teaching:
        return "Two trainers of different agencies is the aim. Nobody has said yes yet."
    if len(teaching) == 1:
        of = f", of {names[0]}" if names else ""
        return f"Two trainers of different agencies is the aim. One has said yes{of}: look for a second of another."
    if len(names) < 2:
        of = f" of {names[0]}" if names else " of agencies that are not known"
        return f"Two trainers of different agencies is the aim. Those who have said yes are{of}."
    return f"Trainers of {listing(names)} have said yes, as is the aim: two of different agencies."


def asked_and_answered(viewer: Viewer, session_id: int) -> list[TrainerAssignment]:
    """Who is asked and who said no, in order of asking, with their people; for the desk."""
    if not viewer.works_at_desk:
        return []
    return list(
        db.session.scalars(
            select(TrainerAssignment)
            .where(
                TrainerAssignment.session_id == session_id,
                TrainerAssignment.state.in_((AssignmentState.ASKED, AssignmentState.DECLINED)),
            )
            .options(joinedload(TrainerAssignment.person))
            .order_by(TrainerAssignment.id)
        )
    )


def _people_on(session_id: int, state: AssignmentState) -> list[int]:
    return list(
        db.session.scalars(
            select(TrainerAssignment.person_id)
            .where(TrainerAssignment.session_id == session_id, TrainerAssignment.state == state)
            .distinct()
        )
    )
