"""The forms by which a line manager, a deputy, the lead or the desk answers about a booking."""

from training.web.fields import Choice, EmailField, RadioField, TextAreaField, TextField
from training.web.forms import Form

AGREES, OBJECTS, NOT_MINE = "agrees", "objects", "not-mine"
DECLINES, SOMEBODY_ELSE, NOT_FOR_ME = "declines", "somebody-else", "not-for-me"
WHILE_ASKED = frozenset({DECLINES, SOMEBODY_ELSE, NOT_FOR_ME})
"""Answers that mean something only as long as nobody has answered."""


class AgreementForm(Form):
    """Yes, no, somebody else decides, or not mine; nothing is chosen beforehand."""

    marks_optional = False

    answer = RadioField("What is your answer?", ask="your answer")
    reason = TextAreaField(
        "If you object, why?",
        ask="why you object",
        hint="The person will read it. Please write nothing about health.",
        required=False,
        max_length=500,
        rows=3,
    )
    deputy_name = TextField("Their name", ask="their name", required=False, max_length=100)
    deputy_address = EmailField(
        "Their work email address",
        ask="their work email address",
        required=False,
        autocomplete="off",
        hint="We ask them at once if it is an address of your agency. Any other address your agency’s training lead "
        "confirms first. You can still answer yourself.",
    )

    def offer(self, *, may_object: bool, is_manager: bool) -> None:
        """Offer what can be said of a booking that stands."""
        choices = [Choice(AGREES, "Yes, they may go")]
        if may_object:
            choices.append(Choice(OBJECTS, "I object", "The booking is cancelled"))
        if is_manager:
            choices.append(Choice(NOT_MINE, "I am not their line manager", "They are asked who is"))
        self.answer.choices = choices
        if not may_object:
            del self.reason
        self._ask_for_no_deputy()

    def offer_while_asked(self, *, is_manager: bool, is_deputy: bool = False) -> None:
        """Offer what can be said while the booking waits for an answer."""
        choices = [
            Choice(AGREES, "Yes, they may go"),
            Choice(DECLINES, "No, they cannot go", "The place goes to somebody else"),
        ]
        if is_manager:
            choices.append(Choice(SOMEBODY_ELSE, "Somebody else decides", "We ask them; give their name below"))
            choices.append(Choice(NOT_MINE, "I am not their line manager", "They are asked who is"))
        if is_deputy:
            choices.append(Choice(NOT_FOR_ME, "It is not for me to say", "The manager and the training lead are asked"))
        self.answer.choices = choices
        self.reason.label.text = "If they cannot go, why?"
        if not is_manager:
            self._ask_for_no_deputy()

    def _ask_for_no_deputy(self) -> None:
        del self.deputy_name
        del self.deputy_address


class AnswerForForm(Form):
    """The lead's or the desk's answer in place of a manager; the desk says who told it."""

    marks_optional = False

    answer = RadioField(
        "May they go?",
        ask="whether they may go",
        choices={AGREES: "Yes, they may go", DECLINES: "No, they cannot go"},
    )
    reason = TextAreaField(
        "If not, why?",
        hint="The person will read it. Please write nothing about health.",
        required=False,
        max_length=500,
        rows=3,
    )
    note = TextField(
        "Who said so, and how?",
        ask="who told you, and how",
        hint="For example: Grace Oduya, by telephone. It is kept with the booking’s history.",
        max_length=200,
    )

    def ask_no_note(self) -> None:
        """For whoever answers in their own name."""
        del self.note
