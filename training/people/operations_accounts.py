"""Deeds on accounts: asking for one, confirming an address, choosing a password."""

from uuid import uuid4

from flask_security.utils import hash_password
from sqlalchemy import select

from training.core import audit, clock
from training.core.database import db
from training.core.links import SignedLink, revoke_links, use_link
from training.core.viewer import ANONYMOUS, Role, Viewer, ViewerKind
from training.people import mail
from training.people.models import Account, EmailAddress, Person, RoleGrant
from training.people.operations import NewPerson, add_person, open_account
from training.people.operations_addresses import confirm_address
from training.people.operations_roles import grant_role
from training.people.rules import clean_address


def sign_up(new: NewPerson, password: str) -> None:
    """Add a person with an account that waits for their address to be confirmed.

    Where the address is known, nothing is changed and its owner gets the message that fits; whoever asked is told
    the same. Refused for a shared mailbox, known or not.
    """
    address = clean_address(new.address or "")
    known = owner_of(address)
    if known is not None:
        # As long as for a new account, whose password is hashed.
        hash_password(password)
        if known.account is not None and known.account.confirmed_at is None:
            # Somebody else may have asked first: then confirming must not open an account with their password.
            revoke_links(mail.CONFIRM_ADDRESS, known.id)
            mail.offer_password(known)
        else:
            write_to_owner(known)
        return
    person = add_person(ANONYMOUS, new)
    open_account(person, password, None)
    mail.ask_to_confirm(person)


def send_again(address: str) -> None:
    """Send once more what lets the owner of `address` in: the link to confirm, or to a password; nothing to nobody."""
    known = owner_of(address.strip().lower())
    if known is not None:
        write_to_owner(known)


def ask_for_password(address: str) -> None:
    """Send the owner of `address` a link to choose a password; nothing to nobody, or where the account is closed."""
    known = owner_of(address.strip().lower())
    if known is not None and (known.account is None or known.account.active):
        mail.offer_password(known)


def write_to_owner(person: Person) -> None:
    """Tell somebody who is known what they need to get in, depending on how far they are."""
    if person.account is None:
        mail.offer_password(person)
    elif person.account.confirmed_at is None:
        mail.ask_to_confirm(person)
    else:
        mail.say_account_is_there(person)


def invite_to_account(viewer: Viewer, person: Person) -> None:
    """Send a person at the request of the desk what they need to get in."""
    if person.account is not None and person.account.confirmed_at is not None:
        mail.offer_password(person)
    else:
        write_to_owner(person)
    audit.record(viewer, "sent a way to sign in", person)


def confirm(link: SignedLink, person: Person) -> Account | None:
    """Confirm the address of `person` and with it their account; None where they have none (any more)."""
    use_link(link)
    confirm_address(person, clock.now())
    audit.record(viewer_of(person), "confirmed the address", person)
    return person.account


def not_me(link: SignedLink, person: Person) -> None:
    """Take away the account that somebody else asked for with the address of `person`; it was never used."""
    use_link(link)
    if person.account is not None and person.account.confirmed_at is None:
        person.account = None
        audit.record(ANONYMOUS, "denied having asked for an account", person)


def choose_password(link: SignedLink, person: Person, password: str) -> Account:
    """Set the password of `person`, opening their account if they have none; every session of theirs ends.

    That they hold the link shows that the address is theirs.
    """
    use_link(link)
    now = clock.now()
    if person.account is None:
        return open_account(person, password, now)
    account = person.account
    was_open = account.confirmed_at is not None and account.password is not None
    account.password = hash_password(password)
    account.fs_uniquifier = uuid4().hex
    confirm_address(person, now)
    if was_open:
        mail.tell_password_changed(person)
    audit.record(viewer_of(person), "chose a password", person)
    return account


def add_officer(viewer: Viewer, address: str, given_name: str, family_name: str) -> Person:
    """Make sure that somebody with this address is officer and system administrator; safe to do twice.

    Names are those of a person who is new; one who is known keeps theirs.
    """
    person = owner_of(clean_address(address)) or add_person(
        viewer, NewPerson(given_name=given_name, family_name=family_name, address=address, confirmed=True)
    )
    today = clock.today()
    held = {
        grant.role
        for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id))
        if grant.from_on <= today <= (grant.to_on or today)
    }
    for role in (Role.OFFICER, Role.SYSTEM):
        if role not in held:
            grant_role(viewer, person, role)
    return person


def owner_of(address: str) -> Person | None:
    """Whose address it is."""
    return db.session.scalar(
        select(Person).join(EmailAddress, EmailAddress.person_id == Person.id).where(EmailAddress.address == address)
    )


def viewer_of(person: Person) -> Viewer:
    """The person as the one who acts, without roles: for the audit of what they did behind a link."""
    return Viewer(ViewerKind.LINK, person.id)
