"""Training plans: lines by course and quarter, and targets per agency, of two past years and the present one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from random import Random

from training.core import clock
from training.demonstration.agencies import InventedAgency
from training.demonstration.current_year import COMING, published_mix
from training.demonstration.diary import Diary
from training.demonstration.history import HeldSession
from training.demonstration.ledger import Ledger
from training.demonstration.programme import Courses
from training.demonstration.sessions import InventedSession
from training.demonstration.working_days import working_day_before
from training.planning.models import PlanLine, PlanStatus, PlanTarget, TrainingPlan
from training.planning.operations import LineFacts, agree_plan, change_line
from training.planning.years import TrainingYear

WITHOUT_TARGETS = {"NICB", "SPORT", "HTS"}
"""Agencies that did not answer the needs analysis."""
EVENTS = ("CONF", "NSL")
"""What is planned once, in the quarter in which it is held."""
USUALLY_FILLED = 0.75
"""The share of planned places that plans reckon with."""
SHARE_OF_HABIT = 0.6
"""How far a target follows who has come so far; the rest follows the size of the agency."""
HOW_MUCH_WAS_ASKED = (0.8, 0.85, 0.9, 1.0, 1.0, 1.15, 1.4)
"""An agency’s target as a multiple of what it would send anyway."""
OBJECTIVES = {
    "WT": "Everybody who works with children knows the local arrangements",
    "DSL": "Every school and setting has a trained lead and deputy",
    "NST": "Neglect is recognised early and described in the same words",
    "PCE": "Exploitation is seen before a crime is",
    "DA": "Children who live with domestic abuse are seen and heard",
    "CSA": "Concerns about sexual abuse are acted on before a child tells",
}
USUAL_OBJECTIVE = "Practitioners are confident in this part of their work"
Attendances = dict[tuple[int | None, str], float]
"""How many people of an agency (by key) attend a course (by code) in a year, or are expected to."""


@dataclass
class Plans:
    """Writes plans into the ledger."""

    ledger: Ledger
    diary: Diary
    courses: Courses
    agencies: list[InventedAgency]
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = self.ledger.chance("plans")
        self.asked: dict[int | None, float] = {
            agency.id: self.chance.choice(HOW_MUCH_WAS_ASKED) for agency in self.agencies
        }

    def add(
        self, year: TrainingYear, sessions: dict[str, list[int]], places: dict[str, int], came: Attendances
    ) -> dict[str, int]:
        """Note the plan of `year`: sessions by quarter and places a session for each course code.

        `came` says how many of each agency (by key) attend each course in a year; targets follow it. The keys of the
        lines by course code.
        """
        plan_id = self.ledger.add(TrainingPlan, starts=year.starts, status=PlanStatus.DRAFT, agreed_on=None)
        agreed_on = _agreed_on(year)
        self.diary.note(
            clock.instant(agreed_on, time(16, 30)), partial(agree_plan, self.diary.officer, plan_id, agreed_on)
        )
        owed: dict[int | None, float] = {}
        lines: dict[str, int] = {}
        for code, quarters in sorted(sessions.items()):
            lines[code] = line_id = self.ledger.add(
                PlanLine,
                plan_id=plan_id,
                course_id=self.courses[code].id,
                objective=OBJECTIVES.get(code, USUAL_OBJECTIVE),
                **{f"sessions_q{number}": count for number, count in enumerate(quarters, start=1)},
                **{f"places_q{number}": count * places[code] for number, count in enumerate(quarters, start=1)},
            )
            for agency in self.agencies:
                # What is lost by rounding in one line is made up in another.
                wanted = came.get((agency.id, code), 0) * self.asked[agency.id] + owed.get(agency.id, 0)
                target = max(0, round(wanted))
                owed[agency.id] = wanted - target
                if target and agency.code not in WITHOUT_TARGETS:
                    self.ledger.add(PlanTarget, line_id=line_id, agency_id=agency.id, attendances=target)
        return lines


def add_plans(
    ledger: Ledger,
    diary: Diary,
    held: list[HeldSession],
    schedule: list[InventedSession],
    courses: Courses,
    agencies: list[InventedAgency],
    now: datetime,
) -> None:
    """Note the plans of 2021-22, 2023-24 and the present year, with one change since the last was agreed."""
    plans = Plans(ledger, diary, courses, agencies)
    for year in (TrainingYear(2021), TrainingYear(2023)):
        of_year = [each for each in held if each.session.year == year]
        plans.add(year, _by_quarter(of_year, plans.chance), _places(of_year), _came(of_year))
    present = TrainingYear.of(clock.local(now).date())
    mix = Counter(code for code, _ in published_mix()) | Counter(coming.code for coming in COMING)
    quarters = {code: _spread(count, plans.chance) for code, count in mix.items()}
    for session in schedule:
        if session.year == present and session.planned.course.code in EVENTS:
            quarters[session.planned.course.code] = _in_quarter_of(session)
    places = {code: courses[code].capacity for code in quarters}
    came = _came_and_will_come([each for each in held if each.session.year == present], quarters, places, agencies)
    lines = plans.add(present, quarters, places, came)
    facts = _one_more("WT", quarters, places)
    changed_on = working_day_before(_agreed_on(present) + (clock.local(now).date() - _agreed_on(present)) / 2)
    changed_at = clock.instant(changed_on, time(10, 20))
    diary.note(changed_at, partial(change_line, diary.officer, lines["WT"], facts))


def _agreed_on(year: TrainingYear) -> date:
    """When the subgroup met before the year began."""
    return working_day_before(date(year.starts, 3, 19))


def _one_more(code: str, quarters: dict[str, list[int]], places: dict[str, int]) -> LineFacts:
    """What the line of `code` says with one more session in the last quarter."""
    first, second, third, fourth = quarters[code]
    sessions = (first, second, third, fourth + 1)
    room = places[code]
    return LineFacts(
        OBJECTIVES.get(code, USUAL_OBJECTIVE), sessions, (first * room, second * room, third * room, sessions[3] * room)
    )


def _came_and_will_come(
    held: list[HeldSession], quarters: dict[str, list[int]], places: dict[str, int], agencies: list[InventedAgency]
) -> Attendances:
    """Attendances to expect in the whole year: by who has come so far, and by the sizes of agencies."""
    so_far, offered = _came(held), Counter[str]()
    for each in held:
        offered[each.session.planned.course.code] += each.session.planned.capacity
    size = sum(agency.share for agency in agencies)
    expected: Attendances = {}
    for code, counts in quarters.items():
        planned = sum(counts) * places[code]
        for agency in agencies:
            by_size = planned * USUALLY_FILLED * agency.share / size
            if offered[code]:
                by_habit = so_far.get((agency.id, code), 0) * planned / offered[code]
                expected[agency.id, code] = SHARE_OF_HABIT * by_habit + (1 - SHARE_OF_HABIT) * by_size
            else:
                expected[agency.id, code] = by_size
    return expected


def _in_quarter_of(session: InventedSession) -> list[int]:
    day = session.planned.days[-1]
    quarter = sum(1 for start in session.year.quarter_starts() if start <= day)
    return [int(number == quarter) for number in range(1, 5)]


def _by_quarter(held: list[HeldSession], chance: Random) -> dict[str, list[int]]:
    """What was run, and here and there one more than was."""
    quarters: dict[str, list[int]] = {}
    for each in held:
        counts = quarters.setdefault(each.session.planned.course.code, [0, 0, 0, 0])
        counts[_in_quarter_of(each.session).index(1)] += 1
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


def _came(held: list[HeldSession]) -> Attendances:
    came: Attendances = {}
    for each in held:
        for attendee in each.attendees:
            key = attendee.post.agency.id, each.session.planned.course.code
            came[key] = came.get(key, 0) + 1
    return came
