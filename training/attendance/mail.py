"""The message by which trainers get to their register when it opens."""

from training.core.messages import Audience, register_kind

REGISTER_OPEN = register_kind(
    "attendance.register-open",
    "Register open, to a trainer",
    "Your register: ((title)), ((first_day))",
    """
Hello ((name)),

The register of ((title)) is open.

((dates))

Where: ((place))

# Who is coming, and who is here
((way_in))

((code_line))

Mark who is here, add who came without a booking, and close the register at the end.

Reference: ((reference))
""",
    for_owner_only=True,
    to=Audience.TRAINER,
)
