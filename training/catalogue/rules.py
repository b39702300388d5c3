"""What a course must be to stand in the catalogue; decisions on plain values."""

import re
from collections.abc import Collection, Mapping

from training.core.columns import folded

CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}", re.ASCII)
MOST_OUTCOMES = 12
LONGEST_OUTCOME = 300
MOST_MONTHS = 120
"""How far apart a requirement that comes round can ask for a course."""
RESERVED = frozenset({"new"})
"""What addresses say beside the names of things: `/desk/courses/new`."""

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def is_code(text: str) -> bool:
    """Whether `text` can begin the references of sessions: two to eight capitals and figures, a letter first."""
    return CODE.fullmatch(text) is not None


def slug_of(folded_title: str) -> str:
    """A folded title as part of an address: `Neglect & you` is `neglect-you`; never empty, at most 80 long."""
    slug = _NOT_IN_SLUG.sub("-", folded_title.replace("'", "")).strip("-")[:80].strip("-")
    return f"{slug}-1" if slug in RESERVED else slug or "unnamed"


def missing_to_go_live(summary: str, outcomes: int, kind_has_outcomes: bool) -> list[str]:
    """What a course still needs before the programme may show it, as things: “a summary”."""
    missing: list[str] = []
    if not summary.strip():
        missing.append("a summary")
    if kind_has_outcomes and outcomes == 0:
        missing.append("at least one outcome")
    return missing


def outcomes_problem(texts: list[str]) -> str:
    """What is wrong with outcome statements, as a sentence; empty when nothing is."""
    if len(texts) > MOST_OUTCOMES:
        return f"Enter {MOST_OUTCOMES} outcomes or fewer"
    too_long = next((number for number, text in enumerate(texts, 1) if len(text) > LONGEST_OUTCOME), None)
    if too_long is not None:
        return f"Outcome {too_long} must be {LONGEST_OUTCOME} characters or fewer"
    if len({text.casefold() for text in texts}) < len(texts):
        return "Enter each outcome once"
    return ""


def is_asked_of(requires_group: int | None, requires_role: str, workforce_group_id: int | None, job_role: str) -> bool:
    """Whether a requirement is for a job: its workforce group and its role, where it names them; roles as folded words.

    A job whose workforce group is not known meets no requirement that names one.
    """
    return (requires_group is None or requires_group == workforce_group_id) and (
        not requires_role or folded(requires_role) == folded(job_role)
    )


def way_back(course_id: int, first_id: int, before: Mapping[int, Collection[int]]) -> list[int]:
    """How somebody who must do `first_id` first would be led back to `course_id`: the courses on the way, both ends.

    Begins with `first_id` and ends with `course_id`; empty where there is no way back. `before` is what comes directly
    before each course.
    """
    paths, seen = [[first_id]], {first_id}
    while paths:
        path = paths.pop(0)
        if path[-1] == course_id:
            return path
        for key in sorted(before.get(path[-1], ())):
            if key not in seen:
                seen.add(key)
                paths.append([*path, key])
    return []
