"""What may stand as a name and an address in a mail or an invitation, whoever typed it."""

import re
import unicodedata
from urllib.parse import quote

LONGEST_ADDRESS = 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_UNPRINTABLE = ("Cc", "Cs")


def bare_address(text: str) -> str:
    """`text` itself, if it is a plain address (`a@b.example`) and nothing more; otherwise ValueError.

    Addresses with other than ASCII characters are refused: most mail servers cannot take them.
    """
    if len(text) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        raise ValueError(f"Not a plain e-mail address: {text!r}")
    return text


def mailto(address: str) -> str:
    """The address as a URI, with the few characters escaped that mean something else there."""
    return "mailto:" + quote(bare_address(address), safe="@!$&'*+-./=_~")


def one_line(text: str) -> str:
    """`text` on a single line: every kind of line break, control character and run of spaces is one space."""
    if text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(" " if unprintable(character) else character for character in text).split())


def unprintable(character: str) -> bool:
    """Whether it is a control character or half of a surrogate pair, which UTF-8 cannot carry."""
    return unicodedata.category(character) in _UNPRINTABLE
