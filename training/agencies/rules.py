"""Decisions about agencies on plain values."""

import re
from collections.abc import Mapping

from training.core.refusal import Refused

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def clean_domain(text: str) -> str:
    """`text` as an e-mail domain in lower case, without the @ some people type; Refused where it is none."""
    domain = text.strip().lower().removeprefix("@")
    if len(domain) > 200 or not _DOMAIN.fullmatch(domain):
        raise Refused(f"Enter e-mail domains like council.example, not “{text.strip()}”", "domains")
    return domain


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
