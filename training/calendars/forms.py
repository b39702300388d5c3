"""The form by which somebody whose calendar declined says what they meant."""

from training.web.fields import Choice, RadioField
from training.web.forms import Form

RELEASE, KEEP = "release", "keep"


class DeclinedForm(Form):
    """Release the place or keep it; nothing is chosen beforehand."""

    answer = RadioField(
        "Do you want to release your place?",
        ask="whether you release your place",
        choices=[
            Choice(RELEASE, "Yes, release my place", "Your booking is cancelled and the place goes to the next person"),
            Choice(KEEP, "No, I am coming", "You keep your place; your calendar stays as it is"),
        ],
    )
