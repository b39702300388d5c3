"""The form by which a line manager answers about a booking."""

from training.web.fields import Choice, RadioField, TextAreaField
from training.web.forms import Form

AGREES, OBJECTS, NOT_MINE = "agrees", "objects", "not-mine"


class AgreementForm(Form):
    """Yes, no, or not mine; nothing is chosen beforehand."""

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

    def offer(self, *, may_object: bool, is_manager: bool) -> None:
        """Offer what can be said now."""
        choices = [Choice(AGREES, "Yes, they may go")]
        if may_object:
            choices.append(Choice(OBJECTS, "I object", "The booking is cancelled"))
        if is_manager:
            choices.append(Choice(NOT_MINE, "I am not their line manager", "They are asked who is"))
        self.answer.choices = choices
        if not may_object:
            del self.reason
