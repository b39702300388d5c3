"""Decisions about people on plain values: which addresses are somebody's own, who may give which role."""

import re
from collections.abc import Iterable

from training.core.mailboxes import bare_address
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer

# fmt: off
SHARED_MAILBOXES = frozenset(
    {
        "admin", "administration", "administrator", "all", "contact", "contactus", "enquiries", "enquiry",
        "finance", "general", "hello", "help", "helpdesk", "hr", "info", "mail", "mailbox", "mailroom",
        "noreply", "office", "postmaster", "reception", "safeguarding", "schooloffice", "secretary", "staff",
        "support", "surgery", "team", "training", "webmaster",
    }
)
# fmt: on
"""What stands before the @ of a mailbox that several people read."""

OPENING_WORDS = frozenset({"admin", "enquiries", "info", "office", "reception"})
"""Words that make a mailbox a shared one also at the head or the end of several: `office.stmarys@`."""

_IN_AN_ADDRESS = re.compile(r"[/:@\\]")
_ADDRESS_AMONG_WORDS = re.compile(r"@|://|\bwww\.", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<![\w-])([^\W_](?:[\w-]*[^\W_])?)\.([^\W\d_]{2,24})(?!\w)")
_BEFORE_A_NAME = frozenset({"st", "dr", "mr", "mrs", "ms", "mx", "rev", "prof", "sr"})
"""What is written before a name with a full stop and, by some, without a space: St.Mary."""
_DOTS = str.maketrans("。｡․．", "....")
_JOINT = re.compile(r"[._+-]+")


def clean_address(text: str) -> str:
    """`text` as an address in lower case; Refused where it is none, or a mailbox that several people read."""
    address = text.strip().lower()
    try:
        bare_address(address)
    except ValueError as error:
        raise Refused("Enter an email address in the correct format, like name@example.com", "address") from error
    if len(address) > 200:
        raise Refused("The email address must be 200 characters or fewer", "address")
    if is_shared_mailbox(address):
        raise Refused(
            f"Enter your own address: {address.partition('@')[0]}@ looks like a mailbox that several people read, "
            "and bookings, certificates and links are for one person",
            "address",
        )
    return address


def require_name(text: str, field: str) -> None:
    """Refused where `text` holds a web or e-mail address: names stand in mails, also to people who asked for none."""
    if _IN_AN_ADDRESS.search(text) or holds_address(text):
        raise Refused("A name must not contain a web or email address. Put a space after each full stop", field)


def require_words(text: str, field: str, what: str) -> None:
    """Refused where `text` holds a web or e-mail address; `what` it is opens the sentence: “The job role”."""
    if holds_address(text):
        raise Refused(f"{what} must not contain a web or email address. Put a space after each full stop", field)


def holds_address(text: str) -> bool:
    """Whether a mail program would make a link of some of `text`: `www.…`, `name@…`, `https://…`, `evil.example`."""
    plain = text.translate(_DOTS)
    if _ADDRESS_AMONG_WORDS.search(plain):
        return True
    return any(not _is_initial(found[1], found[2]) for found in _DOMAIN.finditer(plain))


def _is_initial(before: str, after: str) -> bool:
    """Whether two words around a full stop are an initial or a title and a name: N.Sefton, St.Mary."""
    return (len(before) == 1 or before.casefold() in _BEFORE_A_NAME) and len(after) > 3 and after.istitle()


def is_shared_mailbox(address: str) -> bool:
    """Whether several people probably read the mailbox, judged by what stands before its @."""
    mailbox = address.partition("@")[0].lower().rstrip("0123456789")
    words = [word for word in _JOINT.split(mailbox) if word]
    if not words:
        return False
    return (
        mailbox in SHARED_MAILBOXES
        or "".join(words) in SHARED_MAILBOXES
        or words[0] in OPENING_WORDS
        or words[-1] in OPENING_WORDS
    )


def on_domains(address: str, domains: Iterable[str]) -> bool:
    """Whether `address` lies on one of `domains`, or on a part of one (`a@mail.council.example`)."""
    local, _, own = address.strip().lower().rpartition("@")
    return bool(local) and any(own == domain or own.endswith(f".{domain}") for domain in domains if domain)


def same_mailbox(one: str, other: str) -> bool:
    """Whether mail to both arrives in the same mailbox; what stands after a + before the @ is only a label."""
    return _mailbox(one) == _mailbox(other)


def _mailbox(address: str) -> str:
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def may_grant(viewer: Viewer, role: Role) -> bool:
    """Whether `viewer` may give or end `role`: officers the roles of their programme, the system role every one."""
    if role is Role.LEARNER:
        return False
    if viewer.is_machine or viewer.has(Role.SYSTEM):
        return True
    return viewer.has(Role.OFFICER) and role in (Role.TRAINER, Role.AGENCY_LEAD, Role.VIEWER)


def grantable_roles(viewer: Viewer) -> list[Role]:
    """The roles that `viewer` may give, in the order of the enum."""
    return [role for role in Role if may_grant(viewer, role)]
