"""What the partnership lets line managers be told of their people’s bookings, and from which hour of the day."""

from enum import StrEnum

from training.core.settings import register_setting, setting_value


class ManagerCopies(StrEnum):
    """What line managers are told."""

    EVERYTHING = "everything"
    TO_OBJECT = "to-object"
    NOTHING = "nothing"


COPIES = register_setting(
    "bookings.manager-copies",
    "What line managers are told of the bookings of their people",
    ManagerCopies.EVERYTHING.value,
    choices={
        ManagerCopies.EVERYTHING.value: "Everything: new bookings, changes of date, and when one has ended",
        ManagerCopies.TO_OBJECT.value: "Only what they can object to",
        ManagerCopies.NOTHING.value: "Nothing",
    },
    hint="In one message a day, besides what they are asked to agree to. Where no manager’s address is confirmed, the "
    "agency’s lead is told in their place.",
)
HOUR = register_setting(
    "bookings.manager-hour",
    "Hour of the day from which line managers get their message of the day",
    8,
    hint="From 0 to 12, by the clocks of the partnership. What they can object to only today goes to them at once.",
    most=12,
)


def manager_copies() -> ManagerCopies:
    """What line managers are told now."""
    return ManagerCopies(setting_value(COPIES))
