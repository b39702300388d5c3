"""Decisions about agencies on plain values."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from training.core.refusal import Refused

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
RESERVED_CODES = frozenset({"new", "import", "sectors", "fee-bands", "to-confirm"})


def clean_domain(text: str) -> str:
    """`text` as an e-mail domain in lower case, without the @ some people type; Refused where it is none."""
    domain = text.strip().lower().removeprefix("@")
    if len(domain) > 200 or not _DOMAIN.fullmatch(domain):
        raise Refused(f"Enter e-mail domains like council.example, not “{text.strip()}”", "domains")
    return domain


def clean_code(text: str) -> str:
    """`text` as a code that can stand in an address; Refused where it is none."""
    code = text.strip()
    if not _CODE.fullmatch(code):
        raise Refused("A code has up to 40 letters, figures, hyphens and dots, no spaces", "code")
    if code.lower() in RESERVED_CODES:
        raise Refused(f"“{code}” cannot be a code, because a page has that address", "code")
    return code


def domain_of(address: str) -> str:
    """What stands after the @ of an address, in lower case."""
    return address.rpartition("@")[2].strip().lower()


def circle(parents: Mapping[str, str]) -> list[str]:
    """The names that stand above each other in a circle, in their order; empty where the tree is one.

    `parents` gives for each name the one above it.
    """
    settled: set[str] = set()
    for start in parents:
        walked: list[str] = []
        name: str | None = start
        while name is not None and name not in settled:
            if name in walked:
                return walked[walked.index(name) :]
            walked.append(name)
            name = parents.get(name)
        settled.update(walked)
    return []


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two periods (first day, last day or None) have a day in common."""
    return one[0] <= (other[1] or date.max) and other[0] <= (one[1] or date.max)


def runs_into(period: tuple[date, date | None], others: Iterable[tuple[date, date | None]]) -> bool:
    """Whether `period` has a day in common with any of `others`."""
    return any(overlap(period, other) for other in others)


def stands_below_on(agency: int, other: int, parents: Mapping[int, int]) -> bool:
    """Whether `other` is `agency` or stands below it, by who is directly above whom."""
    walked: set[int] = set()
    step: int | None = other
    while step is not None and step not in walked:
        if step == agency:
            return True
        walked.add(step)
        step = parents.get(step)
    return False
