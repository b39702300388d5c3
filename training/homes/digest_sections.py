"""What a digest is made of: a heading and rows, as plain text."""

from dataclasses import dataclass

ROWS_NAMED = 15
"""How many rows of a section are named; the rest are counted."""


@dataclass(frozen=True)
class Section:
    """One part of a digest: what the subject says of it, its heading, and its rows."""

    summary: str
    heading: str
    rows: list[str]


def in_text(section: Section) -> str:
    """The section as a message writes it."""
    rows = [f"* {row}" for row in section.rows[:ROWS_NAMED]]
    if more := len(section.rows) - ROWS_NAMED:
        rows += [f"* and {more} more"] if more > 0 else []
    return "\n\n".join([f"# {section.heading}", "\n".join(rows)])
