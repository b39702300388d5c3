"""The deeds on what somebody needs to take part: special-category data, so no deed ever notes a word of it.

The words stand in two tables and nowhere else. Words that were changed are a new need: they are told from then on, and
what was met before says nothing about them.
"""

from dataclasses import dataclass

from sqlalchemy import select

from training.bookings.models import Booking
from training.bookings.models_needs import BookingNeed, PersonNeed
from training.bookings.queries_needs import NeedShown, may_see_needs, needs_of_session
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Role, Viewer
from training.people.models import Person

ENDED = "This booking has ended, so nothing more is kept about what is needed"


@dataclass(frozen=True, repr=False)
class NeedWords:
    """What somebody told us they need; never shown in a log, for it has no repr."""

    support: str = ""
    diet: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.support or self.diet)


def words_of(need: BookingNeed | PersonNeed) -> NeedWords:
    """The words of a row."""
    return NeedWords(need.support, need.diet)


def tell_needs(viewer: Viewer, booking_id: int, words: NeedWords, *, keep: bool) -> None:
    """Write what the asker needs at this booking, and with `keep` for their next ones too.

    Empty words take away what was told. LookupError for anybody else's booking; Refused once it is over.
    """
    booking = _lock_own(viewer, booking_id)
    _require_to_come(booking)
    if keep:
        _keep(viewer, booking.person_id, words)
    if words.is_empty:
        _remove(viewer, booking, "took back what they need")
        return
    _write(viewer, booking, words, "told what they need")


def use_kept(viewer: Viewer, booking_id: int) -> None:
    """Tell for this booking what the asker asked us to keep; Refused where nothing is kept."""
    booking = _lock_own(viewer, booking_id)
    _require_to_come(booking)
    kept = db.session.scalar(select(PersonNeed).where(PersonNeed.person_id == booking.person_id))
    if kept is None:
        raise Refused("Nothing is kept for you any more. Tell us below what you need")
    _write(viewer, booking, words_of(kept), "told what they need")


def take_back(viewer: Viewer, booking_id: int) -> None:
    """Remove what the asker told for a booking, at once; also when it is over. The officer may do it for them."""
    booking = lock_row(Booking, booking_id)
    if not _is_officer(viewer) and not _is_person(viewer, booking.person_id):
        raise LookupError(f"booking {booking_id} is out of reach")
    _remove(viewer, booking, "took back what they need" if _is_person(viewer, booking.person_id) else "removed needs")


def note_needs(viewer: Viewer, booking_id: int, words: NeedWords) -> None:
    """Add what somebody told the officer, on the telephone perhaps, to what is known already; only the officer.

    The officer adds without having to read what is there.
    """
    if not _is_officer(viewer):
        raise LookupError("only the officer notes what somebody needs")
    if words.is_empty:
        raise Refused("Enter what they need", "support")
    booking = lock_row(Booking, booking_id)
    _require_to_come(booking)
    present = _need_of(booking.id)
    known = words_of(present) if present is not None else NeedWords()
    both = NeedWords(_added(known.support, words.support), _added(known.diet, words.diet))
    _write(viewer, booking, both, "noted what they need")


def look_at_needs(viewer: Viewer, session_id: int) -> list[NeedShown]:
    """What the people of a session need, in words; the audit log keeps who looked at whose, without the words.

    LookupError for whoever does not answer for them: the officer does, and the session's lead and co-trainers.
    """
    if not may_see_needs(viewer, session_id):
        raise LookupError(f"the needs of session {session_id} are out of reach")
    found = needs_of_session(viewer, session_id)
    for booking, _need in found:
        audit.record(viewer, "looked at access needs", booking)
    return [need for _booking, need in found]


def mark_met(viewer: Viewer, need_id: int, how: str, seen: int) -> None:
    """Say how a need is met; only the officer. `seen` is the version of the row whose words they read.

    Refused where the words were changed or removed after that.
    """
    if not _is_officer(viewer):
        raise LookupError("only the officer says that a need is met")
    if not how.strip():
        raise Refused("Enter how it is met", "how")
    need = lock_row(BookingNeed, need_id)
    if need.removed_at is not None or need.row_version != seen:
        raise Refused("What they need was changed or removed meanwhile. Show the needs again before you mark it as met")
    need.met_at, need.met_by_id, need.met_how = clock.now(), viewer.person_id, how.strip()
    audit.record(viewer, "marked the need as met", need.booking)


