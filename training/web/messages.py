"""The desk's log of messages: what was sent, whether it arrived, and sending again what failed."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from training.core.message_log import correct_address, find_message, messages_found, send_again
from training.core.messages import label_of, message_kinds
from training.core.outbox import MESSAGE_STATE_LABELS, MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.sending import HELD
from training.core.settings import setting_value
from training.core.viewer import DESK_ROLES
from training.web import access
from training.web.access import current_viewer
from training.web.fields import EmailField, SelectField, TextField
from training.web.forms import FilterForm, Form
from training.web.navigation import register_desk_section
from training.web.paging import page_asked_for, paged

blueprint = Blueprint("messages", __name__)
register_desk_section("Messages", "messages.index", position=80, prefixes=("/desk/messages",))

STATE_TONES = {
    MessageState.QUEUED: "waiting",
    MessageState.SENDING: "waiting",
    MessageState.SENT: "good",
    MessageState.FAILED: "problem",
    MessageState.DROPPED: "over",
}


class MessageFilters(FilterForm):
    """Which messages to list."""

    words = TextField("Recipient or subject", required=False)
    state = SelectField(
        "Status", choices=MESSAGE_STATE_LABELS, coerce=MessageState, first="Any status", ask="a status", required=False
    )
    kind = SelectField("Kind", first="All kinds", ask="a kind of message", required=False)

    def __init__(self, given: MultiDict[str, str]) -> None:
        super().__init__(given)
        self.kind.choices = {kind.name: kind.label for kind in message_kinds()}


class AddressForm(Form):
    """Where a failed message should have gone."""

    address = EmailField("Correct address", autocomplete="off")


class AgainForm(Form):
    """Send a failed message again, as it is."""


@blueprint.get("/desk/messages")
@access.only(*DESK_ROLES)
def index() -> ResponseReturnValue:
    """All messages, newest first."""
    form = MessageFilters(request.args)
    is_valid = form.validate()
    statement = messages_found(
        current_viewer(),
        form.words.data,
        form.state.data or None if is_valid else None,
        form.kind.data or "" if is_valid else "",
    )
    return render_template(
        "web/messages.html",
        form=form,
        page=paged(statement, page_asked_for()),
        is_filtered=bool(form.words.data or form.state.data or form.kind.data),
        label_of=label_of,
        states=MESSAGE_STATE_LABELS,
        tones=STATE_TONES,
        is_held=setting_value(HELD),
    ), 400 if form.failed else 200


@blueprint.get("/desk/messages/<int:message_id>")
@access.only(*DESK_ROLES)
def show(message_id: int) -> ResponseReturnValue:
    """One message as it was sent, and what became of it."""
    message = _message(message_id)
    return _page(message, AddressForm(address=message.recipient_address))


@blueprint.post("/desk/messages/<int:message_id>/send-again")
@access.only(*DESK_ROLES)
def again(message_id: int) -> ResponseReturnValue:
    """Send a failed message again."""
    message = _message(message_id)
    form = AgainForm()
    if form.validate_on_submit():
        try:
            send_again(current_viewer(), message)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            return _queued(message)
    return _page(message, AddressForm(formdata=None, address=message.recipient_address), failed=form)


@blueprint.post("/desk/messages/<int:message_id>/address")
@access.only(*DESK_ROLES)
def address(message_id: int) -> ResponseReturnValue:
    """Correct the address of a failed message, and send it there."""
    message = _message(message_id)
    form = AddressForm()
    if form.validate_on_submit():
        try:
            correct_address(current_viewer(), message, form.address.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            return _queued(message)
    return _page(message, form, failed=form)


def _message(message_id: int) -> OutboxMessage:
    message = find_message(current_viewer(), message_id)
    if message is None:
        abort(404)
    return message


def _queued(message: OutboxMessage) -> ResponseReturnValue:
    flash(f"The message will be sent to {message.recipient_address} within a minute.", "success")
    return redirect(url_for("messages.show", message_id=message.id))


def _page(message: OutboxMessage, form: AddressForm, failed: Form | None = None) -> ResponseReturnValue:
    page = render_template(
        "web/message.html",
        message=message,
        kind=label_of(message.kind),
        state=MESSAGE_STATE_LABELS[message.state],
        tone=STATE_TONES[message.state],
        calendar=message.calendar.decode("utf-8", "replace") if message.calendar else "",
        form=form,
        failed=failed,
    )
    return page, failed.status if failed else 200
