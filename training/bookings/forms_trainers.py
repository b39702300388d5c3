"""The form by which a trainer says whether they can teach a session."""

from training.web.fields import Choice, HiddenField, RadioField, TextAreaField
from training.web.forms import Form

CAN, CANNOT = "can", "cannot"


class RequestForm(Form):
    """I can do it, or I cannot; nothing is chosen beforehand. It keeps which date its page showed."""

    answer = RadioField(
        "Can you teach this session?",
        ask="whether you can teach this session",
        choices=(Choice(CAN, "I can do it"), Choice(CANNOT, "I cannot")),
    )
    note = TextAreaField(
        "Anything the training team should know",
        ask="what the training team should know",
        hint="They will read it. Please write nothing about health, and no names of children or families.",
        required=False,
        max_length=500,
        rows=3,
    )
    seen_from = HiddenField()
