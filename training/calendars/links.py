"""The purpose of the links by which somebody whose calendar declined says whether the place is released."""

from datetime import timedelta

from training.core.links import register_purpose

DECLINED = register_purpose("calendars.declined", timedelta(days=60), is_unasked=True)
