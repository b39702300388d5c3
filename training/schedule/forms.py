"""Forms of the desk's schedule: a session with its dates, and its trainers."""

from datetime import date, datetime, time
from typing import Any

from training.catalogue.models import MODE_LABELS, Course, Mode
from training.core import clock
from training.core.viewer import Viewer
from training.schedule.forms_parts import PartsForm
from training.schedule.models import (
    LIST_ORDER_LABELS,
    TRAINER_PART_LABELS,
    AssignmentState,
    CourseSession,
    ListOrder,
    TrainerPart,
)
from training.schedule.operations import SessionDetails
from training.schedule.queries import venue_choices
from training.schedule.rules import LINK_TO_FOLLOW
from training.web.fields import (
    Choice,
    DateField,
    NumberField,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    TimeField,
)
from training.web.forms import Form, VersionedForm

OPENING_HOUR, CLOSING_HOUR = time(9), time(17)
"""When booking opens and closes on a day without a time."""


class PlacesForm(PartsForm):
    """When and how a session is held, and for how many."""

    marks_optional = False

    mode = RadioField("How it is held", ask="how it is held", choices=MODE_LABELS, coerce=Mode)
    venue = SelectField(
        "Venue",
        required=False,
        first="To be chosen",
        coerce=int,
        hint="For face to face and hybrid",
    )
    online_link = TextField(
        "Online link",
        required=False,
        hint=f"For virtual and hybrid; only people with a place see it. Write “{LINK_TO_FOLLOW}” if you do not have it",
        max_length=1000,
    )
    capacity = NumberField("Places", ask="the number of places", least=1, most=2000)

    def offer(self, viewer: Viewer) -> None:
        """Fill in the venues that can be chosen."""
        self.venue.choices = venue_choices(viewer)


