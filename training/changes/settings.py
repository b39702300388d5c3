"""How long a change of a session waits for the next one before people are told."""

from datetime import timedelta

from training.core.settings import register_setting, setting_value

QUIET_MINUTES = register_setting(
    "bookings.quiet-minutes",
    "Minutes before people are told that a session has changed",
    15,
    hint="Changes within this time of each other become one message. Within 24 hours of the start people are told at "
    "once.",
    most=240,
)


def quiet_period() -> timedelta:
    """The time that begins anew with each change."""
    return timedelta(minutes=setting_value(QUIET_MINUTES))
