"""What the partnership may set about registers."""

from training.core.settings import register_setting

REGISTER_OPENS_HOURS = register_setting(
    "attendance.register-opens-hours",
    "Register opens",
    2,
    hint="Hours before the start of a part from which its register can be taken",
    most=72,
)
COMPLETION_PERCENT = register_setting(
    "attendance.completion-percent",
    "Least attendance for a completion",
    80,
    hint="Per cent of the minutes of every part of a session",
    least=1,
    most=100,
)
