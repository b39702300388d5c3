"""Reads a pasted list of people: one a line, as an address, a name, or both in any usual order; on plain text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from training.core.mailboxes import bare_address
from training.people.rules import is_shared_mailbox

MOST_LINES = 500
LONGEST_LINE = 300
_ADDRESS = re.compile(r"[^\s,;<>\"()\[\]|]+@[^\s,;<>\"'()\[\]|]+")
_MARKS = re.compile(r"[<>\"()\[\]“”]|(?<!\w)'|'(?!\w)")
_SEPARATORS = re.compile(r"[\t,;|]")
_LEADING = re.compile(r"^(?:[-*•·–]\s+|\d{1,3}[.)]\s+)")
_HEADINGS = frozenset(
    {
        "name", "names", "full name", "first name", "last name", "given name", "family name", "surname", "forename",
        "email", "e-mail", "email address", "e-mail address", "address", "person", "people", "staff", "attendee",
        "attendees", "delegate", "delegates",
    }
)  # fmt: skip
"""Words that stand above a column, not for a person."""


@dataclass(frozen=True)
class Line:
    """One line of the list that names somebody: where it stands, and what it says."""

    number: int
    text: str
    given_name: str = ""
    family_name: str = ""
    address: str = ""
    """In lower case; empty where the line holds a name only."""
    problem: str = ""
    """Why nobody can be looked up by it, as a sentence; empty where they can."""

    @property
    def name(self) -> str:
        """The name as it is spoken; empty where the line holds an address only."""
        return f"{self.given_name} {self.family_name}".strip()


class TooLong(ValueError):
    """The list has more lines than are read at once; the message says how many."""


def read_list(text: str) -> list[Line]:
    """The people that a pasted text names, in its order; raises TooLong for more than `MOST_LINES` lines.

    Empty lines and a line of headings are passed over. Several addresses in one line, as mail programs copy them, are
    people of their own under the same number.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise TooLong(f"{len(lines):,}")
    found: list[Line] = []
    for number, line in lines:
        if not found and is_heading(line):
            continue
        found += [_read(number, piece) for piece in _pieces(line)]
    return found


def is_heading(line: str) -> bool:
    """Whether a line only says what stands below it: “Name, Email”."""
    cells = [cell.strip().casefold() for cell in _SEPARATORS.split(line) if cell.strip()]
    return bool(cells) and all(cell in _HEADINGS for cell in cells)


def _pieces(line: str) -> list[str]:
    """What names one person each: a mail program separates them with semicolons, or with commas."""
    if len(_ADDRESS.findall(line)) < 2:
        return [line]
    for separator in (";", ","):
        pieces = [piece.strip() for piece in line.split(separator) if piece.strip()]
        if all(len(_ADDRESS.findall(piece)) == 1 for piece in pieces):
            return pieces
    return [line]


def _read(number: int, text: str) -> Line:
    bare = _LEADING.sub("", text).strip()
    if len(bare) > LONGEST_LINE:
        return Line(number, f"{bare[:60]}…", problem="This line is too long for a person.")
    bare = bare.replace("mailto:", "")
    addresses = [found.strip("'") for found in _ADDRESS.findall(bare)]
    if len(addresses) > 1:
        return Line(number, bare, problem="There are several email addresses in this line. Put each on its own.")
    given, family = split_name(_words_of(bare, addresses))
    if not addresses:
        return _named(number, bare, given, family)
    address = addresses[0].lower().rstrip(".")
    line = Line(number, bare, given, family, address)
    try:
        bare_address(address)
    except ValueError:
        return Line(number, bare, given, family, problem="This is not an email address, like name@example.com.")
    if is_shared_mailbox(address):
        mailbox = address.partition("@")[0]
        problem = (
            f"{mailbox}@ looks like a mailbox that several people read. Bookings, certificates and links are for one "
            "person: give this person’s own address."
        )
        return Line(number, bare, given, family, problem=problem)
    return line


def _named(number: int, text: str, given: str, family: str) -> Line:
    if "@" in text:
        return Line(number, text, problem="This is not an email address, like name@example.com.")
    if not any(letter.isalpha() for letter in text):
        return Line(number, text, problem="There is no name and no email address in this line.")
    return Line(number, text, given, family)


def _words_of(text: str, addresses: Iterable[str]) -> str:
    for address in addresses:
        text = re.sub(re.escape(address), "\t", text, flags=re.IGNORECASE)
    return text


def split_name(text: str) -> tuple[str, str]:
    """Given and family name: “Priya Nair”, “Nair, Priya”, or two cells of a row; what follows them is left out."""
    quoted = _MARKS.sub(" ", text)
    cells = [" ".join(cell.split()) for cell in re.split(r"[\t;|]", quoted)]
    cells = [cell for cell in cells if cell]
    if not cells:
        return "", ""
    family, comma, given = (part.strip() for part in cells[0].partition(","))
    if comma:
        given = given.partition(",")[0].strip()
        return (given, family) if given and family else _in_two(given or family)
    if len(cells) > 1 and " " not in cells[0]:
        return cells[0], cells[1]
    return _in_two(cells[0])


def _in_two(name: str) -> tuple[str, str]:
    given, _, family = name.rpartition(" ")
    return (given, family) if given else (family, "")
