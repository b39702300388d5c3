"""What a deed would say to whom, before its button: the deed itself is done, read, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from training.bookings.invites import Participant
from training.bookings.models import Booking, BookingState
from training.bookings.notices import stream_of
from training.changes import notices
from training.changes.knowledge import Step, known_now
from training.changes.notices import Hears
from training.changes.operations_call_off import call_off_session, in_order_of_places
from training.changes.operations_move import Move, put_into_effect
from training.changes.operations_telling import open_change, steps_of, who_hears
from training.changes.queries import accepted_trainers, asked_trainers, locked_coming
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import Viewer

LABELS = {
    BookingState.CONFIRMED: "booked",
    BookingState.AWAITING_AGREEMENT: "waiting for the agreement to their place",
    BookingState.OFFERED: "being offered a place",
    BookingState.WAITING: "on the waiting list",
    BookingState.APPLIED: "who applied",
}
TEACHING, VENUE = "teaching", "the venue"


@dataclass(frozen=True)
class GroupHears:
    """People in one position who are told the same: how many, how many of them without an address, and the letter."""

    label: str
    number: int
    silent: int
    subject: str
    text: str


@dataclass(frozen=True)
class Preview:
    """What changes, and who is told what."""

    differences: list[str]
    groups: list[GroupHears]
    asked_again: int = 0
    """Trainers who have not answered yet, and are asked again with the new dates."""

    @property
    def number(self) -> int:
        """How many are told in all."""
        return sum(group.number for group in self.groups)


def preview_of_move(viewer: Viewer, session_id: int, move: Move) -> Preview:
    """Who would be told what if the session were moved so; Refused as the move itself. Nothing is changed."""
    try:
        session = locked_coming(session_id)
        steps = steps_of(open_change(session_id))
        was = put_into_effect(viewer, session, move)
        steps.append(Step(clock.now(), was))
        by_label: dict[str, list[Hears]] = {}
        for one in who_hears(session, steps):
            by_label.setdefault(_label(one.participant), []).append(one)
        groups = [_hears(label, found) for label, found in _in_order(by_label)]
        if notices.venues_told(session, steps[0].known):
            groups.append(_group(VENUE, [], _latest(f"session:{session.id}")))
        listed = list(dict.fromkeys(found for one in steps for found in notices.differences_to_now(one.known, session)))
        asked_again = asked_trainers(session_id) if was.parts != known_now(session).parts else 0
        return Preview(listed, groups, asked_again)
    finally:
        db.session.rollback()


def preview_of_call_off(viewer: Viewer, session_id: int, reason: str, to_session_id: int | None) -> Preview:
    """Who would be told what if the session were called off; Refused as the deed itself. Nothing is changed."""
    try:
        session = locked_coming(session_id)
        before = [(one, _label(one)) for one in in_order_of_places(session) if one.state is not BookingState.HELD]
        trainers = accepted_trainers(session_id)
        done = call_off_session(viewer, session_id, reason, to_session_id)
        by_label: dict[str, list[Participant]] = {}
        for booking, label in before:
            new = done.brought.get(booking.id)
            by_label.setdefault(f"{label}{_outcome(new, has_other=to_session_id is not None)}", []).append(booking)
        if trainers:
            by_label[TEACHING] = list(trainers)
        groups = [_group(label, found, _latest(stream_of(_sample(found)))) for label, found in by_label.items()]
        if done.venues:
            groups.append(_group(VENUE, [], _latest(f"session:{session.id}")))
        return Preview([], groups)
    finally:
        db.session.rollback()


def _outcome(new: Booking | None, *, has_other: bool) -> str:
    if new is None:
        return ", released" if has_other else ""
    if new.holds_place:
        return ", with a place on the other date"
    return (
        ", who apply for the other date" if new.state is BookingState.APPLIED else ", first in line on the other date"
    )


def _hears(label: str, found: Sequence[Hears]) -> GroupHears:
    sample = next((one for one in found if one.participant.person.address), found[0])
    notices.changed(sample)
    return _group(label, [one.participant for one in found], _latest(stream_of(sample.participant)))


def _group(label: str, found: Sequence[Participant], letter: OutboxMessage) -> GroupHears:
    silent = sum(one.person.address is None for one in found)
    return GroupHears(label, len(found) or 1, silent, letter.subject, letter.shown_text)


def _sample(found: Sequence[Participant]) -> Participant:
    return next((one for one in found if one.person.address), found[0])


def _latest(about: str) -> OutboxMessage:
    """The letter that was just written to somebody; not the entries for single days that go with it."""
    db.session.flush()
    return db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.about == about, OutboxMessage.kind.in_(notices.LETTERS))
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    ).one()


def _label(one: Participant) -> str:
    return LABELS[one.state] if isinstance(one, Booking) else TEACHING


def _in_order(by_label: Mapping[str, list[Hears]]) -> list[tuple[str, list[Hears]]]:
    order = [*LABELS.values(), TEACHING]
    return sorted(by_label.items(), key=lambda pair: order.index(pair[0]))
