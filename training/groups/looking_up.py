"""Finds the people that a pasted list names among those the viewer may book, and says of every other line why not."""

from dataclasses import dataclass, field
from zlib import crc32

from training.core.viewer import Role, Viewer
from training.groups.queries_people import Candidate, candidates, name_key, refs_by_address, refs_by_name
from training.groups.reading import Line, read_list
from training.schedule.models import CourseSession


@dataclass
class ReadList:
    """What became of each line of a list."""

    found: dict[str, Candidate] = field(default_factory=dict[str, Candidate])
    """By reference, in the order of the list, each person once."""
    twice: list[tuple[Line, int]] = field(default_factory=list[tuple[Line, int]])
    """Lines that name somebody again, with the number of the line that named them first."""
    several: list[tuple[Line, list[Candidate]]] = field(default_factory=list[tuple[Line, list[Candidate]]])
    """Names that several people have."""
    unknown: list[Line] = field(default_factory=list[Line])
    """Who is not among those the viewer may book, and can be added."""
    refused: list[tuple[Line, str]] = field(default_factory=list[tuple[Line, str]])
    """Lines that nobody is booked by, each with the reason."""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to say what to do about a line."""
        return bool(self.several or self.unknown or self.refused)


def key_of(line: Line) -> str:
    """A short name for a line, the same however often the list is read and wherever the line stands."""
    return f"{crc32(' '.join(line.text.casefold().split()).encode()):08x}"


def look_up(viewer: Viewer, course_session: CourseSession, text: str) -> ReadList:
    """Read `text` and find whom it names; raises `reading.TooLong`.

    Whoever is somewhere else is like nobody: it is not said whether an address is known.
    """
    lines = read_list(text)
    good = [line for line in lines if not line.problem]
    by_address = refs_by_address(viewer, [line.address for line in good if line.address])
    by_name = refs_by_name(viewer, [(line.given_name, line.family_name) for line in good if not line.address])
    refs = {*by_address.values(), *(ref for several in by_name.values() for ref in several)}
    known = candidates(viewer, sorted(refs), course_session)
    read, seen = ReadList(), dict[str, int]()
    for line in lines:
        _place(read, seen, line, _whom(line, by_address, by_name, known), why_unknown(viewer, line))
    return read


def why_unknown(viewer: Viewer, line: Line) -> str:
    """Why somebody who is not found is not booked; empty where whoever reads it may add them."""
    if viewer.works_at_desk or viewer.has(Role.AGENCY_LEAD):
        return ""
    who = line.address or line.name
    return f"{who} is not among the people you manage. Ask your agency’s training lead, or the training team."


def _whom(
    line: Line, by_address: dict[str, str], by_name: dict[str, list[str]], known: dict[str, Candidate]
) -> list[Candidate]:
    if line.problem:
        return []
    refs = [by_address[line.address]] if line.address in by_address else []
    if not line.address:
        refs = by_name.get(name_key(line.given_name, line.family_name), [])
    return [known[ref] for ref in refs if ref in known]


def _place(read: ReadList, seen: dict[str, int], line: Line, people: list[Candidate], why_not: str) -> None:
    """Put a line where it belongs; `seen` holds what was named before, with the number of its line."""
    named = people[0].ref if len(people) == 1 else line.address or key_of(line)
    if line.problem:
        read.refused.append((line, line.problem))
    elif named in seen:
        read.twice.append((line, seen[named]))
    elif len(people) == 1:
        read.found[named] = people[0]
    elif people:
        read.several.append((line, people))
    elif why_not:
        read.refused.append((line, why_not))
    else:
        read.unknown.append(line)
    if not line.problem:
        seen.setdefault(named, line.number)
