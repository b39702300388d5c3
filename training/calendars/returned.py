"""What a mail says that came back because nobody could deliver it (a report of delivery, RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.utils import parseaddr
from typing import cast

MOST_NAMED = 20
"""Messages that one report may be about, where it returns none of them."""
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,190}>")


@dataclass(frozen=True)
class Returned:
    """A message of ours that failed for good: how it may be called, the address it had, and the server's words."""

    message_ids: tuple[str, ...]
    """Its Message-ID; where only an answer to it came back, each that is named there."""
    sent_to: str
    diagnostic: str


def returned_in(message: Message) -> Returned | None:
    """The message that the mail reports as failed for good; None for anything else, such as “still trying”."""
    parts = list(message.walk())
    diagnostic = next(_failures(parts), None)
    original = next(_originals(parts), None)
    if diagnostic is None:
        return None
    if original is not None and original.get("Message-ID"):
        named = str(original.get("Message-ID"))
    else:
        # Some servers return nothing of the message, and say only what they answer.
        named = f"{message.get('In-Reply-To', '')} {message.get('References', '')}"
    message_ids = tuple(dict.fromkeys(_MESSAGE_ID.findall(named)[-MOST_NAMED:]))
    if not message_ids:
        return None
    sent_to = parseaddr(str(original.get("To", "")))[1] if original is not None else ""
    return Returned(message_ids, sent_to, diagnostic)


def _failures(parts: list[Message]) -> Iterator[str]:
    """What is said of each recipient to whom it failed."""
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _blocks(part):
            status, action = str(block.get("Status", "")).strip(), str(block.get("Action", "")).strip().lower()
            if action == "failed" or (not action and status.startswith("5")):
                # “smtp; 550 5.1.1 …”: before the semicolon stands in whose words it is.
                words = str(block.get("Diagnostic-Code", "")).partition(";")[2].strip()
                yield words or f"Status {status or 'unknown'}"


def _blocks(part: Message) -> list[Message]:
    """The groups of fields of a report; Python's parser gives each as a message, a broken one as text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [block for block in cast("list[object]", payload) if isinstance(block, Message)]
    return [message_from_string(block) for block in re.split(r"\r?\n\r?\n", str(payload))]


def _originals(parts: list[Message]) -> Iterator[Message]:
    """What was returned of the message itself: all of it, or its headers."""
    for part in parts:
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and payload and isinstance(payload[0], Message):
            yield payload[0]
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield message_from_string(content.decode("utf-8", "replace"))
