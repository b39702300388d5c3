"""Signed links: a secret in a mail that lets its holder do one thing without an account.

Only the hashes of the token and of its short code are kept. A link is opened by anybody and anything (mail
scanners do); it acts only when its page's button is pressed.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, mapped_column

from training.config import installation
from training.core import clock
from training.core.columns import REFERENCE_ALPHABET, Dated, Identified, ShortText
from training.core.database import Base, db

KEYS_A_QUERY = 500


@dataclass(frozen=True)
class LinkPurpose:
    """What links are for and how long they work; the page they lead to is registered with `training.web.links`."""

    name: str
    lasts: timedelta
    is_unasked: bool = False
    """Whether its message comes to somebody who does not wait for it: an answer within a minute is flagged."""


_purposes: dict[str, LinkPurpose] = {}


def register_purpose(name: str, lasts: timedelta, *, is_unasked: bool = False) -> LinkPurpose:
    """Add a purpose, once, when its stage is imported."""
    if name in _purposes:
        raise ValueError(f"the link purpose {name} is already known")
    _purposes[name] = LinkPurpose(name, lasts, is_unasked)
    return _purposes[name]


def purposes() -> dict[str, LinkPurpose]:
    """All purposes by name."""
    return dict(_purposes)


class SignedLink(Identified, Dated, Base):
    """A link that was given out."""

    __tablename__ = "signed_link"
    __table_args__ = (Index("ix_signed_link_subject", "purpose", "subject_id"),)

    purpose: Mapped[str] = mapped_column(ShortText)
    subject_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(ShortText, unique=True)
    code_hash: Mapped[str] = mapped_column(ShortText, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Whether it may still be acted on."""
        return self.used_at is None and self.revoked_at is None and clock.now() < self.expires_at


@dataclass(frozen=True)
class FreshLink:
    """A new link as it goes into a mail; the only place where its secrets are ever readable."""

    address: str
    code: str
    secrets: tuple[str, ...]
    link: SignedLink


def create_link(purpose: LinkPurpose, subject_id: int, *, expires_at: datetime | None = None) -> FreshLink:
    """Give out a link of `purpose` about the row `subject_id`; it works until `expires_at` or as its purpose says."""
    token = secrets.token_urlsafe(24)
    code = "-".join("".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(4)) for _ in range(3))
    link = SignedLink(
        purpose=purpose.name,
        subject_id=subject_id,
        token_hash=_hash(token),
        code_hash=_hash(_typed(code)),
        expires_at=expires_at or clock.now() + purpose.lasts,
    )
    db.session.add(link)
    return FreshLink(f"{installation().base_url}/link/{token}", code, (token, code), link)


def find_link(token: str) -> SignedLink | None:
    """The link with this token, whatever its state; None for a token that was never given out."""
    return db.session.scalar(select(SignedLink).where(SignedLink.token_hash == _hash(token)))


def find_code(code: str) -> SignedLink | None:
    """The link whose mail gave the short `code`, whatever its state; None for one that was never given out."""
    return db.session.scalar(select(SignedLink).where(SignedLink.code_hash == _hash(_typed(code))))


def exchange_code(code: str) -> tuple[SignedLink, str] | None:
    """The open link whose mail gave `code`, with a new token for its address; None when there is none.

    The link in the mail goes on working: the new token belongs to a twin of the same purpose and end.
    """
    link = find_code(code)
    if link is None or not link.is_open:
        return None
    token = secrets.token_urlsafe(24)
    twin = SignedLink(
        purpose=link.purpose,
        subject_id=link.subject_id,
        token_hash=_hash(token),
        code_hash=_hash(secrets.token_urlsafe(24)),
        expires_at=link.expires_at,
        # As old as the message, for what depends on when that was written.
        created_at=link.created_at,
    )
    db.session.add(twin)
    return twin, token


def use_link(link: SignedLink) -> None:
    """Close `link` and every other one for the same deed, in the transaction that does the deed."""
    for other in db.session.scalars(
        select(SignedLink).where(
            SignedLink.purpose == link.purpose,
            SignedLink.subject_id == link.subject_id,
            SignedLink.used_at.is_(None),
        )
    ):
        other.used_at = clock.now()


def revoke_links(purpose: LinkPurpose, *subject_ids: int) -> None:
    """Make all open links of `purpose` about the rows `subject_ids` useless; one query for hundreds of them."""
    for start in range(0, len(subject_ids), KEYS_A_QUERY):
        about = SignedLink.subject_id.in_(subject_ids[start : start + KEYS_A_QUERY])
        for link in db.session.scalars(
            select(SignedLink).where(SignedLink.purpose == purpose.name, about, SignedLink.used_at.is_(None))
        ):
            link.revoked_at = clock.now()


def _typed(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