def mark_not_met(viewer: Viewer, need_id: int) -> None:
    """Make a need a task again; only the officer. LookupError where it was changed or removed meanwhile."""
    if not _is_officer(viewer):
        raise LookupError("only the officer says that a need is not met")
    need = lock_row(BookingNeed, need_id)
    if need.met_at is None:
        return
    need.met_at, need.met_by_id, need.met_how = None, None, ""
    audit.record(viewer, "marked the need as not met", need.booking)


def keep_needs(viewer: Viewer, words: NeedWords) -> None:
    """Keep these words for the asker's next bookings, in place of what was kept; empty words keep nothing."""
    if viewer.person_id is None or not viewer.is_signed_in:
        raise LookupError("nobody is signed in")
    lock_row(Person, viewer.person_id)
    _keep(viewer, viewer.person_id, words)


def forget_kept(viewer: Viewer) -> None:
    """Delete at once what was kept for the asker's next bookings; nothing where nothing was."""
    keep_needs(viewer, NeedWords())


def remove_need(viewer: Viewer, booking_id: int) -> bool:
    """Take the words of a booking away because their time is over; False where there are none."""
    return _remove(viewer, lock_row(Booking, booking_id), "removed needs when their time was over")


def _write(viewer: Viewer, booking: Booking, words: NeedWords, deed: str) -> None:
    present = _need_of(booking.id)
    if present is not None and present.removed_at is None and words_of(present) == words:
        return
    need = present
    if need is None:
        need = BookingNeed(booking=booking)
        db.session.add(need)
    need.support, need.diet = words.support, words.diet
    need.created_at, need.removed_at = clock.now(), None
    need.met_at, need.met_by_id, need.met_how = None, None, ""
    audit.record(viewer, deed, booking)


def _remove(viewer: Viewer, booking: Booking, deed: str) -> bool:
    present = _need_of(booking.id)
    if present is None or present.removed_at is not None:
        return False
    present.support = present.diet = present.met_how = ""
    present.removed_at = clock.now()
    audit.record(viewer, deed, booking)
    return True


def _keep(viewer: Viewer, person_id: int, words: NeedWords) -> None:
    kept = db.session.scalar(select(PersonNeed).where(PersonNeed.person_id == person_id))
    if words.is_empty:
        if kept is not None:
            person = db.session.get_one(Person, person_id)
            db.session.delete(kept)
            audit.record(viewer, "deleted the needs kept for later", person)
        return
    if kept is not None and words_of(kept) == words:
        return
    if kept is None:
        kept = PersonNeed(person_id=person_id)
        db.session.add(kept)
    kept.support, kept.diet = words.support, words.diet
    audit.record(viewer, "kept needs for later", db.session.get_one(Person, person_id))


def _need_of(booking_id: int) -> BookingNeed | None:
    return db.session.scalar(select(BookingNeed).where(BookingNeed.booking_id == booking_id))


def _lock_own(viewer: Viewer, booking_id: int) -> Booking:
    """The asker's own booking, with the person locked first, so that two pages of theirs come one after the other."""
    if viewer.person_id is None or not viewer.is_signed_in:
        raise LookupError("nobody is signed in")
    lock_row(Person, viewer.person_id)
    booking = lock_row(Booking, booking_id)
    if booking.person_id != viewer.person_id:
        raise LookupError(f"booking {booking_id} is out of reach")
    return booking


def _require_to_come(booking: Booking) -> None:
    if not booking.is_live or booking.course_session.ends_at <= clock.now():
        raise Refused(ENDED)


def _is_officer(viewer: Viewer) -> bool:
    return viewer.is_signed_in and viewer.has(Role.OFFICER)


def _is_person(viewer: Viewer, person_id: int) -> bool:
    return viewer.is_signed_in and viewer.person_id == person_id


def _added(known: str, new: str) -> str:
    return "\n".join(text for text in (known, new) if text)
