"""Attendance by agency against the training plan: who came, who did not, and what was expected by now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import or_, select

from training.agencies.models import Agency, AgencyParent, Sector
from training.core import clock
from training.core.database import db
from training.core.viewer import Viewer
from training.planning.queries import agencies_with_sector, lines_of
from training.planning.rules import COLOUR_LABELS, Colour, colour, expected_attendances
from training.reports.figures import NOTHING_HELD, NOTHING_RAN, Attendance, Delivery, share
from training.reports.filters import Asked, Level
from training.reports.queries_attendance import agencies_within_reach, attendance_by, chosen, people_by_agency
from training.reports.queries_sessions import delivery_by
from training.schedule.models import CourseSession

TO_BE_CONFIRMED = "Agency to be confirmed"
Person = tuple[int | None, int | None]
Number = TypeVar("Number", int, Fraction)


@dataclass(frozen=True)
class AgencyFigures:
    """What is known of one agency's own people, or of several agencies added up.

    `target` is None without one; `expected` is exact, None while nothing of what has a target was offered.
    """

    target: int | None = None
    expected: Fraction | None = None
    attendance: Attendance = NOTHING_HELD
    people: frozenset[Person] = field(default=frozenset(), repr=False)

    def __add__(self, other: "AgencyFigures") -> "AgencyFigures":
        return AgencyFigures(
            target=_sum(self.target, other.target),
            expected=_sum(self.expected, other.expected),
            attendance=self.attendance + other.attendance,
            people=self.people | other.people,
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a target nor anybody who booked or came."""
        return self.target is None and self.attendance == NOTHING_HELD

    @property
    def take_up(self) -> int | None:
        """Attendances in per cent of what was expected; None where nothing is expected."""
        return share(self.attendance.attendances, self.expected)

    @property
    def colour(self) -> Colour | None:
        return colour(self.attendance.attendances, self.expected, self.target)

    @property
    def standing(self) -> str:
        """The colour in words, or why there is none."""
        if self.colour is not None:
            return COLOUR_LABELS[self.colour]
        if self.target is None:
            return "No target"
        return "Not judged" if self.expected else "Not offered yet"


@dataclass(frozen=True)
class AgencyRow:
    """One row of the report: an agency, or what its level adds up."""

    name: str
    sector: str
    figures: AgencyFigures


@dataclass(frozen=True)
class AgencyReport:
    """Rows, their sum, what ran, and the agencies that have neither a target nor a booking."""

    asked: Asked
    rows: list[AgencyRow]
    totals: AgencyFigures
    delivery: Delivery
    silent: list[str]
    is_whole: bool
    """Whether the viewer reads all agencies; a training lead reads their own."""

    @property
    def came(self) -> int:
        """How many of the rows had at least one attendance."""
        return sum(1 for row in self.rows if row.figures.attendance.attendances)


def agency_report(viewer: Viewer, asked: Asked) -> AgencyReport:
    """The report as asked for; a constant number of queries.

    Targets are those of the plan's lines: narrowed to a course, of its line; to a mode, of the courses that
    usually run in it. Rows are ordered by sector and name, “agency to be confirmed” last.
    """
    sessions = chosen(asked.year, asked.course_id, asked.mode)
    ran = delivery_by(viewer, [CourseSession.course_id], sessions)
    own = _own_figures(viewer, asked, {key[0]: delivery.places_offered for key, delivery in ran.items()})
    agencies = agencies_with_sector(viewer)
    reach = agencies_within_reach(viewer)
    if reach is not None:
        agencies = [pair for pair in agencies if pair[0].id in reach]
    if asked.sector is not None:
        agencies = [pair for pair in agencies if pair[1].id == asked.sector.id]
    known = {agency.id: own.get(agency.id, AgencyFigures()) for agency, _ in agencies}
    rows = _rolled_up(asked, agencies, known)
    if None in own and asked.sector is None:
        rows.append(AgencyRow(TO_BE_CONFIRMED, "", own[None]))
    return AgencyReport(
        asked=asked,
        rows=[row for row in rows if not row.figures.is_empty],
        totals=sum((row.figures for row in rows), AgencyFigures()),
        delivery=sum(ran.values(), NOTHING_RAN),
        silent=[row.name for row in rows if row.figures.is_empty],
        is_whole=reach is None,
    )


