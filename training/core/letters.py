"""One mail to one address, put together for sending: text, HTML and the calendar part if it has one."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from training.core.mailboxes import bare_address, mailto, one_line

# 76 rather than 78, which is the most that quoted-printable allows.
POLICY = SMTP.clone(max_line_length=76)

CalendarMethod = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What one mail says and to whom.

    `message_id` comes from `new_message_id` once, and stays for every further attempt; `sent_at` is the
    aware moment for the Date header. Replies go to `reply_to`, or to the sender. A letter has both
    `calendar` and `calendar_method` or neither, and the calendar is about its sender and its recipient.
    """

    message_id: str
    sent_at: datetime
    sender_address: str
    sender_name: str = ""
    reply_to: str | None = None
    recipient_address: str
    recipient_name: str = ""
    subject: str
    text: str
    html: str | None = None
    calendar: bytes | None = None
    calendar_method: CalendarMethod | None = None


def new_message_id(domain: str) -> str:
    """A Message-ID with its angle brackets, different every time; ValueError if `domain` is not one."""
    return f"<{bare_address(f'{secrets.token_hex(16)}@{domain}')}>"


def compose(letter: Letter) -> EmailMessage:
    """The letter as a message ready to send: all in 7-bit characters, the calendar part last.

    Line breaks and other control characters in the subject and in names become spaces. Raises ValueError
    for an address or Message-ID that is more than that, and for a calendar that does not belong in this
    mail.
    """
    _require_message_id(letter.message_id)
    if letter.sent_at.tzinfo is None:
        raise ValueError("The Date of a mail is a moment with a zone.")
    message = EmailMessage(policy=POLICY)
    message["From"] = _mailbox(letter.sender_name, letter.sender_address)
    message["To"] = _mailbox(letter.recipient_name, letter.recipient_address)
    message["Reply-To"] = bare_address(letter.reply_to or letter.sender_address)
    message["Subject"] = _header_text(letter.subject)
    message["Date"] = letter.sent_at
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable whatever the text is, so that no server on the way has a reason to encode it anew.
    message.set_content(_encodable(letter.text), cte="quoted-printable")
    if letter.html is not None:
        message.add_alternative(_encodable(letter.html), subtype="html", cte="quoted-printable")
    if letter.calendar is not None or letter.calendar_method is not None:
        _add_calendar(message, letter)
    return message


def _add_calendar(message: EmailMessage, letter: Letter) -> None:
    """Without the method in its Content-Type the part has no buttons; a disposition would make it a file."""
    if letter.calendar is None or letter.calendar_method is None:
        raise ValueError("A mail has a calendar part and its method, or neither.")
    _require_own_calendar(letter, letter.calendar, letter.calendar_method)
    message.add_alternative(
        letter.calendar,
        maintype="text",
        subtype="calendar",
        cte="base64",
        params={"charset": "utf-8", "method": letter.calendar_method},
    )


def _require_own_calendar(letter: Letter, calendar: bytes, method: CalendarMethod) -> None:
    lines = calendar.replace(b"\r\n ", b"").split(b"\r\n")
    if [line for line in lines if line.startswith(b"METHOD:")] != [b"METHOD:" + method.encode()]:
        raise ValueError("The method of the mail and that of its calendar part differ.")
    if lines.count(b"BEGIN:VEVENT") != 1:
        raise ValueError("A mail carries one event: of several, clients take the first only.")
    if _addresses(lines, b"ORGANIZER") != [mailto(letter.sender_address)]:
        raise ValueError("The organiser of the event is the sender of the mail.")
    if letter.reply_to not in (None, letter.sender_address):
        raise ValueError("Replies to an invitation go to the organiser.")
    if _addresses(lines, b"ATTENDEE") != [mailto(letter.recipient_address)]:
        raise ValueError("The only attendee of the event is the recipient of the mail.")


def _addresses(lines: list[bytes], name: bytes) -> list[str]:
    found = [line for line in lines if line.startswith((name + b";", name + b":"))]
    return ["mailto:" + line.decode().rpartition(":mailto:")[2] for line in found]


def _mailbox(name: str, address: str) -> Address:
    return Address(display_name=_header_text(name), addr_spec=bare_address(address))


def _header_text(text: str) -> str:
    # What looks like an encoded word would be decoded on the way, line breaks within it included.
    return one_line(text).replace("=?", "= ?")


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _require_message_id(message_id: str) -> None:
    if not (message_id.startswith("<") and message_id.endswith(">")):
        raise ValueError("A Message-ID stands in angle brackets.")
    bare_address(message_id[1:-1])
