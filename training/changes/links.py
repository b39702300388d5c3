"""The purpose of the links by which somebody says whether they can come on another date."""

from datetime import timedelta

from training.core.links import register_purpose

COMING = register_purpose("changes.coming", timedelta(days=30), is_unasked=True)
