"""Loads a programme from a file as drafts: previewed month by month, applied in one transaction, undone as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from training.catalogue.models import MODE_LABELS, Course, CourseStatus, Mode
from training.core import clock
from training.core.batch_journal import Journal
from training.core.batch_kinds import BatchKind, Plan, Planned, register_batch_kind
from training.core.batches import Verdict
from training.core.database import db
from training.core.refusal import Refused
from training.core.spreadsheets import SheetRow
from training.core.viewer import Role, Viewer
from training.programme.names import Agencies, Courses, PlannedCourse, Pool, PoolMember, Venues
from training.programme.queries import closures_between, sessions_between, slots_of
from training.programme.reading import COLUMNS, ProgrammeRow, left_out, understood
from training.programme.rules import Slot, Timetable, day_concerns, teacher_concerns
from training.schedule.models import CourseSession, SessionStatus, TrainerPart
from training.schedule.operations import SessionDetails, draft_session
from training.schedule.operations_trainers import assign_trainer
from training.schedule.rules import PartTimes, booking_times_problem, needs_link, needs_venue
from training.web.formats import count, day, listing, time_range

LOOK = "Look at this: "
"""How a sentence begins that warns of something and stops nothing."""
ASKED_AS = (TrainerPart.LEAD, TrainerPart.CO_TRAINER)


@dataclass(frozen=True)
class Deed:
    """A row that can be carried out: a draft and whom it asks to teach."""

    course: PlannedCourse
    details: SessionDetails
    trainers: tuple[PoolMember | None, PoolMember | None]


class ProgrammePlanner:
    """Compares the file with the programme, and its rows with each other."""

    def __init__(self, viewer: Viewer, _given: Mapping[str, Any], rows: Sequence[SheetRow]) -> None:
        self._viewer = viewer
        self._rows, self._problems = understood(rows)
        self._courses, self._venues, self._pool = Courses(), Venues(viewer), Pool()
        self._agencies = Agencies({member.id for member in self._pool.all})
        days = [part.on for row in self._rows for part in row.parts] or [clock.today()]
        present = [
            session
            for session in sessions_between(viewer, min(days), max(days))
            if session.status is not SessionStatus.FINISHED
        ]
        self._timetable = Timetable(slots_of(present))
        self._present = {(session.course_id, session.starts_at): session.ref for session in present}
        self._closures = closures_between(viewer, min(days), max(days))
        self._references = self._known_references()
        self._in_file: dict[tuple[int, datetime], int] = {}

    def plan(self) -> list[Plan]:
        """A plan for each row; sessions of the file that meet each other are told with both."""
        found = [self._understood(row) for row in self._rows]
        slots = {
            row.number: self._slot(row, each)
            for row, each in zip(self._rows, found, strict=True)
            if isinstance(each, Deed)
        }
        for slot in slots.values():
            self._timetable.add(slot)
        return [
            each if isinstance(each, Plan) else self._added(row, each, slots[row.number])
            for row, each in zip(self._rows, found, strict=True)
        ]

    def lacking(self) -> list[Planned]:
        """None: a session that the file does not name stays as it is."""
        return []

    def carry_out(self, planned: Sequence[Planned], journal: Journal) -> None:
        """Draft the sessions and put down whom they ask to teach, who hear of it once a session is published."""
        deeds = [(row.number, cast("Deed", plan.deed)) for row, plan in planned]
        courses = {deed.course.id for _number, deed in deeds}
        # Always in the same order: two who load at once follow each other.
        db.session.execute(select(Course.id).where(Course.id.in_(courses)).order_by(Course.id).with_for_update()).all()
        for number, deed in deeds:
            journal.about(number)
            session = draft_session(self._viewer, deed.course.id, deed.details)
            for part, trainer in zip(ASKED_AS, deed.trainers, strict=True):
                if trainer is not None:
                    assign_trainer(self._viewer, session.id, trainer.id, part)

    def _known_references(self) -> frozenset[str]:
        wanted = {row.reference.upper() for row in self._rows if row.reference}
        return frozenset(db.session.scalars(select(CourseSession.ref).where(CourseSession.ref.in_(wanted))))

    def _understood(self, row: ProgrammeRow) -> Plan | Deed:
        """What the row would do, or why it does nothing."""
        problems = self._problems[row.number]
        if row.reference and row.reference.upper() in self._references:
            return Plan(Verdict.SAME, (f"{row.reference.upper()} is here already. A file only adds sessions.",))
        if row.reference:
            problems.append(f"No session has the reference {row.reference[:40]}. Leave it empty for a new session.")
        course, venue_id, trainers = self._named(row, problems)
        if course is None or not row.parts:
            return Plan(Verdict.PROBLEM, tuple(problems))
        starts_at = min(row.parts).starts_at
        if present := self._present.get((course.id, starts_at)):
            return Plan(Verdict.SAME, (f"{course.title} is here already at this time: {present}.",))
        details = self._details(row, course, venue_id)
        problems += _faults(details, starts_at)
        # Only what is sound itself stands in the way of another.
        first = row.number if problems else self._in_file.setdefault((course.id, starts_at), row.number)
        if first != row.number:
            problems.append(f"It is the same course at the same time as row {first}.")
        return Plan(Verdict.PROBLEM, tuple(problems)) if problems else Deed(course, details, trainers)

    def _named(
        self, row: ProgrammeRow, problems: list[str]
    ) -> tuple[PlannedCourse | None, int | None, tuple[PoolMember | None, PoolMember | None]]:
        """The course, the venue and the trainers that the row means; what is not known becomes a problem."""
        course: PlannedCourse | None = None
        venue_id: int | None = None
        trainers: list[PoolMember | None] = []
        try:
            course = self._courses.called(row.course) if row.course else None
        except Refused as refusal:
            problems.append(f"{refusal.sentence}.")
        try:
            venue_id = self._venues.called(row.venue)
        except Refused as refusal:
            problems.append(f"{refusal.sentence}.")
        for text in row.trainers:
            try:
                trainers.append(self._pool.called(text))
            except Refused as refusal:
                trainers.append(None)
                problems.append(f"{refusal.sentence}.")
        lead, co_trainer = trainers
        if lead is not None and lead == co_trainer:
            problems.append(f"{lead.name} is lead trainer and co-trainer. Name somebody else, or nobody.")
        return course, venue_id, (lead, co_trainer)

    def _details(self, row: ProgrammeRow, course: PlannedCourse, venue_id: int | None) -> SessionDetails:
        mode = row.mode or course.mode
        return SessionDetails(
            parts=sorted(row.parts),
            mode=mode,
            capacity=row.places or course.capacity,
            online_capacity=row.online_places,
            venue_id=venue_id if needs_venue(mode) else None,
            online_link=row.link if needs_link(mode) else "",
            joining_notes=row.notes,
            booking_opens_at=row.opens_at,
            booking_closes_at=row.closes_at,
            applications_close_at=row.applications_close_at,
            list_order=row.list_order,
        )

    def _slot(self, row: ProgrammeRow, deed: Deed) -> Slot:
        on = deed.details.parts[0].on
        return Slot(
            key=f"row {row.number}",
            called=f"{deed.course.title} (row {row.number})",
            parts=tuple(deed.details.parts),
            venue_id=deed.details.venue_id,
            venue=row.venue,
            teachers=tuple(
                self._agencies.teacher(trainer.id, trainer.name, on) for trainer in deed.trainers if trainer
            ),
        )

    def _added(self, row: ProgrammeRow, deed: Deed, slot: Slot) -> Plan:
        concerns = [
            *day_concerns([part.on for part in slot.parts], self._closures, clock.today()),
            *teacher_concerns(slot.teachers),
            *self._timetable.concerns(slot),
        ]
        warnings = [concern.sentence for concern in concerns] + left_out(row, deed.details.mode) + _lacking(deed)
        return Plan(Verdict.ADD, (*_in_words(deed, row), *(f"{LOOK}{sentence}" for sentence in warnings)), deed)


def dates_in_words(parts: Sequence[PartTimes]) -> str:
    """When a session is held: every day with its times."""
    return listing([f"{day(part.on)}, {time_range(part.starts, part.ends)}" for part in parts])


def _faults(details: SessionDetails, starts_at: datetime) -> list[str]:
    """What keeps a session from being drafted as the row has it, as sentences."""
    found: list[str] = []
    if starts_at <= clock.now():
        found.append(f"{day(details.parts[0].on)} is in the past.")
    if details.online_capacity is not None and details.mode is not Mode.HYBRID:
        found.append("Only a hybrid session keeps places online apart. Leave “places online” empty.")
    _field, sentence = booking_times_problem(
        details.booking_opens_at, details.booking_closes_at, starts_at, details.applications_close_at
    )
    return [*found, f"{sentence}."] if sentence else found


def _lacking(deed: Deed) -> list[str]:
    """What is missing still before it can be published, as sentences."""
    found: list[str] = []
    if deed.course.status is CourseStatus.DRAFT:
        found.append("The course is a draft itself. Make it live before you publish this.")
    if needs_venue(deed.details.mode) and deed.details.venue_id is None:
        found.append("There is no venue yet.")
    if needs_link(deed.details.mode) and not deed.details.online_link:
        found.append("There is no online link yet.")
    return found


def _in_words(deed: Deed, row: ProgrammeRow) -> list[str]:
    """Everything the row says, as it was understood."""
    details = deed.details
    online = f", and {details.online_capacity} online" if details.online_capacity is not None else ""
    where = f" at {row.venue}" if details.venue_id is not None else ""
    said = [
        f"A draft of {deed.course.title}: {dates_in_words(details.parts)}.",
        f"{MODE_LABELS[details.mode]}{where}, {count(details.capacity, 'place')}{online}.",
    ]
    names = [trainer.name for trainer in deed.trainers if trainer]
    if names:
        said.append(f"{listing(names)} {'is' if len(names) == 1 else 'are'} asked to teach it once it is published.")
    moments = {
        "Booking opens": details.booking_opens_at,
        "Booking closes": details.booking_closes_at,
        "Applications close": details.applications_close_at,
    }
    said += [f"{what} on {_moment(at)}." for what, at in moments.items() if at is not None]
    return said


def _moment(at: datetime) -> str:
    here = clock.local(at)
    return f"{day(here)} at {here:%H:%M}"


def may_load(viewer: Viewer, _given: Mapping[str, Any]) -> bool:
    """Whether the viewer plans the programme."""
    return viewer.is_machine or viewer.has(Role.OFFICER)


def became(table: str, _left: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What became of a row since it was loaded: of a session, that it was published or called off."""
    if table != CourseSession.__tablename__:
        return "was changed since"
    words = {
        SessionStatus.PUBLISHED.value: "was published since. Call it off instead",
        SessionStatus.CALLED_OFF.value: "was published and called off since",
        SessionStatus.FINISHED.value: "was held since",
    }
    return words.get(str(now["status"]), "was changed since. Discard the draft instead")


IMPORT = register_batch_kind(
    BatchKind(
        name="programme",
        label="Programme",
        columns=COLUMNS,
        may=may_load,
        planner=ProgrammePlanner,
        most_rows=500,
        audits_itself=True,
        words={
            "course_session": "the session",
            "session_part": "a day of the session",
            "trainer_assignment": "a trainer of the session",
            "booking": "bookings",
            "reservation": "reserved places",
        },
        became=became,
    )
)
