"""The forms of deeds on a session."""

from typing import cast

from training.catalogue.models import MODE_LABELS, Mode
from training.schedule.models import CourseSession
from training.schedule.rules import LINK_TO_FOLLOW, MOST_PARTS, PartTimes
from training.web.fields import DateField, NumberField, SelectField, TextAreaField, TextField, TimeField
from training.web.forms import Form, VersionedForm


class CallOffForm(Form):
    """Call a session off."""

    reason = TextAreaField(
        "Reason", ask="the reason", hint="Everybody who booked will read it.", max_length=1000, rows=4
    )


class CapacityForm(VersionedForm):
    """How many places there are."""

    capacity = NumberField("Number of places", ask="the number of places", most=2000)


class MoveForm(VersionedForm):
    """Other dates, times, place or link; `move_form_for` adds the inputs of the parts."""

    mode = SelectField("How it is held", ask="how it is held", choices=MODE_LABELS, coerce=Mode, first=None)
    venue = SelectField("Venue", ask="a venue", required=False, first="No venue", coerce=int)
    online_link = TextField(
        "Link to join online",
        hint=f"For virtual and hybrid sessions. Write “{LINK_TO_FOLLOW}” if there is none yet.",
        required=False,
        max_length=1000,
    )

    @property
    def rows(self) -> list[tuple[int, DateField, TimeField, TimeField]]:
        """The inputs of each part, with its number."""
        return [
            (
                index + 1,
                cast("DateField", self[f"parts-{index}-on"]),
                cast("TimeField", self[f"parts-{index}-starts"]),
                cast("TimeField", self[f"parts-{index}-ends"]),
            )
            for index in range(MOST_PARTS)
            if f"parts-{index}-on" in self
        ]

    def parts(self) -> list[PartTimes]:
        """The parts that were filled in."""
        return [
            PartTimes(on.data, starts.data, ends.data)
            for _, on, starts, ends in self.rows
            if on.data is not None and starts.data is not None and ends.data is not None
        ]


def move_form_for(course_session: CourseSession, venues: dict[str, str]) -> MoveForm:
    """The form to move a session, holding how it is now and the inputs of as many parts as it has."""

    class SessionMoveForm(MoveForm):
        pass

    data: dict[str, object] = {}
    several = len(course_session.parts) > 1
    for index, part in enumerate(course_session.parts):
        day = f"day {index + 1}" if several else "the session"
        prefix = f"parts-{index}"
        setattr(SessionMoveForm, f"{prefix}-on", DateField("Date", ask=f"the date of {day}"))
        setattr(SessionMoveForm, f"{prefix}-starts", TimeField("Start time", ask=f"the start time of {day}"))
        setattr(SessionMoveForm, f"{prefix}-ends", TimeField("End time", ask=f"the end time of {day}"))
        data |= {f"{prefix}-on": part.on, f"{prefix}-starts": part.starts, f"{prefix}-ends": part.ends}
    form = SessionMoveForm(
        data=data
        | {
            "mode": course_session.mode,
            "venue": course_session.venue_id,
            "online_link": course_session.online_link,
            "row_version": course_session.row_version,
        }
    )
    form.venue.choices = venues
    return form
