"""Attendance by agency against the training plan: who came, who did not, and what was expected by now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeVar

from training.agencies.models import Agency, Sector
from training.agencies.tree import all_periods, parents_on, successors
from training.core import clock
from training.core.viewer import Viewer
from training.planning.queries import agencies_with_sector, lines_of
from training.planning.rules import COLOUR_LABELS, Colour, colour, expected_attendances
from training.reports.figures import NOTHING_HELD, NOTHING_RAN, Attendance, Delivery, share
from training.reports.filters import Asked, Level, Reckoning
from training.reports.queries_attendance import agencies_within_reach, attendance_by, chosen, people_by_agency
from training.reports.queries_sessions import delivery_by
from training.reports.stretches import Stretches, stretches_of
from training.schedule.models import CourseSession

TO_BE_CONFIRMED = "Agency to be confirmed"
Person = tuple[int | None, int | None]
Own = tuple[int | None, int]
"""An agency, None where it is to be confirmed, and the number of a stretch of the year."""
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
    usually run in it. Rows are ordered by sector and name, “agency to be confirmed” last. As agencies are now, every
    figure of one that another took over is its successor's; the sum is the same either way.
    """
    sessions = chosen(asked.year, asked.course_id, asked.mode)
    ran = delivery_by(viewer, [CourseSession.course_id], sessions)
    stretches = stretches_of(asked)
    own = _own_figures(viewer, asked, {key[0]: delivery.places_offered for key, delivery in ran.items()}, stretches)
    if asked.agencies is Reckoning.NOW:
        own = _under_successors(own)
    agencies = agencies_with_sector(viewer)
    reach = agencies_within_reach(viewer)
    if reach is not None:
        agencies = [pair for pair in agencies if pair[0].id in reach]
    if asked.sector is not None:
        agencies = [pair for pair in agencies if pair[1].id == asked.sector.id]
    rows = _rolled_up(asked, agencies, own, stretches)
    unknown = _all_year(own, None)
    if unknown is not None and asked.sector is None:
        rows.append(AgencyRow(TO_BE_CONFIRMED, "", unknown))
    return AgencyReport(
        asked=asked,
        rows=[row for row in rows if not row.figures.is_empty],
        totals=sum((row.figures for row in rows), AgencyFigures()),
        delivery=sum(ran.values(), NOTHING_RAN),
        silent=[row.name for row in rows if row.figures.is_empty],
        is_whole=reach is None,
    )


def _own_figures(
    viewer: Viewer, asked: Asked, offered: Mapping[int, int], stretches: Stretches
) -> dict[Own, AgencyFigures]:
    """Figures of each agency's own people by stretch of the year; `offered` are places to date by course.

    Targets and what is expected are for the year as a whole and stand in its last stretch. A lead reads no target for
    a year in which the agency came below theirs: part of it is not theirs to read.
    """
    sessions = chosen(asked.year, asked.course_id, asked.mode)
    keys, last = stretches.columns, stretches.last
    figures: dict[Own, AgencyFigures] = {}
    for key, attendance in attendance_by(viewer, keys, sessions, by_agency=True).items():
        figures[key[0], key[1] if keys else last] = AgencyFigures(attendance=attendance)
    for key, people in people_by_agency(viewer, sessions, keys).items():
        own = key[0], key[1] if keys else last
        figures[own] = figures.get(own, AgencyFigures()) + AgencyFigures(people=frozenset(people))
    reach = agencies_within_reach(viewer)
    for line in lines_of(viewer, asked.year):
        if asked.course_id not in (None, line.course.id) or asked.mode not in (None, line.course.mode):
            continue
        for agency_id, target in line.targets.items():
            if reach is None or (agency_id in reach and (reach[agency_id] or date.min) <= asked.year.first_day):
                expected = expected_attendances(target, offered.get(line.course.id, 0), line.places)
                present = figures.get((agency_id, last), AgencyFigures())
                figures[agency_id, last] = present + AgencyFigures(target=target, expected=expected)
    return figures


