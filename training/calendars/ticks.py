"""What the worker does for calendars: it reads the mailbox, one mail after another, none twice and none lost.

A mail is understood first, on plain values; then what follows from it is written, and last the number up to which the
mailbox is read. What follows is written once however often a mail is read, so it does not matter where a worker ends.
"""

import imaplib
import logging
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import compat32
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from training.calendars.imap import ImapServer, Mail, Mailbox, MailboxFailure
from training.calendars.models import MailboxPosition
from training.calendars.operations_replies import Taken, take_in
from training.calendars.replies import Reply, replies_in
from training.calendars.returned import Returned, returned_in
from training.calendars.settings import READS_MAILBOX
from training.core import clock
from training.core.bounces import note_bounce
from training.core.database import db, reading
from training.core.periods import first_time
from training.core.settings import setting_value
from training.core.transaction import in_unit_of_work, lock_row, unit_of_work

LOOKS_BACK = timedelta(days=14)
"""How far back a mailbox is read that was never read before, or whose numbers have all become others."""
MOST_AT_ONCE = 200
MOST_TRIES = 5
"""How often a mail is read at which the reading breaks off; then it is passed over, so that it holds up no other."""
BROKEN_OFF = "mailbox-broken-off"
"""The kind of what is noted of such a mail, once for each try."""
logger = logging.getLogger(__name__)


def read_mailbox(server: ImapServer) -> int:
    """Take in what came since it was last read, and return how many mails were looked at.

    A mailbox that is away, or goes away in the middle, is one line in the log; the rest is read next time.
    """
    with reading(), unit_of_work():
        if not setting_value(READS_MAILBOX):
            return 0
    looked_at = 0
    try:
        with server.opened() as mailbox:
            for number in _new_numbers(server, mailbox):
                mail = _read(server, mailbox, number)
                _take_in_once(server, mailbox.validity, mail)
                looked_at += 1
    except MailboxFailure as failure:
        logger.warning("the mailbox could not be read to the end: %s", failure)
    return looked_at


def _read(server: ImapServer, mailbox: Mailbox, number: int) -> Mail:
    """The mail. Anybody can send one that the server or the library makes nothing of, and will not tomorrow either."""
    try:
        return mailbox.read(number)
    except (OSError, imaplib.IMAP4.error):
        if in_unit_of_work(partial(_is_last_try, server.name, mailbox.validity, number)):
            logger.error("mail %d of the mailbox cannot be read and is passed over", number)
            in_unit_of_work(partial(_move_on, server.name, mailbox.validity, number))
        raise


def _is_last_try(name: str, validity: int, number: int) -> bool:
    return not any(first_time(BROKEN_OFF, name, f"{validity}:{number}:{tried}") for tried in range(1, MOST_TRIES))


def _new_numbers(server: ImapServer, mailbox: Mailbox) -> list[int]:
    with unit_of_work() as session:
        position = session.scalar(select(MailboxPosition).where(MailboxPosition.mailbox == server.name))
        is_known = position is not None and position.validity == mailbox.validity
        last = position.last_uid if position is not None and is_known else 0
    if not is_known:
        _begin(server.name, mailbox.validity)
        numbers = mailbox.numbers_since(clock.today() - LOOKS_BACK)
    else:
        numbers = mailbox.numbers_after(last) if last else mailbox.numbers_since(clock.today() - LOOKS_BACK)
    return numbers[:MOST_AT_ONCE]


def _begin(name: str, validity: int) -> None:
    """Begin anew: another validity means that all numbers are others. What was taken in before is known as such."""
    try:
        with unit_of_work() as session:
            position = session.scalar(select(MailboxPosition).where(MailboxPosition.mailbox == name))
            if position is None:
                session.add(MailboxPosition(mailbox=name, validity=validity, last_uid=0))
            else:
                lock_row(MailboxPosition, position.id)
                if position.validity != validity:
                    position.validity, position.last_uid = validity, 0
    except IntegrityError:
        # Another worker began at the very same moment.
        logger.info("the mailbox is being read by another worker too")


def _take_in_once(server: ImapServer, validity: int, mail: Mail) -> None:
    """Act on the mail, and never look at it again, whatever stands in it.

    Killed in between, the worker reads it again: an answer that was noted is passed over, and so is a bounce.
    """
    replies, returned = _understood(mail)
    try:
        for reply in replies:
            taken = in_unit_of_work(partial(take_in, reply, mail.received_at))
            if taken is not Taken.NOTED:
                logger.info("an answer of a calendar was passed over: %s", taken)
        if returned is not None:
            in_unit_of_work(partial(_note_returned, returned, mail.received_at))
    except (OperationalError, InterfaceError):
        # The database is away, not the mail at fault: it is read again.
        raise
    except Exception:
        logger.exception("mail %d of the mailbox was passed over", mail.number)
    in_unit_of_work(partial(_move_on, server.name, validity, mail.number))


def _understood(mail: Mail) -> tuple[list[Reply], Returned | None]:
    if mail.content is None:
        return [], None
    try:
        message = message_from_bytes(mail.content, policy=compat32)
        return replies_in(message), returned_in(message)
    except Exception:
        # Whoever writes to the mailbox may write anything; a mail nobody can read is passed over.
        logger.exception("mail %d of the mailbox could not be understood", mail.number)
        return [], None


def _note_returned(returned: Returned, received_at: datetime) -> None:
    for message_id in returned.message_ids:
        note_bounce(message_id, returned.diagnostic, returned.sent_to, at=received_at)


def _move_on(name: str, validity: int, number: int) -> None:
    key = db.session.scalar(select(MailboxPosition.id).where(MailboxPosition.mailbox == name))
    if key is None:
        return
    position = lock_row(MailboxPosition, key)
    if position.validity == validity:
        position.last_uid = max(position.last_uid, number)
