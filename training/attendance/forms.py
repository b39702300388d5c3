"""The forms of a register: a line for every person, somebody who walked in, and opening it again."""

from dataclasses import dataclass, field
from typing import Any

from flask import request

from training.attendance.models import Presence
from training.attendance.operations import MarkWanted
from training.attendance.queries import Attendee
from training.attendance.rules import NOT_MARKED, MarkState, minutes_problem
from training.web.asked import clean_text
from training.web.fields import EmailField, SelectField, TextAreaField, TextField
from training.web.forms import Form
from training.web.readings import ReadingError, read_number


@dataclass
class Line:
    """One person on the form: what is chosen and typed, and what the register said when the form was opened."""

    attendee: Attendee
    chosen: str
    late: str
    early: str
    before: str
    clear: bool = False
    problems: dict[str, str] = field(default_factory=dict[str, str])
    """What is wrong, by input: mark, late or early."""

    @property
    def key(self) -> str:
        return self.attendee.key

    @property
    def is_open(self) -> bool:
        """Whether the minutes are to be seen without asking."""
        return bool(self.late or self.early or self.clear or self.problems)


def packed(state: MarkState) -> str:
    """A mark as one hidden value."""
    return f"{state.presence.value if state.presence else ''}/{state.late}/{state.early}"


def unpacked(text: str) -> MarkState:
    """The mark in a hidden value; “not marked” for one that nobody wrote, so that a tampered one only conflicts."""
    presence, _, minutes = text.partition("/")
    late, _, early = minutes.partition("/")
    if presence not in set(Presence) or not (late.isdecimal() and early.isdecimal()):
        return NOT_MARKED
    return MarkState(Presence(presence), int(late[:4]), int(early[:4]))


class RegisterForm(Form):
    """The register of one part, and under it the fields for somebody who walked in; all of it is sent together."""

    marks_optional = False

    walk_in_name = TextField("Name", ask="the name of the person who came", required=False, autocomplete="off")
    walk_in_agency = SelectField("Agency", required=False, first="Not known yet", coerce=int)
    walk_in_role = TextField("Job role (optional)", ask="the job role", required=False, autocomplete="off")
    walk_in_address = EmailField(
        "Email address (optional)",
        required=False,
        autocomplete="off",
        hint="Finds their record, so that the training counts for them",
    )

    def __init__(self, attendees: list[Attendee], part_minutes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.part_minutes = part_minutes
        self.deed = request.form.get("deed", "save") if self.is_submitted() else ""
        self.lines = [_sent(attendee) if self.is_submitted() else _kept(attendee) for attendee in attendees]

    @property
    def adds_walk_in(self) -> bool:
        """Whether somebody is to be added: by the button, or because a name was typed."""
        return self.deed == "add" or not self.walk_in_name.blank

    def wanted(self) -> list[MarkWanted]:
        """What the form asks for, of people who were on it when it was opened; only after it was found valid."""
        return [MarkWanted(line.key, self._state(line), unpacked(line.before)) for line in self.lines if line.before]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, then every line."""
        valid = super().validate(extra_validators)
        if self.deed == "add" and self.walk_in_name.blank:
            self.add_error("Enter the name of the person who came", "walk_in_name")
            valid = False
        for line in self.lines:
            self._check(line)
        return valid and not any(line.problems for line in self.lines)

    def errors_for_summary(self) -> list[tuple[str, str | None]]:
        """The errors of the lines, in the order of the page, then those of the fields."""
        found: list[tuple[str, str | None]] = [
            (f"{line.attendee.name}: {text}", f"#{name}-{line.key}")
            for line in self.lines
            for name, text in line.problems.items()
        ]
        return found + super().errors_for_summary()

    @property
    def failed(self) -> bool:
        """Whether a line or a field must be put right."""
        return any(line.problems for line in self.lines) or bool(super().errors_for_summary())

    @property
    def status(self) -> int:
        return 400 if self.failed else 200

    def _check(self, line: Line) -> None:
        for name, label in (("late", "minutes late"), ("early", "minutes left early")):
            text = line.late if name == "late" else line.early
            try:
                read_number(text or "0", label.capitalize(), 0, self.part_minutes)
            except ReadingError as error:
                line.problems[name] = _within_sentence(str(error))
        if line.chosen and line.chosen not in set(Presence):
            line.problems["mark"] = "choose attended, absent or excused"
        if line.problems:
            return
        problem = minutes_problem(self._state(line), self.part_minutes)
        if problem:
            line.problems["late" if line.late not in ("", "0") else "early"] = problem

    def _state(self, line: Line) -> MarkState:
        if line.clear:
            return NOT_MARKED
        chosen = line.chosen
        if self.deed == "rest" and not chosen:
            chosen = Presence.ATTENDED
        return MarkState(Presence(chosen) if chosen else None, int(line.late or 0), int(line.early or 0))


def _kept(attendee: Attendee) -> Line:
    state = attendee.state
    return Line(attendee, state.presence or "", str(state.late or ""), str(state.early or ""), packed(state))


def _sent(attendee: Attendee) -> Line:
    def typed(name: str) -> str:
        return clean_text(request.form.get(f"{name}-{attendee.key}", ""))

    if not typed("was"):
        return _kept(attendee)
    return Line(attendee, typed("mark"), typed("late"), typed("early"), typed("was"), bool(typed("clear")))


def _within_sentence(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


class CloseForm(Form):
    """Nothing to type: closing is confirmed by its button."""


class ReopenForm(Form):
    """Why a closed register is opened again."""

    reason = TextAreaField(
        "Why is the register opened again?",
        ask="why the register is opened again",
        max_length=500,
        rows=3,
        hint="It is kept in the history of the session and with the completions that are taken back",
    )
