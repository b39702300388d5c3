"""Deeds on accounts: asking for one, confirming an address, choosing a password."""

from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import select

from training.accounts import mail as mail_accounts
from training.accounts.proofs import new_hash
from training.accounts.sign_ins import end_sign_ins
from training.core import audit, clock
from training.core.database import db
from training.core.links import SignedLink, revoke_links, use_link
from training.core.refusal import Refused
from training.core.viewer import ANONYMOUS, Role, Viewer, ViewerKind
from training.people import mail, tries
from training.people.models import Account, EmailAddress, Person, RoleGrant
from training.people.operations import NewPerson, add_person, open_account, require_plausible
from training.people.operations_addresses import confirm_address
from training.people.operations_roles import grant_role
from training.people.rules import clean_address


def sign_up(new: NewPerson) -> None:
    """Add a person whose account begins when they choose a password behind the link that is sent to them.

    Where the address is known, nothing is changed and its owner gets the message that fits; whoever asked is told
    the same. Refused for a shared mailbox, or what cannot be anybody's, known or not.
    """
    known = owner_of(require_plausible(new.given_name, new.family_name, new.address or "", new.job))
    if known is not None:
        write_to_owner(known)
        return
    person = add_person(ANONYMOUS, new)
    open_account(person, None, None)
    mail.ask_to_confirm(person)


def send_again(address: str) -> None:
    """Send once more what lets the owner of `address` in: the link to confirm, or to a password; nothing to nobody."""
    for_owner_or_nobody(address, write_to_owner)


def ask_for_password(address: str) -> None:
    """Send the owner of `address` a link to choose a password; nothing to nobody, or where the account is closed."""
    for_owner_or_nobody(address, mail.offer_password)


def ask_for_code(address: str) -> None:
    """Send the owner of `address` a code to sign in with; nothing to nobody, or where the account is closed."""
    for_owner_or_nobody(address, mail_accounts.send_code)


def for_owner_or_nobody(address: str, write: Callable[[Person], None]) -> None:
    """Write to the owner of `address`; where it has none, write as much to nobody and throw it away.

    So nobody can tell from the time it takes whether an address is known.
    """
    known = owner_of(address.strip().lower())
    if known is not None and (known.account is None or known.account.active):
        with db.session.begin_nested():
            write(known)
        return
    nobody = Person(ref=f"NOBODY-{uuid4().hex}", given_name="Nobody", family_name="", sort_key="", search_text="")
    nobody.addresses = [EmailAddress(address="nobody@nowhere.example", is_primary=True)]
    rehearsal = db.session.begin_nested()
    write(nobody)
    db.session.flush()
    rehearsal.rollback()


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


def confirm(link: SignedLink, person: Person, password: str) -> Account:
    """Confirm the address of `person` and open their account, with the password that the holder of the mail chose."""
    account = choose_password(link, person, password)
    audit.record(viewer_of(person), "confirmed the address", person)
    return account


def not_me(link: SignedLink, person: Person) -> None:
    """Take away the account that somebody else asked for with the address of `person`; it was never used."""
    take_link(link)
    if person.account is not None and person.account.confirmed_at is None:
        person.account = None
    audit.record(ANONYMOUS, "denied having asked for an account", person)


def choose_password(link: SignedLink, person: Person, password: str) -> Account:
    """Set the password of `person`, opening their account if they have none; every session of theirs ends.

    That they hold the link shows that the address is theirs. Ways in that were shut are open again.
    """
    take_link(link)
    account = _account_behind_mail(person)
    was_open = account.password is not None
    set_password(account, password)
    for purpose in (mail.CHOOSE_PASSWORD, mail.CONFIRM_ADDRESS, mail_accounts.SIGN_IN):
        revoke_links(purpose, person.id)
    tries.forget(account.email)
    if was_open:
        mail.tell_password_changed(person)
    audit.record(viewer_of(person), "chose a password", person)
    return account


def change_password(viewer: Viewer, account: Account, password: str) -> None:
    """Set one's own password; every browser is signed out."""
    set_password(account, password)
    mail.tell_password_changed(account.person)
    audit.record(viewer, "changed the password", account.person)


def set_password(account: Account, password: str) -> None:
    """Give the account a password and end its sign-ins."""
    account.password = new_hash(password)
    account.fs_uniquifier = uuid4().hex
    db.session.flush()
    end_sign_ins(account)


def enter_by_mail(link: SignedLink, person: Person) -> Account:
    """The account of whoever holds a link or code to sign in with, opened where there is none; Refused if closed."""
    take_link(link)
    return _account_behind_mail(person)


def enter_as_reader(person: Person) -> Account:
    """The account of somebody who showed that they read their mail, opened where there is none; Refused if closed."""
    return _account_behind_mail(person)


def take_link(link: SignedLink) -> None:
    """Use the link; Refused where another request used it at the same moment."""
    db.session.refresh(link, with_for_update=True)
    if not link.is_open:
        raise Refused("This link or code was used already")
    use_link(link)


def _account_behind_mail(person: Person) -> Account:
    """The account of somebody who holds their mail; what was set before the address was confirmed is void."""
    now = clock.now()
    account = person.account
    if account is None:
        return open_account(person, None, now)
    if not account.active:
        raise Refused("This account has been closed. Ask the training team if you need it")
    if account.confirmed_at is None:
        account.password = None
    confirm_address(person, now)
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
