"""Keys and codes of first bookings: what stands in the address of the page, and what its mail gives to type."""

import hashlib
import hmac
import secrets

from training.config import installation

DIGITS = 8
GROUP = 4


def new_key() -> str:
    """What stands in the address of the page that asks for the code."""
    return secrets.token_urlsafe(24)


def new_code() -> str:
    """What the mail gives to type, in two groups: “4071 9925”."""
    digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    return f"{digits[:GROUP]} {digits[GROUP:]}"


def hash_of_key(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def hash_of_code(key_hash: str, code: str) -> str:
    """What is kept of a code: worth nothing without the installation's key, and for no other page than its own."""
    typed = "".join(letter for letter in code if letter.isalnum())
    return hmac.new(installation().secret_key.encode(), f"{key_hash}\0{typed}".encode(), hashlib.sha256).hexdigest()


def is_right(key_hash: str, code: str, kept: str) -> bool:
    """Whether the code is the one whose hash is kept."""
    return hmac.compare_digest(hash_of_code(key_hash, code), kept)
