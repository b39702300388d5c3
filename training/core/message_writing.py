"""How a message is written: placeholders filled, as plain text and as the same in HTML, with its head and its foot.

The text knows three shapes, so that an officer can write it and a mail program cannot spoil it: paragraphs set
apart by an empty line, list items that begin with `* `, and headings that begin with `# `.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from training.core.messages import PLACEHOLDER, Words

FOR_ANOTHER = (
    "This message is for {}, who has no email address of their own here. Please pass it on, and answer for them where "
    "it asks something."
)
_ADDRESS = re.compile(r"(https?://[^\s<>()]+[^\s<>().,;:])")
_FONT = "font-family:Arial,Helvetica,sans-serif;font-size:17px;line-height:1.5;color:#0b0c0c"
# Long addresses break rather than widen the page of a telephone.
_SHEET = f"max-width:600px;margin:0 auto;padding:0 16px 24px;word-wrap:break-word;overflow-wrap:anywhere;{_FONT}"
_HEAD = "margin:0 0 24px;padding:16px 0 8px;border-bottom:3px solid #00565b;color:#00565b;font-weight:bold"
_FOOT = "margin:32px 0 0;padding:12px 0 0;border-top:1px solid #b1b4b6;color:#505a5f;font-size:15px"


@dataclass(frozen=True)
class Written:
    """A message with its placeholders filled."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Frame:
    """What stands around the words of every message: whose it is, and at the foot why one gets it."""

    partnership: str
    foot: str


def write(words: Words, values: Mapping[str, str], on_behalf_of: str = "", frame: Frame | None = None) -> Written:
    """`words` with every placeholder replaced; raises KeyError naming one that `values` lacks.

    A paragraph that holds nothing but empty placeholders is left out. With `on_behalf_of`, subject and text say first
    whom the message is for.
    """

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda match: values[match[1]], text)

    subject = " ".join(fill(words.subject).split())
    if on_behalf_of:
        subject = f"For {on_behalf_of}: {subject}"
    paragraphs = [FOR_ANOTHER.format(on_behalf_of)] if on_behalf_of else []
    paragraphs += [fill(paragraph).strip() for paragraph in re.split(r"\n{2,}", words.body)]
    text = "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"
    foot = f"\n{frame.partnership}\n{frame.foot}\n" if frame else ""
    return Written(subject, _without_markers(text) + foot, _html(subject, text, frame))


def _without_markers(text: str) -> str:
    return re.sub(r"^# ", "", text, flags=re.MULTILINE)


def _html(subject: str, text: str, frame: Frame | None) -> str:
    blocks = [_block(block.splitlines()) for block in re.split(r"\n{2,}", text.strip())]
    head = Markup('<p style="{}">{}</p>').format(_HEAD, frame.partnership) if frame else Markup("")
    foot = _foot(frame) if frame else Markup("")
    return str(
        Markup('<!doctype html><html lang="en-GB"><head><meta charset="utf-8">')
        + Markup('<meta name="viewport" content="width=device-width, initial-scale=1"><title>{}</title></head>').format(
            subject
        )
        + Markup('<body style="margin:0;padding:0;background-color:#ffffff"><div style="{}">').format(_SHEET)
        + head
        + Markup("").join(blocks)
        + foot
        + Markup("</div></body></html>\n")
    )


def _foot(frame: Frame) -> Markup:
    lines = [frame.partnership, *frame.foot.splitlines()]
    return Markup('<p style="{}">{}</p>').format(_FOOT, Markup("<br>").join(_linked(line) for line in lines))


def _block(lines: list[str]) -> Markup:
    if lines[0].startswith("# "):
        rest = _block(lines[1:]) if lines[1:] else Markup("")
        return Markup('<h2 style="font-size:20px;margin:24px 0 8px">{}</h2>').format(lines[0][2:]) + rest
    if all(line.startswith("* ") for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(_linked(line[2:])) for line in lines)
        return Markup('<ul style="margin:0 0 16px;padding-left:24px">') + items + Markup("</ul>")
    return Markup('<p style="margin:0 0 16px">') + Markup("<br>").join(_linked(line) for line in lines) + Markup("</p>")


def _linked(line: str) -> Markup:
    pieces = _ADDRESS.split(line)
    return Markup("").join(
        Markup('<a href="{0}" style="color:#00565b">{0}</a>').format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )
