"""Writes sessions in the columns in which a file of sessions is read: for downloads, for the empty list, for copies."""

from collections.abc import Sequence
from datetime import date, datetime

from training.catalogue.models import MODE_LABELS, CourseStatus
from training.core import clock
from training.core.viewer import Viewer
from training.programme.names import Courses, Pool, Venues
from training.programme.queries import Entry, live_assignments
from training.programme.reading import COLUMNS, ORDER_WORDS
from training.schedule.models import CourseSession, TrainerPart
from training.schedule.operations import SessionDetails, times_of
from training.schedule.rules import PartTimes
from training.web import formats
from training.web.formats import MONTHS
from training.web.sheets import Cell
from training.web.workbooks import Sheet

HEADER = [column.heading for column in COLUMNS]
SHEET, NAMES_SHEET = "Programme", "Names to choose from"


def cells_of(
    course_code: str, venue: str, details: SessionDetails, trainers: tuple[str, str], reference: str = ""
) -> dict[str, str]:
    """A session by the names of the columns, as the reader understands it again."""
    first, *others = details.parts
    online = "" if details.online_capacity is None else str(details.online_capacity)
    return {
        "reference": reference,
        "course": course_code,
        "date": day_text(first.on),
        "start": formats.clock(first.starts),
        "end": formats.clock(first.ends),
        "further_days": "; ".join(_further(part, first) for part in others),
        "mode": MODE_LABELS[details.mode],
        "venue": venue if details.venue_id is not None else "",
        "link": details.online_link,
        "places": str(details.capacity),
        "online_places": online,
        "lead": trainers[0],
        "co_trainer": trainers[1],
        "opens": _moment_text(details.booking_opens_at),
        "closes": _moment_text(details.booking_closes_at),
        "applications": _moment_text(details.applications_close_at),
        "list_order": ORDER_WORDS[details.list_order],
        "notes": details.joining_notes,
    }


def details_of(session: CourseSession) -> SessionDetails:
    """What a session is like, as its form would say it."""
    return SessionDetails(
        parts=times_of(session),
        mode=session.mode,
        capacity=session.capacity,
        online_capacity=session.online_capacity,
        venue_id=session.venue_id,
        online_link=session.online_link,
        joining_notes=session.joining_notes,
        booking_opens_at=session.booking_opens_at,
        booking_closes_at=session.booking_closes_at,
        list_order=session.list_order,
        applications_close_at=session.applications_close_at,
    )


def trainer_cells(session: CourseSession, pool: Pool) -> tuple[str, str]:
    """How a file names the lead and the co-trainer of a session; it has room for one of each."""
    named: dict[TrainerPart, str] = {}
    for assignment in live_assignments(session):
        person = assignment.person
        named.setdefault(assignment.part, pool.written(person.id, person.name, person.ref))
    return named.get(TrainerPart.LEAD, ""), named.get(TrainerPart.CO_TRAINER, "")


def download_rows(entries: Sequence[Entry]) -> list[list[Cell]]:
    """The sessions as rows of a file, with their references: loading it again adds nothing twice."""
    pool = Pool()
    rows: list[list[Cell]] = []
    for entry in entries:
        session = entry.session
        cells = cells_of(
            session.course.code,
            session.venue.name if session.venue else "",
            details_of(session),
            trainer_cells(session, pool),
            session.ref,
        )
        rows.append([cells[column.name] for column in COLUMNS])
    return rows


def example_row() -> list[Cell]:
    """One invented session, whose course nobody has, so that it is never loaded."""
    return [column.example for column in COLUMNS]


def names_sheet(viewer: Viewer) -> Sheet:
    """The courses, venues, trainers and ways of holding a session that can stand in a file today."""
    courses = [course for course in Courses().all if course.status is not CourseStatus.RETIRED]
    pool = Pool()
    columns = [
        [course.code for course in courses],
        [course.title for course in courses],
        [venue.name for venue in Venues(viewer).all],
        [pool.written(member.id, member.name, member.ref) for member in pool.all],
        list(MODE_LABELS.values()),
        list(ORDER_WORDS.values()),
    ]
    longest = max(len(column) for column in columns)
    rows = [[column[place] if place < len(column) else None for column in columns] for place in range(longest)]
    return Sheet(NAMES_SHEET, ["course (code)", "course (title)", "venue", "trainer", "mode", "waiting list"], rows)


def day_text(on: date) -> str:
    """A day as it may be typed: "12 January 2027"."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def _moment_text(moment: datetime | None) -> str:
    if moment is None:
        return ""
    here = clock.local(moment)
    return f"{day_text(here.date())} {here:%H:%M}"


def _further(part: PartTimes, first: PartTimes) -> str:
    if (part.starts, part.ends) == (first.starts, first.ends):
        return day_text(part.on)
    return f"{day_text(part.on)} {formats.time_range(part.starts, part.ends)}"
