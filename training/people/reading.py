"""Understands the rows of files of people: what each says of somebody and their job, and what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from training.core.mailboxes import bare_address
from training.core.refusal import Refused
from training.core.spreadsheets import Column, SheetRow
from training.people.rules import clean_address, require_name

NEW = "new"
"""What stands as reference where the file says that somebody is not the one of the same name who is here."""

REFERENCE = Column("reference", ("reference", "ref"), example="")
GIVEN = Column("given_name", ("given name", "first name", "forename"), example="Sam")
FAMILY = Column("family_name", ("family name", "last name", "surname"), example="Reed")
ADDRESS = Column("address", ("email", "email address", "address", "e mail"), example="sam.reed@council.example")
STAFF_NUMBER = Column("staff_number", ("staff number", "employee number", "payroll number"), example="004711")
JOB_ROLE = Column("job_role", ("job role", "role", "job title"), example="Social worker")
GROUP = Column("group", ("workforce group", "group"), example="")
MANAGER_NAME = Column("manager_name", ("manager name", "manager", "line manager"), example="Jo Marsh")
MANAGER_ADDRESS = Column("manager_address", ("manager email", "manager address"), example="jo.marsh@council.example")
FROM = Column("from_on", ("from", "start", "start date"), is_day=True, example="1 April 2026")
TO = Column("to_on", ("to", "end", "end date", "last day"), is_day=True, example="")
TELEPHONE = Column("telephone", ("telephone", "phone"), most=40, example="01632 960123")


@dataclass(frozen=True)
class PersonRow:
    """One row: somebody and their job; an empty text or None says nothing."""

    number: int
    reference: str
    given_name: str
    family_name: str
    address: str
    staff_number: str
    agency: str
    job_role: str
    group: str
    manager_name: str
    manager_address: str
    telephone: str
    from_on: date | None
    to_on: date | None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_new(self) -> bool:
        """Whether the file says that this is nobody who is here."""
        return self.reference.lower() == NEW


def understood(rows: Sequence[SheetRow]) -> tuple[list[PersonRow], dict[int, list[str]]]:
    """What each row says, and by its number what is wrong with it."""
    problems: dict[int, list[str]] = {row.number: list(row.problems) for row in rows}
    return [_understood(row, problems[row.number]) for row in rows], problems


def _understood(row: SheetRow, problems: list[str]) -> PersonRow:
    found = PersonRow(
        number=row.number,
        reference=row["reference"],
        given_name=_checked(row["given_name"], _name, problems),
        family_name=_checked(row["family_name"], _name, problems),
        address=_checked(row["address"], clean_address, problems),
        staff_number=row["staff_number"],
        agency=row["agency"],
        job_role=row["job_role"],
        group=row["group"],
        manager_name=_checked(row["manager_name"], _name, problems),
        manager_address=_checked(row["manager_address"], _manager_address, problems),
        telephone=row["telephone"],
        from_on=_day(row["from_on"]),
        to_on=_day(row["to_on"]),
    )
    if not (found.address or found.staff_number or (found.reference and not found.is_new)):
        problems.append("Give an email address or a staff number: a name alone does not say who somebody is.")
    if found.from_on and found.to_on and found.to_on < found.from_on:
        problems.append("The last day must not be before the first.")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        # Told already, as a problem of the row.
        return None


def _checked(text: str, check: Callable[[str], str], problems: list[str]) -> str:
    if not text:
        return ""
    try:
        return check(text)
    except Refused as refusal:
        problems.append(f"{refusal.sentence}.")
        return ""


def _name(text: str) -> str:
    require_name(text, "")
    return text


def _manager_address(text: str) -> str:
    try:
        return bare_address(text.strip().lower())
    except ValueError as error:
        raise Refused("The manager’s address must look like name@example.com") from error
