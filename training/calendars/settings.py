"""What the partnership decides about the answers of calendars."""

from training.core.settings import register_setting

READS_MAILBOX = register_setting(
    "calendars.reads-mailbox",
    "Read the mailbox for answers to invitations and messages that came back",
    True,
    hint="Only where whoever runs the server has set a mailbox to read. Nothing in the mailbox is changed.",
)
DECLINED_RELEASES = register_setting(
    "calendars.declined-releases",
    "Declining the invitation releases the place",
    False,
    hint="Otherwise people who decline are asked whether they mean it, and keep their place until they say so. With "
    "several days only declining all of them counts.",
)
