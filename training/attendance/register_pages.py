"""The pages of a register, whoever opens them: somebody signed in, or a guest trainer by their link."""

from dataclasses import dataclass
from typing import Protocol

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from training.agencies.queries import agency_choices
from training.attendance.forms import CloseForm, RegisterForm
from training.attendance.models import PRESENCE_LABELS, Register
from training.attendance.operations import Conflict, close_register, take_register, why_not_open
from training.attendance.operations_walk_ins import add_walk_in
from training.attendance.queries import attendees_of, open_parts, register_of, session_with_register, totals_of
from training.attendance.rules import MarkState, register_opens_at
from training.attendance.settings import COMPLETION_PERCENT, REGISTER_OPENS_HOURS
from training.bookings.queries_needs import needs_standing
from training.config import installation
from training.core import clock
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.viewer import Role, Viewer
from training.schedule.models import CourseSession, SessionPart
from training.web.fields import Choice
from training.web.formats import clock as clock_time
from training.web.formats import count, listing

CONFLICTS_NAMED = 6
"""How many are spelled out after two people marked the same room; the list below shows them all."""


@dataclass(frozen=True)
class Sheet:
    """A register within reach: its session, its part, and whether it was closed."""

    course_session: CourseSession
    part: SessionPart
    register: Register | None

    @property
    def is_closed(self) -> bool:
        return self.register is not None and self.register.closed_at is not None


class Ways(Protocol):
    """Where the pages around a register are, for whoever opened it."""

    back: tuple[str, str]
    """The address and the words of the way back."""
    needs: str

    def register(self, part: int) -> str:
        """The register of a part."""
        ...

    def close(self, part: int) -> str:
        """Closing it."""
        ...


def sheet_of(viewer: Viewer, ref: str, number: int) -> Sheet:
    """The register of part `number` of a session within reach; aborts with 404."""
    course_session = session_with_register(viewer, ref)
    if course_session is None:
        abort(404)
    part = next((part for part in course_session.parts if part.number == number), None)
    if part is None:
        abort(404)
    return Sheet(course_session, part, register_of(viewer, part.id))


def register_page(viewer: Viewer, sheet: Sheet, ways: Ways) -> ResponseReturnValue:
    """Mark who is here; save, or save and go on to closing."""
    attendees = attendees_of(viewer, sheet.part.id)
    form = RegisterForm(attendees, sheet.part.minutes)
    form.walk_in_agency.choices = [Choice(str(row.id), row.name) for row in agency_choices(viewer)]
    if form.validate_on_submit():
        try:
            return _save(viewer, sheet, form, ways)
        except Refused as refusal:
            form.add_error(refusal.sentence, f"walk_in_{refusal.field}" if refusal.field else "")
    return render_template(
        "attendance/register.html",
        sheet=sheet,
        form=form,
        ways=ways,
        attendees=attendees,
        totals=totals_of(attendees),
        labels=PRESENCE_LABELS,
        needs=needs_standing(viewer, sheet.course_session.id),
        why_not=why_not_open(sheet.course_session, sheet.part, sheet.register),
        opens_at=register_opens_at(sheet.part.starts_at, setting_value(REGISTER_OPENS_HOURS)),
        may_reopen=viewer.has(Role.OFFICER),
        desk_address=installation().mail_address,
    ), form.status


def close_page(viewer: Viewer, sheet: Sheet, ways: Ways) -> ResponseReturnValue:
    """Say what closing will do, and do it."""
    form = CloseForm()
    if form.validate_on_submit():
        try:
            closed = close_register(viewer, sheet.part.id)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            said = "The register is closed."
            if closed.finished:
                said += f" The session is finished: {count(closed.completions, 'completion')} written."
            flash(said, "success")
            return redirect(ways.register(sheet.part.number))
    attendees = attendees_of(viewer, sheet.part.id)
    left = [str(one.number) for one in open_parts(viewer, sheet.course_session.id) if one.id != sheet.part.id]
    return render_template(
        "attendance/close.html",
        sheet=sheet,
        form=form,
        ways=ways,
        totals=totals_of(attendees),
        not_marked=[attendee.name for attendee in attendees if attendee.state.presence is None],
        left=left,
        percent=setting_value(COMPLETION_PERCENT),
        too_early=clock.now() < sheet.part.starts_at,
    ), form.status


def _save(viewer: Viewer, sheet: Sheet, form: RegisterForm, ways: Ways) -> ResponseReturnValue:
    number = sheet.part.number
    taken = take_register(viewer, sheet.part.id, form.wanted())
    said = f"{count(taken.changed, 'mark')} changed and saved." if taken.changed else "Saved. No mark was changed."
    if form.adds_walk_in:
        added = add_walk_in(
            viewer,
            sheet.part.id,
            form.walk_in_name.data,
            form.walk_in_address.data,
            form.walk_in_agency.data,
            form.walk_in_role.data,
        )
        said = f"{added.walk_in.name} is on the register, marked as attended. {said}"
        if added.warning:
            flash(added.warning, "warning")
    flash(said, "success")
    if taken.conflicts:
        flash(_conflicts_in_words(taken.conflicts), "warning")
    elif form.deed == "close":
        return redirect(ways.close(number))
    return redirect(ways.register(number))


def _conflicts_in_words(conflicts: tuple[Conflict, ...]) -> str:
    """Both marks of everybody two people marked differently; the earlier one stands."""
    sentences = [_conflict_in_words(one) for one in conflicts[:CONFLICTS_NAMED]]
    more = conflicts[CONFLICTS_NAMED:]
    if more:
        sentences.append(f"The same happened with {listing(one.attendee.name for one in more)}.")
    return f"{' '.join(sentences)} The earlier marks stand. Change them below if they are wrong."


def _conflict_in_words(conflict: Conflict) -> str:
    attendee, chosen = conflict.attendee, _in_words(conflict.wanted)
    if attendee.marked_at is None:
        return f"The mark of {attendee.name} was taken away while you chose {chosen}."
    who = attendee.marked_by or "somebody"
    said = f"{_in_words(attendee.state)} by {who} at {clock_time(attendee.marked_at)}"
    return f"{attendee.name} was marked as {said}, while you chose {chosen}."


def _in_words(state: MarkState) -> str:
    if state.presence is None:
        return "not marked"
    minutes = [
        f"{number} minutes {what}" for number, what in ((state.late, "late"), (state.early, "left early")) if number
    ]
    return ", ".join([PRESENCE_LABELS[state.presence].lower(), *minutes])
