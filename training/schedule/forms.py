"""Forms of the desk's schedule: a session with its dates, its trainers, and venues."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from training.catalogue.models import MODE_LABELS, Course, Mode
from training.core import clock
from training.core.viewer import Viewer
from training.schedule.models import TRAINER_PART_LABELS, AssignmentState, CourseSession, TrainerPart, Venue
from training.schedule.operations import SessionDetails
from training.schedule.operations_venues import VenueDetails
from training.schedule.queries import trainer_choices, venue_choices
from training.schedule.rules import LINK_TO_FOLLOW, MOST_PARTS, PartTimes, parts_problems
from training.web.asked import AskedField
from training.web.comparing import NOTHING, said
from training.web.fields import (
    Choice,
    DateField,
    HiddenField,
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


class PartsForm(VersionedForm):
    """The dates of a session: fields `on_1`, `starts_1`, `ends_1` to `MOST_PARTS`, of which `shown` are drawn.

    A part left empty is left out. The button `add_part` draws one more and keeps what was typed.
    """

    shown = HiddenField()

    @property
    def numbers(self) -> range:
        """The parts to draw."""
        typed = [number for number in range(1, MOST_PARTS + 1) if not self.is_empty(number)]
        asked = int(self.shown.data) if self.shown.data.isdecimal() and len(self.shown.data) < 3 else 1
        return range(1, min(MOST_PARTS, max(asked, *typed, 1)) + 1)

    def is_empty(self, number: int) -> bool:
        """Whether nothing at all was typed for a part."""
        return not any(said(field) != NOTHING for field in self.fields_of(number))

    def fields_of(self, number: int) -> list[AskedField]:
        """The day, the start and the end of a part."""
        fields = [self[f"{name}_{number}"] for name in ("on", "starts", "ends")]
        return [field for field in fields if isinstance(field, AskedField)]

    @property
    def parts(self) -> list[PartTimes]:
        """The dates that are complete, in the order of the page."""
        return [part for _, part in self._complete()]

    def show_parts(self, parts: Sequence[PartTimes], *, anew: bool = False) -> None:
        """Fill in the dates of a session where the form was not sent, or `anew` in any case."""
        if self.is_submitted() and not anew:
            return
        self.shown.data = str(len(parts) or 1)
        for number, part in enumerate(parts, 1):
            for name, value in (("on", part.on), ("starts", part.starts), ("ends", part.ends)):
                self[f"{name}_{number}"].process(None, value)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, that dates are complete and in order, and that there is one."""
        sound = super().validate(extra_validators)
        numbers = [number for number in range(1, MOST_PARTS + 1) if number == 1 or not self.is_empty(number)]
        for number in numbers:
            if number == 1 and len(numbers) > 1 and self.is_empty(1):
                continue
            for field in self.fields_of(number):
                if field.data is None and not field.errors:
                    self.add_error(field.missing, field.name)
                    sound = False
        complete = self._complete()
        for problem in parts_problems([part for _, part in complete]):
            self.add_error(problem.sentence, f"{problem.field}_{complete[problem.index][0]}")
            sound = False
        return sound

    def _complete(self) -> list[tuple[int, PartTimes]]:
        found: list[tuple[int, PartTimes]] = []
        for number in range(1, MOST_PARTS + 1):
            on, starts, ends = (field.data for field in self.fields_of(number))
            if on is not None and starts is not None and ends is not None:
                found.append((number, PartTimes(on, starts, ends)))
        return found


for _number in range(1, MOST_PARTS + 1):
    _which = f" of day {_number}" if _number > 1 else ""
    _before = f"Day {_number}: " if _number > 1 else ""
    _fields = {
        f"on_{_number}": DateField(f"{_before}date" if _before else "Date", ask=f"the date{_which}", required=False),
        f"starts_{_number}": TimeField(
            f"{_before}starts" if _before else "Starts", ask=f"the start time{_which}", required=False
        ),
        f"ends_{_number}": TimeField(
            f"{_before}ends" if _before else "Ends", ask=f"the end time{_which}", required=False
        ),
    }
    for _name, _field in _fields.items():
        setattr(PartsForm, _name, _field)


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

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that no time stands without its day."""
        sound = super().validate(extra_validators)
        for day, at in (
            (self.booking_opens, self.booking_opens_time),
            (self.booking_closes, self.booking_closes_time),
        ):
            if day.data is None and not day.errors and at.data is not None:
                self.add_error(day.missing, day.name)
                sound = False
        return sound


class SessionForm(PlacesForm, DetailsForm):
    """A session as the desk drafts it."""

    @property
    def details(self) -> SessionDetails:
        """What was said, for the operations; only of a form that is sound."""
        return SessionDetails(
            parts=self.parts,
            mode=self.mode.data,
            capacity=self.capacity.data or 0,
            venue_id=self.venue.data or None,
            online_link=self.online_link.data,
            joining_notes=self.joining_notes.data,
            booking_opens_at=self.opens_at,
            booking_closes_at=self.closes_at,
        )


def defaults_of(course: Course) -> dict[str, object]:
    """What a new session takes over from its course."""
    return {"mode": course.mode, "capacity": course.capacity}


def values_of(session: CourseSession) -> dict[str, object]:
    """What the form of an existing draft begins with, without its dates."""
    opens = clock.local(session.booking_opens_at) if session.booking_opens_at else None
    closes = clock.local(session.booking_closes_at) if session.booking_closes_at else None
    return {
        "mode": session.mode,
        "venue": session.venue_id,
        "online_link": session.online_link,
        "capacity": session.capacity,
        "joining_notes": session.joining_notes,
        "booking_opens": opens and opens.date(),
        "booking_opens_time": opens and opens.time(),
        "booking_closes": closes and closes.date(),
        "booking_closes_time": closes and closes.time(),
        "row_version": session.row_version,
    }


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

    def offer(self, viewer: Viewer) -> None:
        """Fill in the people of the training pool."""
        self.person.choices = trainer_choices(viewer)


class VenueForm(VersionedForm):
    """What people need to know of a place."""

    name = TextField("Name", ask="the name of the venue")
    address = TextAreaField("Address", ask="the address", rows=4, max_length=400)
    access = TextAreaField(
        "Access",
        required=False,
        hint="Steps, lift, hearing loop, toilets: what somebody needs to know before they come",
        max_length=1000,
        rows=3,
    )
    parking = TextAreaField("Parking and travel", required=False, max_length=1000, rows=3)
    telephone = TextField("Telephone", required=False, max_length=40, width=20)

    @property
    def details(self) -> VenueDetails:
        """What was said, for the operations."""
        return VenueDetails(
            name=self.name.data,
            address=self.address.data,
            access=self.access.data,
            parking=self.parking.data,
            telephone=self.telephone.data,
        )


def values_of_venue(venue: Venue) -> dict[str, object]:
    """What the form of an existing venue begins with."""
    return {name: getattr(venue, name) for name in ("name", "address", "access", "parking", "telephone", "row_version")}
