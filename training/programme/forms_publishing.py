"""Forms for many drafts at once: when they are published, and when booking opens and closes."""

from datetime import datetime, time
from enum import StrEnum
from typing import Any

from training.core import clock
from training.programme.operations_publishing import BookingTimes
from training.schedule.forms import CLOSING_HOUR, OPENING_HOUR
from training.web.fields import Choice, DateField, NumberField, RadioField, TimeField
from training.web.forms import Form


class When(StrEnum):
    """When the chosen drafts are published."""

    NOW = "now"
    SET_TIME = "set-time"
    NOT_BY_ITSELF = "not-by-itself"


class PublishForm(Form):
    """Publish the chosen drafts now, at a set time, or take a set time back."""

    when = RadioField(
        "When",
        ask="when they are published",
        choices=(
            Choice(When.NOW.value, "Now", "Those that are ready. The others stay drafts"),
            Choice(When.SET_TIME.value, "At a set time", "What is missing is looked at again then"),
            Choice(When.NOT_BY_ITSELF.value, "Not by itself", "Takes a set time back; they stay drafts"),
        ),
        coerce=When,
    )
    publish_on = DateField("Publish on", ask="the day to publish them", required=False)
    publish_time = TimeField(
        "Publish at", ask="the time to publish them", required=False, hint="9am if you leave it empty"
    )

    @property
    def publish_at(self) -> datetime | None:
        """The set time, where one is asked for."""
        on = self.publish_on.data
        return None if on is None else clock.instant(on, self.publish_time.data or OPENING_HOUR)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that a set time is given where one is chosen."""
        sound = super().validate(extra_validators)
        if self.when.data is When.SET_TIME and self.publish_on.data is None and not self.publish_on.errors:
            self.add_error(self.publish_on.missing, "publish_on")
            return False
        return sound


class BookingTimesForm(Form):
    """When booking opens, and how long before each session it closes; what is left empty stays as it is."""

    marks_optional = False

    opens_on = DateField("Booking opens on", ask="the day booking opens", required=False)
    opens_time = TimeField(
        "Booking opens at", ask="the time booking opens", required=False, hint="9am if you leave it empty"
    )
    closes_days = NumberField(
        "Booking closes, working days before each session",
        ask="how many working days before booking closes",
        required=False,
        most=60,
        hint="Bank holidays of England are not counted. 0 is the day itself",
    )
    closes_time = TimeField(
        "Booking closes at", ask="the time booking closes", required=False, hint="5pm if you leave it empty"
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, that a time has its day, and that anything is asked for."""
        sound = super().validate(extra_validators)
        for given, at in ((self.opens_on, self.opens_time), (self.closes_days, self.closes_time)):
            if given.data is None and not given.errors and at.data is not None:
                self.add_error(given.missing, given.name)
                sound = False
        if sound and self.opens_on.data is None and self.closes_days.data is None:
            self.add_error("Enter when booking opens, when it closes, or both", "opens_on")
            return False
        return sound

    @property
    def times(self) -> BookingTimes:
        """What was asked for."""
        on, opens = self.opens_on.data, self.opens_time.data or OPENING_HOUR
        closes: time = self.closes_time.data or CLOSING_HOUR
        return BookingTimes(
            opens_at=None if on is None else clock.instant(on, opens),
            closes_days_before=self.closes_days.data,
            closes_time=closes,
        )
