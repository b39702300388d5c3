"""The forms about what people need to take part."""

from training.bookings.operations_needs import NeedWords
from training.web.fields import RadioField, TextAreaField
from training.web.forms import Form, VersionedForm

LONGEST = 1500
YES, NO = "yes", "no"


class WordsForm(Form):
    """What somebody needs, in their own words."""

    support = TextAreaField(
        "What do you need to take part?",
        ask="what you need to take part",
        hint="For example: a step-free room, a hearing loop, large print, slides beforehand, a break to take "
        "medicine, a quiet place, somebody who signs",
        required=False,
        max_length=LONGEST,
        rows=4,
    )
    diet = TextAreaField(
        "What should we know about food?",
        ask="what we should know about food",
        hint="For example: vegetarian, halal, no nuts. Leave it empty if no food is given or nothing matters.",
        required=False,
        max_length=LONGEST,
        rows=3,
    )

    @property
    def words(self) -> NeedWords:
        """What was typed."""
        return NeedWords(self.support.data, self.diet.data)


class NeedsForm(WordsForm):
    """What somebody needs at one booking, and whether it is kept for their next; that is not chosen beforehand."""

    keep = RadioField(
        "Keep this for your next bookings?",
        ask="whether we keep this for your next bookings",
        choices={YES: "Yes, keep it and offer it to me when I book again", NO: "No, for this session only"},
    )

    @property
    def keeps(self) -> bool:
        """Whether it is to be kept."""
        return self.keep.data == YES


class ToldForm(WordsForm):
    """What somebody told the officer."""

    def __init__(self) -> None:
        super().__init__()
        self.support.label.text = "What do they need to take part?"
        self.support.ask = "what they need to take part"
        self.diet.label.text = "What should we know about food?"


class MetForm(VersionedForm):
    """How a need is met; it keeps which words were shown."""

    how = TextAreaField(
        "How is it met?",
        ask="how it is met",
        hint="For example: a room on the ground floor is booked. It is removed together with the need.",
        max_length=500,
        rows=3,
    )
