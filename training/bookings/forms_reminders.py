"""The form by which somebody says whether they still come."""

from training.web.fields import Choice, RadioField, TextAreaField
from training.web.forms import Form

COMES, RELEASES = "comes", "releases"


class ComingForm(Form):
    """Yes, or the place goes to somebody else; nothing is chosen beforehand."""

    marks_optional = False

    answer = RadioField(
        "Are you still coming?",
        ask="whether you are coming",
        choices=[
            Choice(COMES, "Yes, I am coming"),
            Choice(RELEASES, "I cannot come: release my place", "Your booking is cancelled"),
        ],
    )
    reason = TextAreaField(
        "If you cannot come, why? (optional)",
        ask="why you cannot come",
        hint="The training team reads it. Please write nothing about health.",
        required=False,
        max_length=500,
        rows=3,
    )
