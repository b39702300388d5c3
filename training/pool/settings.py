"""When trainers are written to, in working days, as the partnership has it."""

from datetime import time

from training.core.settings import register_setting

REMIND_AFTER_DAYS = register_setting(
    "schedule.trainer-reminder-days",
    "Working days after which a trainer is reminded of a request",
    3,
    hint="Once, where they have not answered. Bank holidays of England are not counted.",
    least=1,
    most=30,
)
PACK_DAYS = register_setting(
    "schedule.trainer-pack-days",
    "Working days before a session on which its trainers get their pack",
    5,
    hint="How to get there, who is coming, and the way to the register. Whoever says yes later gets it at once.",
    least=1,
    most=30,
)
FROM_HOUR = time(8)
"""Nobody is written to at midnight because a day has begun."""