def _under_successors(own: Mapping[Own, AgencyFigures]) -> dict[Own, AgencyFigures]:
    """The same figures, those of an agency that another took over under the one that stands for it today."""
    takes_over = successors()
    found: dict[Own, AgencyFigures] = {}
    for (agency_id, stretch), figures in own.items():
        now = takes_over.get(agency_id, agency_id) if agency_id is not None else None
        found[now, stretch] = found.get((now, stretch), AgencyFigures()) + figures
    return found


def _all_year(own: Mapping[Own, AgencyFigures], agency_id: int | None) -> AgencyFigures | None:
    """An agency's figures over all stretches of the year; None without any."""
    parts = [figures for (key, _), figures in own.items() if key == agency_id]
    return sum(parts[1:], parts[0]) if parts else None


def _rolled_up(
    asked: Asked, agencies: list[tuple[Agency, Sector]], own: Mapping[Own, AgencyFigures], stretches: Stretches
) -> list[AgencyRow]:
    """The rows of the level asked for, in the order of `agencies`; one that had ended before counts only with figures.

    Agencies that nobody could come from any more are no silent ones.
    """
    whole: dict[int | None, AgencyFigures] = {}
    for (key, _), figures in own.items():
        whole[key] = whole.get(key, AgencyFigures()) + figures
    begins = clock.today() if asked.agencies is Reckoning.NOW else asked.year.first_day
    agencies = [
        pair for pair in agencies if pair[0].id in whole or pair[0].ended_on is None or pair[0].ended_on >= begins
    ]
    known = {agency.id: whole.get(agency.id, AgencyFigures()) for agency, _ in agencies}
    if asked.level is Level.AGENCY:
        return [AgencyRow(agency.name, sector.name, known[agency.id]) for agency, sector in agencies]
    if asked.level is Level.SECTOR:
        return _summed((sector.name, sector.name, known[agency.id]) for agency, sector in agencies)
    if asked.level is Level.REPORTING_GROUP:
        return _summed((sector.reporting_group, "", known[agency.id]) for agency, sector in agencies)
    named = {agency.id: (agency.name, sector.name) for agency, sector in agencies}
    periods = all_periods()
    rows = _summed(
        (*named[top], own.get((key, stretch), AgencyFigures()))
        for stretch, day in stretches.days.items()
        for key, top in _tops(named, parents_on(periods, day)).items()
    )
    order = {pair: place for place, pair in enumerate(named.values())}
    # Who was at the top for a part of the year only, and has no figures there, is not silent but below somebody now.
    last = {named[top] for top in _tops(named, parents_on(periods, stretches.days[stretches.last])).values()}
    rows = [row for row in rows if not row.figures.is_empty or (row.name, row.sector) in last]
    return sorted(rows, key=lambda row: order[row.name, row.sector])


def _summed(parts: Iterable[tuple[str, str, AgencyFigures]]) -> list[AgencyRow]:
    """One row for each name and sector, in the order in which they first come."""
    sums: dict[tuple[str, str], AgencyFigures] = {}
    for name, sector, figures in parts:
        sums[name, sector] = sums.get((name, sector), AgencyFigures()) + figures
    return [AgencyRow(name, sector, figures) for (name, sector), figures in sums.items()]


def _tops(known: Collection[int], parents: Mapping[int, int]) -> dict[int, int]:
    """The organisation at the top of each agency's tree; of a circle, the agency itself.

    Looks no higher than `known`, so that a lead's report ends with the lead's own agency.
    """
    tops: dict[int, int] = {}
    for key in known:
        top, seen = key, {key}
        while (above := parents.get(top)) is not None and above in known and above not in seen:
            top = above
            seen.add(top)
        tops[key] = key if parents.get(top) in seen else top
    return tops


def _sum(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other
