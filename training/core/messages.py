"""Kinds of messages: what each is called, who gets it, the words it is delivered with, and what they must say."""

import re
from dataclasses import dataclass
from enum import StrEnum

from training.core.viewer import Role, Viewer

PLACEHOLDER = re.compile(r"\(\(([a-z][a-z _-]*)\)\)")
USUAL = frozenset({"partnership", "contact"})
"""Placeholders that every text may use: the partnership’s name, and how to reach its training team."""


class Audience(StrEnum):
    """Who a kind of message goes to."""

    PARTICIPANT = "participant"
    MANAGER = "manager"
    LEAD = "lead"
    TRAINER = "trainer"
    OWNER = "owner"
    PERSON = "person"
    DESK = "desk"
    VENUE = "venue"


AUDIENCE_LABELS = {
    Audience.PARTICIPANT: "Whoever asked for a place",
    Audience.MANAGER: "Their line manager",
    Audience.LEAD: "The training lead of an agency",
    Audience.TRAINER: "The trainer",
    Audience.OWNER: "The owner of an account or address",
    Audience.PERSON: "The person it is about",
    Audience.DESK: "The training team",
    Audience.VENUE: "The venue",
}
REASONS = {
    Audience.PARTICIPANT: "you asked for training with us, or somebody at your agency did for you",
    Audience.MANAGER: "somebody named you as their line manager",
    Audience.LEAD: "you lead the training of an agency",
    Audience.TRAINER: "you teach for us, or we ask you to",
    Audience.OWNER: "this address was used for an account with us",
    Audience.PERSON: "you are known to us for training",
    Audience.DESK: "you work for the training team",
    Audience.VENUE: "we hold sessions at your venue",
}
"""Why somebody gets a message, as its foot says it: “You get this message because …”."""


@dataclass(frozen=True)
class Words:
    """Subject and body of a message, with placeholders."""

    subject: str
    body: str

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that must be filled before it can be sent."""
        return frozenset(PLACEHOLDER.findall(self.subject + "\n" + self.body))


@dataclass(frozen=True)
class MessageKind:
    """A kind of message a stage sends: what the desk calls it, and the words it is delivered with."""

    name: str
    label: str
    subject: str
    body: str
    for_owner_only: bool = False
    """Whether who reads it can get into somebody's account, so that it must not be led to another address."""
    for_officers_to_redirect: bool = False
    """Whether who reads it answers as the person what an administrator does not see: they lead it nowhere else."""
    to: Audience = Audience.PARTICIPANT
    is_fixed: bool = False
    """Whether its words protect accounts, so that the partnership cannot rewrite them."""
    requires: frozenset[str] = frozenset()
    """Placeholders its body must keep besides the links and codes: without them it would say nothing."""

    @property
    def words(self) -> Words:
        """The words it is delivered with."""
        return Words(self.subject, self.body)

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that whoever sends it fills, besides the usual ones."""
        return self.words.placeholders - USUAL

    @property
    def required(self) -> frozenset[str]:
        """What a body must hold: whatever leads on, and what the kind itself asks for."""
        return self.requires | {name for name in PLACEHOLDER.findall(self.body) if leads_on(name)}


_LEADS_ON = frozenset({"answer", "link", "manage", "way_in", "way in", "account", "differences"})
_kinds: dict[str, MessageKind] = {}


def leads_on(placeholder: str) -> bool:
    """Whether `placeholder` is a link, a code or a page: a text without it would be a dead end."""
    return placeholder in _LEADS_ON or placeholder.startswith("code") or placeholder.endswith(("page", "link"))


def register_kind(
    name: str,
    label: str,
    subject: str,
    body: str,
    *,
    for_owner_only: bool = False,
    for_officers_to_redirect: bool = False,
    to: Audience = Audience.PARTICIPANT,
    is_fixed: bool = False,
    requires: tuple[str, ...] = (),
) -> MessageKind:
    """Add a kind of message, once, when its stage is imported.

    Links, codes and pages among its placeholders (`answer`, `link`, `code…`, `…page`) are always required of a
    rewritten text; `requires` names others. Raises ValueError if the name is taken, or if it requires what the
    delivered body does not hold.
    """
    if name in _kinds:
        raise ValueError(f"the message kind {name} is already known")
    kind = MessageKind(
        name,
        label,
        subject,
        body.strip() + "\n",
        for_owner_only,
        for_officers_to_redirect,
        to,
        is_fixed,
        frozenset(requires),
    )
    missing = kind.requires - Words("", kind.body).placeholders
    if missing:
        raise ValueError(f"the message kind {name} requires {sorted(missing)}, which its body does not hold")
    _kinds[name] = kind
    return kind


def message_kinds() -> tuple[MessageKind, ...]:
    """All kinds that any stage sends, by label."""
    return tuple(sorted(_kinds.values(), key=lambda kind: kind.label))


def kind_called(name: str) -> MessageKind | None:
    """The kind called `name`; None for one that is not, or no longer, sent."""
    return _kinds.get(name)


def label_of(name: str) -> str:
    """What the desk calls the kind `name`; the name itself for a kind that is no longer sent."""
    return _kinds[name].label if name in _kinds else name


def is_for_owner_only(name: str) -> bool:
    """Whether messages of the kind `name` go to nobody but the person they are about."""
    return name in _kinds and _kinds[name].for_owner_only


def may_redirect(viewer: Viewer, name: str) -> bool:
    """Whether `viewer`, who works at the desk, may lead messages of the kind `name` to another address."""
    if is_for_owner_only(name):
        return False
    is_kept = name in _kinds and _kinds[name].for_officers_to_redirect
    return not is_kept or viewer.is_machine or viewer.has(Role.OFFICER)
