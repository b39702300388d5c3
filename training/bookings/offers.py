"""The purpose of the links by which somebody takes or leaves an offered place."""

from datetime import timedelta

from training.core.links import register_purpose

OFFER = register_purpose("bookings.offer", timedelta(days=1), is_unasked=True)
