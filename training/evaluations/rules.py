"""Decisions about evaluations, on plain values: when, what may be shown, what looks like somebody's name."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from training.core import clock

LEAST_SHOWN = 5
"""Results of fewer people are hidden, so that nobody's answer can be told from the figures."""

_DATE = re.compile(
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}"
    r"|\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*,?\s+(?:19|20)\d{2})\b",
    re.IGNORECASE,
)
_BORN = re.compile(r"\b(?:dob|d\.o\.b|date of birth|born on)\b", re.IGNORECASE)
_TEN_DIGITS = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?!\d)")
_NAME = r"[A-Z][a-z]+(?:[-’'][A-Z][a-z]+)?"
_TWO_NAMES = re.compile(rf"(?<![\w’'-])(?=({_NAME})[ ]+({_NAME})\b)")
# Capitalised in the field's own language; a pair that holds one of them is not a person.
_NOT_NAMES = frozenset(
    {"Act", "After", "All", "And", "April", "At", "August", "Board", "Care", "Case", "Child", "Children",
     "Community", "Conference", "Council", "County", "Court", "December", "Designated", "Director",
     "Domestic", "Early", "Education", "Family", "February", "Fire", "For", "Framework", "Friday", "Graded",
     "Guidance", "Health", "Help", "Home", "Hospital", "However", "Hub", "I", "If", "In", "Independent",
     "Initial", "It", "January", "July", "June", "Lead", "Leads", "Learning", "Local", "Manager", "March",
     "May", "Monday", "Multi", "My", "NHS", "National", "November", "Nurse", "October", "Officer",
     "Operation", "Our", "Parents", "Partnership", "Plan", "Police", "Practice", "Primary", "Protection",
     "Public", "Referral", "Review", "Royal", "Safeguarding", "Saturday", "School", "Schools", "September",
     "Service", "Services", "Social", "Sunday", "Team", "Teams", "The", "Then", "There", "They", "This",
     "Thursday", "Together", "Training", "Trust", "Tuesday", "University", "We", "Wednesday", "When",
     "With", "Work", "Worker", "Workers", "Working", "Youth", "Zoom"}
)  # fmt: skip


def may_be_shown(people: int) -> bool:
    """Whether results of so many people may be shown at all."""
    return people >= LEAST_SHOWN


def impact_due_at(last_end: datetime, weeks: int) -> datetime:
    """The moment `weeks` after the last part ended, at the same time on the wall."""
    ended = clock.local(last_end)
    return clock.instant(ended.date() + timedelta(weeks=weeks), ended.time())


def mean(numbers: Mapping[int, int]) -> float | None:
    """The mean of ratings given as how often each was chosen; None where nobody answered."""
    people = sum(numbers.values())
    return sum(rating * times for rating, times in numbers.items()) / people if people else None


def shuffle_key(salt: str, key: int) -> str:
    """Sorts comments in an order that says nothing about who came first, and is the same every time."""
    return hashlib.sha256(f"{salt}:{key}".encode()).hexdigest()


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number (weights 10 to 2, modulus 11)."""
    rest = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return (11 - rest) % 11 == int(digits[9]) and rest != 1


def looks_personal(text: str) -> str | None:
    """What in `text` looks as if it were about a child or a family, as words for a sentence; None if nothing does.

    It only ever warns: some names are missed, and some places look like names.
    """
    for found in _TEN_DIGITS.finditer(text):
        if is_nhs_number("".join(found.groups())):
            return "an NHS number"
    if _BORN.search(text) or _DATE.search(text):
        return "a date of birth or another exact date"
    pairs = [pair for pair in _TWO_NAMES.findall(text) if _NOT_NAMES.isdisjoint(pair)]
    # The first word of a sentence has a capital anyway, so of overlapping pairs the last is the likeliest.
    return f"a name, “{' '.join(pairs[-1])}”" if pairs else None
