"""Which passwords are refused: short ones, and those that are guessed first."""

import re
import unicodedata
from typing import Any

from flask_security.password_util import PasswordUtil

SHORTEST = 12
FEWEST_DIFFERENT_CHARACTERS = 5

# What the published lists of leaked passwords are made of, and the words of this field.
_GUESSED_WORDS = (
    "password", "passwort", "welcome", "letmein", "changeme", "qwertyuiop", "qwerty", "asdfghjkl", "asdf", "zxcvbnm",
    "iloveyou", "sunshine", "princess", "football", "liverpool", "everton", "arsenal", "chelsea", "superman", "batman",
    "monkey", "dragon", "master", "shadow", "trustno", "hello", "secret", "admin", "login", "access", "summer",
    "winter", "spring", "autumn", "abc", "training", "safeguarding", "safeguard", "children", "child", "partnership",
    "council", "school", "muster", "please", "computer", "whatever", "january", "february", "march", "april", "june",
    "july", "august", "september", "october", "november", "december", "monday", "friday", "my", "the", "is", "i", "a",
)  # fmt: skip
_GUESSED = re.compile(f"(?:{'|'.join(_GUESSED_WORDS)})+")
_LEET = str.maketrans("@4310$5!7", "aaeiossit")
_SEQUENCES = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")


def normal(password: str) -> str:
    """`password` as it is hashed and compared, however the keyboard writes its accents."""
    return unicodedata.normalize("NFKD", password)


def fault_in(password: str) -> str:
    """What is wrong with `password` as a sentence without a full stop; empty where it may be used."""
    if len(password) < SHORTEST:
        return f"Your password must be {SHORTEST} characters or more"
    if is_guessed_first(password):
        return "Your password is one that people guess first. Try three or four words that do not belong together"
    return ""


def is_guessed_first(password: str) -> bool:
    """Whether it is a common word or two with figures around them, a run of keys, or few characters repeated."""
    lowered = password.casefold()
    if len(set(lowered)) < FEWEST_DIFFERENT_CHARACTERS or any(lowered in row for row in _SEQUENCES):
        return True
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", lowered)
    readings = (re.sub(r"[^a-z]", "", text) for text in (lowered, core, core.translate(_LEET)))
    return not core or any(_GUESSED.fullmatch(text) is not None for text in readings)


class PasswordRules(PasswordUtil):
    """These rules as Flask-Security asks for them."""

    def normalize(self, password: str) -> str:
        """See `normal`."""
        return normal(password)

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:  # noqa: ARG002
        """The faults, or None, and the password as it is to be hashed."""
        fault = fault_in(normal(password))
        return ([fault] if fault else None), normal(password)
