"""Training plans: lines by course and quarter, and targets per agency, of two past years and the present one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random

from training.demonstration.agencies import InventedAgency
from training.demonstration.current_year import COMING, PLACES, published_mix
from training.demonstration.history import HeldSession
from training.demonstration.ledger import Ledger
from training.demonstration.programme import Courses
from training.planning.models import PlanLine, PlanStatus, PlanTarget, TrainingPlan
from training.planning.years import TrainingYear

WITHOUT_TARGETS = {"NICB", "SPORT", "HTS"}
"""Agencies that did not answer the needs analysis."""
HOW_MUCH_WAS_ASKED = (0.9, 1.0, 1.0, 1.05, 1.2, 1.3, 1.6)
"""An agency’s target as a multiple of what it would send anyway: up to 1.1 shows green, up to 1.4 amber, above red."""
OBJECTIVES = {
    "WT": "Everybody who works with children knows the local arrangements",
    "DSL": "Every school and setting has a trained lead and deputy",
    "NST": "Neglect is recognised early and described in the same words",
    "PCE": "Exploitation is seen before a crime is",
    "DA": "Children who live with domestic abuse are seen and heard",
    "CSA": "Concerns about sexual abuse are acted on before a child tells",
}


@dataclass
class Plans:
    """Writes plans into the ledger."""

    ledger: Ledger
    courses: Courses
    agencies: list[InventedAgency]
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = self.ledger.chance("plans")
        self.asked: dict[int, float] = {agency.id: self.chance.choice(HOW_MUCH_WAS_ASKED) for agency in self.agencies}

    def add(
        self, year: TrainingYear, sessions: dict[str, list[int]], places: dict[str, int], came: Counter[tuple[int, str]]
    ) -> None:
        """Note the plan of `year`: sessions by quarter and places a session for each course code.

        `came` says how many of each agency (by key) attend each course in a year; targets follow it.
        """
        plan_id = self.ledger.add(
            TrainingPlan, starts=year.starts, status=PlanStatus.AGREED, agreed_on=date(year.starts, 3, 18)
        )
        for code, quarters in sorted(sessions.items()):
            course = self.courses[code]
            line_id = self.ledger.add(
                PlanLine,
                plan_id=plan_id,
                course_id=course.id,
                objective=OBJECTIVES.get(code, "Practitioners are confident in this part of their work"),
                **{f"sessions_q{number}": count for number, count in enumerate(quarters, start=1)},
                **{f"places_q{number}": count * places[code] for number, count in enumerate(quarters, start=1)},
            )
            for agency in self.agencies:
                target = round(came[agency.id, code] * self.asked[agency.id])
                if target and agency.code not in WITHOUT_TARGETS:
                    self.ledger.add(PlanTarget, line_id=line_id, agency_id=agency.id, attendances=target)


def add_plans(
    ledger: Ledger, held: list[HeldSession], courses: Courses, agencies: list[InventedAgency], today: date
) -> None:
    """Note the plans of 2021-22, 2023-24 and the present year."""
    plans = Plans(ledger, courses, agencies)
    for year in (TrainingYear(2021), TrainingYear(2023)):
        of_year = [each for each in held if TrainingYear.of(each.session.planned.days[-1]) == year]
        plans.add(year, _by_quarter(year, of_year, plans.chance), _places(of_year), _came(of_year))
    present = TrainingYear.of(today)
    last = [each for each in held if TrainingYear.of(each.session.planned.days[-1]) == TrainingYear(2023)]
    mix = Counter(code for code, _ in published_mix()) | Counter(coming.code for coming in COMING)
    quarters = {code: _spread(count, plans.chance) for code, count in mix.items()}
    places = {code: PLACES[courses[code].mode] for code in mix}
    plans.add(present, quarters, places, _came(last))


def _by_quarter(year: TrainingYear, held: list[HeldSession], chance: Random) -> dict[str, list[int]]:
    """What was run, and here and there one more than was."""
    starts = year.quarter_starts()
    quarters: dict[str, list[int]] = {}
    for each in held:
        counts = quarters.setdefault(each.session.planned.course.code, [0, 0, 0, 0])
        counts[sum(1 for start in starts if start <= each.session.planned.days[-1]) - 1] += 1
    for code in sorted(quarters):
        if chance.random() < 0.3:
            quarters[code][chance.randrange(4)] += 1
    return quarters


def _spread(count: int, chance: Random) -> list[int]:
    quarters = [count // 4] * 4
    for quarter in chance.sample(range(4), count % 4):
        quarters[quarter] += 1
    return quarters


def _places(held: list[HeldSession]) -> dict[str, int]:
    return {each.session.planned.course.code: each.session.planned.capacity for each in held}


def _came(held: list[HeldSession]) -> Counter[tuple[int, str]]:
    return Counter(
        (attendee.post.agency.id, each.session.planned.course.code) for each in held for attendee in each.attendees
    )
