"""The forms about bookings and places."""

from training.web.fields import HiddenField
from training.web.forms import Form
from training.web.readings import ReadingError


class AnswerField(HiddenField):
    """Which of two buttons was pressed."""

    def check(self) -> None:
        if self.data not in ("take", "leave"):
            raise ReadingError("Choose whether you take the place")

    @property
    def missing(self) -> str:
        return "Choose whether you take the place"


class AnswerForm(Form):
    """Take an offered place, or leave it; nothing is chosen beforehand."""

    answer = AnswerField(required=True)
