"""The message to whoever booked for somebody who says that it is not for them."""

from training.core.messages import Audience, register_kind

NOT_FOR_THEM = register_kind(
    "bookings.not-for-them",
    "Booking turned down, to whoever made it",
    "((soon))Not for ((who)): ((title)), ((first_day))",
    """
Hello ((name)),

You booked ((who)) on ((title)). The answer from their address: ((their_answer))

((their_words))

The booking is cancelled, and the place is free for somebody else. It never counts as late.

((dates))

If the address is wrong, put it right before you book again, or ask the training team:
((session))

Booking reference: ((reference))
""",
    to=Audience.PERSON,
    requires=("who", "their_answer"),
)
