"""The forms of deeds on a session."""

from collections.abc import Sequence
from hashlib import sha256

from training.catalogue.models import MODE_LABELS, Mode
from training.changes.operations_move import Move
from training.changes.queries_dates import OtherDate
from training.core.viewer import Viewer
from training.schedule.forms import PartsForm
from training.schedule.models import CourseSession
from training.schedule.operations import times_of
from training.schedule.queries import venue_choices
from training.schedule.rules import LINK_TO_FOLLOW
from training.web.fields import (
    CheckboxesField,
    CheckboxField,
    Choice,
    HiddenField,
    NumberField,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
)
from training.web.forms import VersionedForm

RELEASE = "release"


class PreviewedForm(VersionedForm):
    """A form whose deed is done only once it has been shown what it does, just as it is typed now."""

    previewed = HiddenField()

    def was_previewed(self, *typed: object) -> bool:
        """Whether the page that sent this form showed what these values come to; it does the next time."""
        print_of = sha256(repr(typed).encode()).hexdigest()[:20]
        seen = self.previewed.data == print_of
        self.previewed.data = print_of
        return seen


class MoveForm(PreviewedForm, PartsForm):
    """Other dates, times, place, link or way of holding a session, and whether people are told."""

    marks_optional = False

    mode = SelectField("How it is held", ask="how it is held", choices=MODE_LABELS, coerce=Mode, first=None)
    venue = SelectField("Venue", ask="a venue", required=False, first="No venue", coerce=int)
    online_link = TextField(
        "Link to join online",
        hint=f"For virtual and hybrid sessions. Write “{LINK_TO_FOLLOW}” if there is none yet.",
        required=False,
        max_length=1000,
    )
    silent = CheckboxField(
        "Do not tell anybody", ask="whether people are told", hint="Only to put a mistake right that misleads nobody."
    )
    silent_reason = TextField("Why is nobody told?", ask="why nobody is told", required=False, max_length=300)

    @property
    def move(self) -> Move:
        """What was typed, for the deed; only of a form that is sound."""
        return Move(
            parts=self.parts, mode=self.mode.data, venue_id=self.venue.data or None, online_link=self.online_link.data
        )

    def lacks_reason(self) -> bool:
        """Whether nobody is to be told and no reason is given; the error is on the form then."""
        if self.silent.data and not self.silent_reason.data:
            self.add_error("Enter why nobody is told", "silent_reason")
            return True
        return False


def move_form_for(viewer: Viewer, session: CourseSession, *, unsent: bool = False) -> MoveForm:
    """The form to move a session, holding how it is now; `unsent` leaves out what was sent."""
    data = {
        "mode": session.mode,
        "venue": session.venue_id,
        "online_link": session.online_link,
        "row_version": session.row_version,
    }
    form = MoveForm(formdata=None, data=data) if unsent else MoveForm(data=data)
    form.venue.choices = venue_choices(viewer)
    form.show_parts(times_of(session), anew=unsent)
    return form


class CallOffForm(PreviewedForm):
    """Call a session off, and what becomes of its people."""

    reason = TextAreaField(
        "Reason", ask="the reason", hint="Everybody who booked will read it.", max_length=1000, rows=4
    )
    to = RadioField("What becomes of the people?", ask="what becomes of the people")

    def offer(self, others: Sequence[OtherDate]) -> None:
        """Fill in the dates to which people can be brought; without any there is nothing to choose."""
        if not others:
            del self.to
            return
        self.to.choices = [
            *(Choice(str(other.session.id), f"Bring them to {other.when}", other.in_words) for other in others),
            Choice(RELEASE, "Release them", "They go first when they next ask for this course."),
        ]

    @property
    def to_session_id(self) -> int | None:
        """The session to which people are brought; None where they are released."""
        chosen = self.to.data if "to" in self else RELEASE
        return None if chosen == RELEASE else int(chosen)


class CapacityForm(VersionedForm):
    """How many places there are, and who moves to the waiting list where there are fewer than are taken."""

    marks_optional = False

    capacity = NumberField("Number of places", ask="the number of places", most=2000)
    online_capacity = NumberField(
        "Places online",
        ask="the number of places online",
        required=False,
        most=2000,
        hint="Leave empty if every place serves either way.",
    )
    who = CheckboxesField("Who moves to the waiting list?", ask="who moves to the waiting list", required=False)
    reason = TextField(
        "Why are there fewer places?", ask="why there are fewer places", required=False, max_length=500,
        hint="Whoever moves to the waiting list will read it.",
    )  # fmt: skip

    def offer(self, choices: Sequence[Choice], *, is_hybrid: bool) -> None:
        """Fill in who holds a place; places online are asked for a hybrid session only."""
        self.who.choices = choices
        if is_hybrid:
            self.capacity.label.text = "Number of places, or places in the room"
        else:
            del self.online_capacity

    @property
    def online(self) -> int | None:
        """The places online that are kept apart; None where there are none."""
        return self.online_capacity.data if "online_capacity" in self else None

    @property
    def chosen(self) -> list[int]:
        """The keys of the bookings that move to the waiting list."""
        return [int(key) for key in self.who.data or ()]
