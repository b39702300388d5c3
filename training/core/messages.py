"""Kinds of messages and how their texts are filled: plain text with `((placeholders))`, and the same as HTML.

The text knows three shapes, so that an officer can write it and a mail program cannot spoil it: paragraphs set
apart by an empty line, list items that begin with `* `, and headings that begin with `# `.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from training.core.viewer import Role, Viewer

PLACEHOLDER = re.compile(r"\(\(([a-z][a-z _-]*)\)\)")
FOR_ANOTHER = (
    "This message is for {}, who has no email address of their own here. Please pass it on, and answer for them where "
    "it asks something."
)
_ADDRESS = re.compile(r"(https?://[^\s<>()]+[^\s<>().,;:])")


@dataclass(frozen=True)
class MessageKind:
    """A kind of message a stage sends: what the desk calls it, and the words it is written with."""

    name: str
    label: str
    subject: str
    body: str
    for_owner_only: bool = False
    """Whether who reads it can get into somebody's account, so that it must not be led to another address."""
    for_officers_to_redirect: bool = False
    """Whether who reads it answers as the person what an administrator does not see: they lead it nowhere else."""

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that must be filled before it can be sent."""
        return frozenset(PLACEHOLDER.findall(self.subject + self.body))


@dataclass(frozen=True)
class Written:
    """A message with its placeholders filled."""

    subject: str
    text: str
    html: str


_kinds: dict[str, MessageKind] = {}


def register_kind(
    name: str,
    label: str,
    subject: str,
    body: str,
    *,
    for_owner_only: bool = False,
    for_officers_to_redirect: bool = False,
) -> MessageKind:
    """Add a kind of message, once, when its stage is imported; raises ValueError if the name is taken."""
    if name in _kinds:
        raise ValueError(f"the message kind {name} is already known")
    _kinds[name] = MessageKind(name, label, subject, body.strip() + "\n", for_owner_only, for_officers_to_redirect)
    return _kinds[name]


def message_kinds() -> tuple[MessageKind, ...]:
    """All kinds that any stage sends, by label."""
    return tuple(sorted(_kinds.values(), key=lambda kind: kind.label))


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


def write(kind: MessageKind, values: Mapping[str, str], on_behalf_of: str = "") -> Written:
    """`kind` with every placeholder replaced; raises KeyError naming one that `values` lacks.

    A paragraph that holds nothing but empty placeholders is left out. With `on_behalf_of`, subject and text say first
    whom the message is for.
    """

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda match: values[match[1]], text)

    subject = " ".join(fill(kind.subject).split())
    if on_behalf_of:
        subject = f"For {on_behalf_of}: {subject}"
    paragraphs = [FOR_ANOTHER.format(on_behalf_of)] if on_behalf_of else []
    paragraphs += [fill(paragraph).strip() for paragraph in re.split(r"\n{2,}", kind.body)]
    text = "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"
    return Written(subject, _without_markers(text), _html(subject, text))


def _without_markers(text: str) -> str:
    return re.sub(r"^# ", "", text, flags=re.MULTILINE)


def _html(subject: str, text: str) -> str:
    blocks = [_block(block.splitlines()) for block in re.split(r"\n{2,}", text.strip())]
    style = "font-family:Arial,Helvetica,sans-serif;font-size:17px;line-height:1.5;color:#0b0c0c;max-width:600px"
    return str(
        Markup('<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{}</title></head>').format(subject)
        + Markup('<body style="{}">').format(style)
        + Markup("").join(blocks)
        + Markup("</body></html>\n")
    )


def _block(lines: list[str]) -> Markup:
    if lines[0].startswith("# "):
        rest = _block(lines[1:]) if lines[1:] else Markup("")
        return Markup('<h2 style="font-size:20px;margin:24px 0 8px">{}</h2>').format(lines[0][2:]) + rest
    if all(line.startswith("* ") for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(_linked(line[2:])) for line in lines)
        return Markup("<ul>") + items + Markup("</ul>")
    return Markup("<p>") + Markup("<br>").join(_linked(line) for line in lines) + Markup("</p>")


def _linked(line: str) -> Markup:
    pieces = _ADDRESS.split(line)
    return Markup("").join(
        Markup('<a href="{0}" style="color:#00565b">{0}</a>').format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )
