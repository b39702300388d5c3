"""What is wrong with a rewritten text: each fault with the line it stands on, so that whoever wrote it finds it."""

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from training.core.messages import PLACEHOLDER, USUAL, MessageKind, Words, leads_on

LONGEST_SUBJECT = 200
LONGEST_BODY = 8_000
_BRACKETED = re.compile(r"\(\(([^()\n]*)\)\)")
_HALF_CLOSED = re.compile(r"(?<!\()\(?([a-z][a-z _-]*)\)\)")
_PROGRAM = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|<%|%>|\$\{")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<!--")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in the subject or the body, on which line (0 for the whole), and what that line says."""

    field: str
    sentence: str
    line: int = 0
    shown: str = ""

    @property
    def in_full(self) -> str:
        """The fault as a form says it, with the number of the line and the line."""
        if not self.line:
            return self.sentence
        where = "" if self.field == "subject" else f"Line {self.line}: "
        sentence = f"{where}{self.sentence}"
        return f"{sentence[0].upper()}{sentence[1:]}. It says “{self.shown}”"


def faults(kind: MessageKind, words: Words) -> list[Fault]:
    """Everything because of which `words` cannot be sent as a message of `kind`, in the order of the lines."""
    found = [*_subject_faults(kind, words.subject)]
    for number, line in enumerate(words.body.split("\n"), start=1):
        found += [Fault("body", sentence, number, _shortened(line)) for sentence in _line_faults(kind, line)]
    held = Words("", words.body).placeholders
    missing = [name for name in _in_order(kind) if name in kind.required and name not in held]
    found += [Fault("body", _missing(name)) for name in missing]
    if len(words.body) > LONGEST_BODY:
        found.append(Fault("body", f"The text must be {LONGEST_BODY:,} characters or fewer"))
    return found


def may_use(kind: MessageKind) -> list[str]:
    """The placeholders a text of `kind` may hold: its own in the order of the delivered text, then the usual ones."""
    own = _in_order(kind)
    return [*own, *sorted(USUAL.difference(own))]


def _in_order(kind: MessageKind) -> list[str]:
    return list(dict.fromkeys(PLACEHOLDER.findall(kind.subject + "\n" + kind.body)))


def _missing(name: str) -> str:
    if leads_on(name):
        return f"Keep (({name})) in the text: without it nobody who gets the message can go on from it"
    return f"Keep (({name})) in the text: it is what the message is for"


def _subject_faults(kind: MessageKind, subject: str) -> Generator[Fault]:
    if "\n" in subject.strip():
        yield Fault("subject", "The subject must stand on one line")
        return
    for sentence in _line_faults(kind, subject):
        yield Fault("subject", sentence, 1, _shortened(subject))
    for name in PLACEHOLDER.findall(subject):
        if leads_on(name):
            yield Fault("subject", f"(({name})) belongs in the text: a subject is seen by whoever passes by")
    if len(subject) > LONGEST_SUBJECT:
        yield Fault("subject", f"The subject must be {LONGEST_SUBJECT:,} characters or fewer")


def _line_faults(kind: MessageKind, line: str) -> Generator[str]:
    if found := _PROGRAM.search(line):
        yield f"a text has no commands, so {found[0]} cannot stand in it"
    if found := _TAG.search(line):
        yield f"a text has no tags, so {found[0][:40]} would be read as it stands"
    known = may_use(kind)
    for name in _BRACKETED.findall(line):
        if name not in known:
            yield f"there is no (({name})) in this message{_meant(name, known)}"
    rest = _BRACKETED.sub("", line)
    if "((" in rest:
        yield "two brackets open a placeholder that is not closed by two"
    elif name := _half_closed(rest, known):
        yield f"(({name})) begins with two brackets"


def _half_closed(rest: str, known: Iterable[str]) -> str:
    """The placeholder that ends in two brackets and does not begin with two; empty where there is none."""
    ends = [f" {found}" for found in _HALF_CLOSED.findall(rest)]
    return next((name for name in known for end in ends if end.endswith(f" {name}")), "")


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(" ".join(name.lower().split()), list(known), n=1, cutoff=0.6)
    return f"; perhaps (({near[0]})) is meant" if near else ""


def _shortened(line: str) -> str:
    return line if len(line) <= 120 else f"{line[:119]}…"