def _own_figures(viewer: Viewer, asked: Asked, offered: Mapping[int, int]) -> dict[int | None, AgencyFigures]:
    """Figures of each agency's own people; `offered` are places to date by course."""
    sessions = chosen(asked.year, asked.course_id, asked.mode)
    figures: dict[int | None, AgencyFigures] = {}
    for key, attendance in attendance_by(viewer, [], sessions, by_agency=True).items():
        figures[key[0]] = AgencyFigures(attendance=attendance)
    for agency_id, people in people_by_agency(viewer, sessions).items():
        figures[agency_id] = figures.get(agency_id, AgencyFigures()) + AgencyFigures(people=frozenset(people))
    reach = agencies_within_reach(viewer)
    for line in lines_of(viewer, asked.year):
        if asked.course_id not in (None, line.course.id) or asked.mode not in (None, line.course.mode):
            continue
        for agency_id, target in line.targets.items():
            if reach is None or agency_id in reach:
                expected = expected_attendances(target, offered.get(line.course.id, 0), line.places)
                present = figures.get(agency_id, AgencyFigures())
                figures[agency_id] = present + AgencyFigures(target=target, expected=expected)
    return figures


def _rolled_up(
    asked: Asked, agencies: list[tuple[Agency, Sector]], known: Mapping[int, AgencyFigures]
) -> list[AgencyRow]:
    """The rows of the level asked for, in the order of `agencies`."""
    if asked.level is Level.AGENCY:
        return [AgencyRow(agency.name, sector.name, known[agency.id]) for agency, sector in agencies]
    if asked.level is Level.SECTOR:
        return _summed((sector.name, sector.name, known[agency.id]) for agency, sector in agencies)
    if asked.level is Level.REPORTING_GROUP:
        return _summed((sector.reporting_group, "", known[agency.id]) for agency, sector in agencies)
    tops = _tops_on(min(clock.today(), asked.year.last_day), agencies)
    rows = _summed((*tops[agency.id], known[agency.id]) for agency, _ in agencies)
    order = {pair: place for place, pair in enumerate((agency.name, sector.name) for agency, sector in agencies)}
    return sorted(rows, key=lambda row: order.get((row.name, row.sector), len(order)))


def _summed(parts: Iterable[tuple[str, str, AgencyFigures]]) -> list[AgencyRow]:
    """One row for each name and sector, in the order in which they first come."""
    sums: dict[tuple[str, str], AgencyFigures] = {}
    for name, sector, figures in parts:
        sums[name, sector] = sums.get((name, sector), AgencyFigures()) + figures
    return [AgencyRow(name, sector, figures) for (name, sector), figures in sums.items()]


def _tops_on(day: date, agencies: list[tuple[Agency, Sector]]) -> dict[int, tuple[str, str]]:
    """Name and sector of the organisation at the top of each agency's tree on a day; of a circle, the agency itself.

    Looks no higher than `agencies`, so that a lead's report ends with the lead's own agency.
    """
    named = {agency.id: (agency.name, sector.name) for agency, sector in agencies}
    in_force = (AgencyParent.from_on <= day) & or_(AgencyParent.to_on.is_(None), AgencyParent.to_on >= day)
    found = db.session.execute(
        select(AgencyParent.agency_id, AgencyParent.parent_id).where(in_force).order_by(AgencyParent.id)
    )
    parents = {child: parent for child, parent in found if parent in named}
    tops: dict[int, tuple[str, str]] = {}
    for key in named:
        top, seen = key, {key}
        while parents.get(top, key) not in seen:
            top = parents[top]
            seen.add(top)
        tops[key] = named[key if parents.get(top) in seen else top]
    return tops


def _sum(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other
