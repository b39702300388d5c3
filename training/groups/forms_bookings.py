"""The filters of what one’s people have booked."""

from training.bookings.models import BOOKING_STATE_LABELS, LIVE, BookingState
from training.web.fields import SelectField, TextField
from training.web.forms import FilterForm


class BookingsFilter(FilterForm):
    """Which bookings are shown; without a state all that may still lead into the room."""

    words = TextField("Person, course or reference", ask="a name", required=False)
    state = SelectField(
        "State",
        first="All that are to come",
        required=False,
        coerce=BookingState,
        choices={state.value: BOOKING_STATE_LABELS[state] for state in (*LIVE, BookingState.CANCELLED)},
    )
