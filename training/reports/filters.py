"""What a report is asked for: a year, and what narrows it; read from an address or a command line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from training.agencies.models import Sector
from training.agencies.queries import sector_choices
from training.catalogue.models import Course, Mode
from training.core import clock
from training.core.columns import folded
from training.core.viewer import Viewer
from training.planning.years import TrainingYear
from training.reports.queries_sessions import courses_to_choose, years_known


class Level(StrEnum):
    """What a row of the agency report is."""

    AGENCY = "agency"
    PARENT = "parent"
    SECTOR = "sector"
    REPORTING_GROUP = "reporting-group"


LEVEL_LABELS = {
    Level.AGENCY: "Agency",
    Level.PARENT: "Organisation",
    Level.SECTOR: "Sector",
    Level.REPORTING_GROUP: "Reporting group",
}
LEVEL_WORDS = {
    Level.AGENCY: "A row counts the agency’s own people, not those of agencies below it.",
    Level.PARENT: "A row adds up an organisation and every agency below it.",
    Level.SECTOR: "A row adds up the agencies of a sector.",
    Level.REPORTING_GROUP: "A row adds up the sectors of a reporting group.",
}


class Reckoning(StrEnum):
    """Under which agency people count who came in one that has changed since."""

    THEN = "then"
    NOW = "now"


RECKONING_LABELS = {Reckoning.THEN: "As they were then", Reckoning.NOW: "As they are now"}
RECKONING_WORDS = {
    Reckoning.THEN: "Agencies are shown as they were on the day of the session.",
    Reckoning.NOW: "Agencies are shown as they are now: one that another took over counts under its successor, "
    "in today’s tree and sectors. The sum is the same as then.",
}


class UnknownChoice(ValueError):
    """Something was asked for that is not known; says what it is and what is known, as they are typed."""

    def __init__(self, what: str, asked: str, known: Iterable[str], argument: str = "") -> None:
        self.what, self.asked, self.known = what, asked, tuple(known)
        self.argument = argument or what
        super().__init__(f"There is no {what} “{asked}”. Known are: {', '.join(self.known) or 'none yet'}.")


@dataclass(frozen=True)
class Choices:
    """What a report can be asked for."""

    years: list[TrainingYear]
    sectors: list[Sector]
    courses: list[Course]


@dataclass(frozen=True)
class Asked:
    """What a report was asked for; None leaves a filter out."""

    year: TrainingYear
    sector: Sector | None = None
    course: Course | None = None
    mode: Mode | None = None
    level: Level = Level.AGENCY
    agencies: Reckoning = Reckoning.THEN

    @property
    def course_id(self) -> int | None:
        return self.course.id if self.course else None

    def as_arguments(self) -> dict[str, str]:
        """The same as the arguments of an address."""
        chosen = {
            "year": str(self.year),
            "sector": slug_of(self.sector.name) if self.sector else "",
            "course": self.course.slug if self.course else "",
            "mode": self.mode or "",
            "level": "" if self.level is Level.AGENCY else self.level,
            "agencies": "" if self.agencies is Reckoning.THEN else self.agencies,
        }
        return {name: str(value) for name, value in chosen.items() if value}


def slug_of(name: str) -> str:
    """A name as it stands in an address: "Voluntary & community" as "voluntary-community"."""
    return re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")


def choices(viewer: Viewer) -> Choices:
    """What `viewer` can ask for; four queries."""
    return Choices(years_known(viewer), sector_choices(viewer), courses_to_choose(viewer))


def read_asked(offered: Choices, values: Mapping[str, str]) -> Asked:
    """What `values` ask for: `year`, `sector`, `course`, `mode`, `level`, `agencies`, each optional; no year is
    this year.

    Sectors and courses may be given by name or as in an address, courses by code as well. Raises UnknownChoice.
    """
    years = {str(year): year for year in offered.years}
    sectors = {slug_of(sector.name): sector for sector in offered.sectors}
    courses = {course.slug: course for course in offered.courses}
    other_names = {slug_of(name): course for course in offered.courses for name in (course.title, course.code)}
    text = {name: value.strip() for name, value in values.items()}

    year = text.get("year") or str(TrainingYear.of(clock.today()))
    if year not in years:
        raise UnknownChoice("year", year, sorted(years))
    sector = text.get("sector", "")
    if sector and slug_of(sector) not in sectors:
        raise UnknownChoice("sector", sector, sectors)
    course = text.get("course", "")
    if course and course not in courses and slug_of(course) not in other_names:
        raise UnknownChoice("course", course, courses)
    mode = text.get("mode", "")
    if mode and mode not in tuple(Mode):
        raise UnknownChoice("mode", mode, tuple(Mode))
    level = text.get("level") or Level.AGENCY
    if level not in tuple(Level):
        raise UnknownChoice("level", level, tuple(Level))
    agencies = text.get("agencies") or Reckoning.THEN
    if agencies not in tuple(Reckoning):
        raise UnknownChoice("way to show agencies", agencies, tuple(Reckoning), argument="agencies")
    return Asked(
        year=years[year],
        sector=sectors[slug_of(sector)] if sector else None,
        course=(courses.get(course) or other_names[slug_of(course)]) if course else None,
        mode=Mode(mode) if mode else None,
        level=Level(level),
        agencies=Reckoning(agencies),
    )
