"""What must hold of the data: each stage says what it can look for, and nothing is changed by looking."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One place where something does not hold, as a sentence, with the page on which it can be looked at."""

    sentence: str
    endpoint: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Check:
    """Something that must hold, in words, and how to find where it does not."""

    name: str
    holds: str
    """What is true when nothing is found: “No session has more people than places”."""
    look: Callable[[], Iterable[Finding]]
    mend: str = ""
    """What to do about a finding."""


_checks: dict[str, Check] = {}


def register_check(name: str, holds: str, mend: str, look: Callable[[], Iterable[Finding]]) -> Check:
    """Add a check, once, when its stage is imported; raises ValueError if the name is taken."""
    if name in _checks:
        raise ValueError(f"the check {name} is already known")
    _checks[name] = Check(name, holds, look, mend)
    return _checks[name]


def checks() -> tuple[Check, ...]:
    """All checks in the order of the stages."""
    return tuple(_checks.values())


def run_checks() -> list[tuple[Check, list[Finding]]]:
    """Every check with what it found, in one reading; nothing is changed."""
    return [(check, list(check.look())) for check in checks()]
