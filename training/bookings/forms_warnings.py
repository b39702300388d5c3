"""The forms about what stands against a booking: the note of whoever books all the same, and the officer’s answer."""

from collections.abc import Sequence

from training.bookings.rules_checking import NOTE_MISSING, Warned, needs_note, questions_in
from training.web.fields import RadioField, TextAreaField
from training.web.forms import Form

LONGEST = 1000
FINE, WRITE, CANCEL = "fine", "write", "cancel"
ANSWERS = {
    FINE: "It is fine: the booking stays as it is",
    WRITE: "Write back: ask them something first",
    CANCEL: "Cancel the booking",
}


class NoteField(TextAreaField):
    """Why the course is right for whoever books although something stands against it."""

    @property
    def missing(self) -> str:
        return NOTE_MISSING


class NoteForm(Form):
    """What a form that books asks besides, where something stands against the booking: call `ask_note`."""

    note = NoteField(
        "Why this course is right for you",
        ask="why this course is right for you",
        hint="The training team reads it. You are booked meanwhile, and they write to you if something is unclear. "
        "Please write nothing about health.",
        required=False,
        max_length=LONGEST,
        rows=3,
    )

    def ask_note(self, warned: Sequence[Warned], *, for_other: bool = False) -> None:
        """Ask for the note where something stands against the booking; it may be left empty unless it must be said.

        `for_other` is for the desk, which books somebody else and has nobody to ask.
        """
        if not questions_in(warned):
            del self.note
            return
        self.note.required = needs_note(warned) and not for_other
        if for_other:
            self.note.label.text = "Why this course is right for them"
            self.note.description = "It is kept with the booking, and the person can read it."

    @property
    def noted(self) -> str:
        """The note; empty where none was asked for or none written."""
        return self.note.data if "note" in self else ""


class WhyForm(Form):
    """Why a course is right for somebody who has booked it already."""

    note = NoteField(
        "Why this course is right for you",
        ask="why this course is right for you",
        hint="Please write nothing about health.",
        max_length=LONGEST,
        rows=4,
    )


class AnswerQuestionForm(Form):
    """What the training team says to a question about a booking; nothing is chosen beforehand."""

    answer = RadioField("What do you say?", ask="what you say", choices=ANSWERS)
    words = TextAreaField(
        "Words to the person",
        ask="what you want to say",
        hint="They read them. Needed to write back, and as the reason for cancelling.",
        required=False,
        max_length=LONGEST,
        rows=4,
    )

    def require_words(self) -> bool:
        """Whether there are words where the answer needs them; says so by the field where there are none."""
        if self.answer.data == FINE or self.words.data:
            return True
        self.add_error("Enter the reason" if self.answer.data == CANCEL else "Enter what you want to ask", "words")
        return False


class AddToQuestionForm(Form):
    """What somebody answers to what the training team wrote back, or adds to their question."""

    words = TextAreaField("Your answer", ask="your answer", max_length=LONGEST, rows=4)
