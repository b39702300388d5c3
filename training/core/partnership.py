"""Who the partnership is and how people reach its training team: what pages and messages say of it."""

from training.config import installation
from training.core.mailboxes import one_line
from training.core.settings import register_setting, setting_value

PARTNERSHIP_NAME = register_setting(
    "partnership.name",
    "Name of the partnership",
    "Safeguarding Children Partnership",
    hint="Shown beside the wordmark on every page, at the head of every message, and as the name of the public "
    "calendar.",
)
CONTACT = register_setting(
    "partnership.contact",
    "How people reach the training team",
    "",
    hint="An email address, a telephone number, or both. Shown in the privacy notice, the terms, the accessibility "
    "statement and at the foot of messages. While empty, the address that messages come from is shown.",
)


def partnership_name() -> str:
    """The partnership as pages and messages call it."""
    return setting_value(PARTNERSHIP_NAME)


def contact() -> str:
    """How people reach the training team, in one line."""
    return one_line(setting_value(CONTACT)) or installation().mail_address