class DetailsForm(VersionedForm):
    """What of a session can be put right without moving it: when booking opens and closes, what people should know."""

    marks_optional = False

    booking_opens = DateField(
        "Booking opens on",
        ask="the day booking opens",
        required=False,
        hint="Leave empty to open it when the session is published",
    )
    booking_opens_time = TimeField(
        "Booking opens at", ask="the time booking opens", required=False, hint="9am if you leave it empty"
    )
    booking_closes = DateField(
        "Booking closes on",
        ask="the day booking closes",
        required=False,
        hint="Leave empty to close it when the session starts",
    )
    booking_closes_time = TimeField(
        "Booking closes at", ask="the time booking closes", required=False, hint="5pm if you leave it empty"
    )
    joining_notes = TextAreaField(
        "Before they come",
        required=False,
        hint="What people should bring, read or know. Only people with a place see it",
        rows=4,
    )

    @property
    def opens_at(self) -> datetime | None:
        """When booking opens; None for at publication."""
        return _moment(self.booking_opens.data, self.booking_opens_time.data, OPENING_HOUR)

    @property
    def closes_at(self) -> datetime | None:
        """When booking closes; None for at the start."""
        return _moment(self.booking_closes.data, self.booking_closes_time.data, CLOSING_HOUR)

    def days_with_times(self) -> list[tuple[DateField, TimeField]]:
        """The days of this form that may have a time beside them."""
        return [(self.booking_opens, self.booking_opens_time), (self.booking_closes, self.booking_closes_time)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that no time stands without its day."""
        sound = super().validate(extra_validators)
        for day, at in self.days_with_times():
            if day.data is None and not day.errors and at.data is not None:
                self.add_error(day.missing, day.name)
                sound = False
        return sound


class RulesForm(DetailsForm):
    """How places are given, and when a draft is published: what is settled before anybody can book."""

    online_capacity = NumberField(
        "Places online",
        ask="the number of places online",
        required=False,
        least=1,
        most=2000,
        hint="Only for hybrid. Fill it in to keep places in the room and online apart: the places above are then those "
        "in the room. Leave it empty if every place serves either way",
    )
    list_order = RadioField(
        "Who on the waiting list gets a place first", ask="who gets a place first", choices=LIST_ORDER_LABELS,
        coerce=ListOrder,
    )  # fmt: skip
    applications_close = DateField(
        "Applications close on",
        ask="the day applications close",
        required=False,
        hint="Leave empty to give places to whoever asks first. Otherwise people apply until then, "
        "and the places are allotted afterwards",
    )
    applications_close_time = TimeField(
        "Applications close at",
        ask="the time applications close",
        required=False,
        hint="5pm if you leave it empty",
    )
    publish_on = DateField(
        "Publish by itself on",
        ask="the day to publish it",
        required=False,
        hint="Leave empty to publish it yourself. What is missing then keeps it a draft, and the desk says so",
    )
    publish_time = TimeField(
        "Publish at", ask="the time to publish it", required=False, hint="9am if you leave it empty"
    )

    def days_with_times(self) -> list[tuple[DateField, TimeField]]:
        """Also when applications close and when it is published."""
        return [
            *super().days_with_times(),
            (self.applications_close, self.applications_close_time),
            (self.publish_on, self.publish_time),
        ]

    @property
    def applications_close_at(self) -> datetime | None:
        """When applications close; None where nobody applies."""
        return _moment(self.applications_close.data, self.applications_close_time.data, CLOSING_HOUR)

    @property
    def publish_at(self) -> datetime | None:
        """When the worker publishes it; None where somebody does."""
        return _moment(self.publish_on.data, self.publish_time.data, OPENING_HOUR)


class SessionForm(PlacesForm, RulesForm):
    """A session as the desk drafts it."""

    @property
    def details(self) -> SessionDetails:
        """What was said, for the operations; only of a form that is sound."""
        return SessionDetails(
            parts=self.parts,
            mode=self.mode.data,
            capacity=self.capacity.data or 0,
            online_capacity=self.online_capacity.data,
            venue_id=self.venue.data or None,
            online_link=self.online_link.data,
            joining_notes=self.joining_notes.data,
            booking_opens_at=self.opens_at,
            booking_closes_at=self.closes_at,
            list_order=self.list_order.data,
            applications_close_at=self.applications_close_at,
            publish_at=self.publish_at,
        )


def defaults_of(course: Course) -> dict[str, object]:
    """What a new session takes over from its course."""
    return {"mode": course.mode, "capacity": course.capacity, "list_order": ListOrder.ASKING}


def values_of(session: CourseSession) -> dict[str, object]:
    """What the form of an existing draft begins with, without its dates."""
    moments = {
        "booking_opens": session.booking_opens_at,
        "booking_closes": session.booking_closes_at,
        "applications_close": session.applications_close_at,
    }
    values: dict[str, object] = {}
    for name, moment in moments.items():
        values |= _day_and_time(moment, name, f"{name}_time")
    return {
        **values,
        **_day_and_time(session.publish_at, "publish_on", "publish_time"),
        "mode": session.mode,
        "venue": session.venue_id,
        "online_link": session.online_link,
        "capacity": session.capacity,
        "online_capacity": session.online_capacity,
        "list_order": session.list_order,
        "joining_notes": session.joining_notes,
        "row_version": session.row_version,
    }


def _day_and_time(moment: datetime | None, day: str, at: str) -> dict[str, object]:
    here = clock.local(moment) if moment else None
    return {day: here and here.date(), at: here and here.time()}


def _moment(on: date | None, at: time | None, otherwise: time) -> datetime | None:
    return None if on is None else clock.instant(on, at or otherwise)


class TrainerForm(Form):
    """Somebody to teach a session."""

    person = SelectField("Trainer", ask="a trainer")
    part = RadioField("What they do", ask="what they do", choices=TRAINER_PART_LABELS, coerce=TrainerPart)
    state = RadioField(
        "Have they said yes?",
        ask="whether they have said yes",
        choices=(
            Choice(AssignmentState.ACCEPTED.value, "Yes, they will come"),
            Choice(AssignmentState.ASKED.value, "Not yet: ask them by message"),
        ),
        coerce=AssignmentState,
    )
