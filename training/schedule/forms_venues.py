"""The form of a venue: what people, registers and the accounts need to know of a place."""

from training.schedule.models import Venue
from training.schedule.operations_venues import VenueDetails
from training.web.fields import EmailField, MoneyField, TextAreaField, TextField
from training.web.forms import VersionedForm


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
    signal = TextAreaField(
        "Signal",
        required=False,
        hint="Mobile telephone and wireless network: trainers need one of them to take the register online",
        max_length=1000,
        rows=2,
    )
    telephone = TextField("Telephone", required=False, max_length=40, width=20)
    contact_name = TextField("Contact", required=False, hint="Whom you book the room with")
    contact_address = EmailField(
        "Email address of the contact",
        required=False,
        autocomplete="off",
        hint="They are told by email when a session there is moved or called off. Leave it empty to tell nobody",
    )
    day_cost = MoneyField(
        "Cost of a day",
        ask="the cost of a day",
        required=False,
        hint="In pounds, like 120 or 87.50. Nought if it costs nothing; empty if you do not know",
    )

    @property
    def details(self) -> VenueDetails:
        """What was said, for the operations."""
        return VenueDetails(
            name=self.name.data,
            address=self.address.data,
            access=self.access.data,
            parking=self.parking.data,
            signal=self.signal.data,
            telephone=self.telephone.data,
            contact_name=self.contact_name.data,
            contact_address=self.contact_address.data,
            day_cost_pence=self.day_cost.data,
        )


SAME_NAMES = (
    "name", "address", "access", "parking", "signal", "telephone", "contact_name", "contact_address", "row_version",
)  # fmt: skip


def values_of_venue(venue: Venue) -> dict[str, object]:
    """What the form of an existing venue begins with."""
    return {**{name: getattr(venue, name) for name in SAME_NAMES}, "day_cost": venue.day_cost_pence}
