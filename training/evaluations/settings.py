"""What the partnership may set about evaluations."""

from training.core.settings import register_setting

END_DAYS = register_setting(
    "evaluations.end-days",
    "Answering after the session",
    28,
    hint="Days in which the evaluation at the end can be answered",
    least=1,
    most=365,
)
IMPACT_WEEKS = register_setting(
    "evaluations.impact-weeks",
    "Impact evaluation",
    12,
    hint="Weeks from the last part of a session until people are asked what came of it",
    least=1,
    most=52,
)
IMPACT_DAYS = register_setting(
    "evaluations.impact-days",
    "Answering the impact evaluation",
    42,
    hint="Days in which the impact evaluation can be answered",
    least=1,
    most=365,
)
OPENED_WITHIN_DAYS = register_setting(
    "evaluations.opened-within-days",
    "Latest start of evaluations",
    28,
    hint="Nobody is asked about a session that ended more days ago than this when its registers were closed",
    least=1,
    most=365,
)
