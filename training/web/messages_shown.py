"""One message at the desk: what it said and how it looked, and putting right what did not arrive."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.core.holdings import message_subjects
from training.core.message_log import find_message, sent_instead
from training.core.message_mending import correct_address, may_be_copied, send_again, set_aside
from training.core.messages import label_of
from training.core.outbox import MessageState, OutboxMessage
from training.core.refusal import Refused
from training.core.subjects import Described, described
from training.core.viewer import DESK_ROLES
from training.web import access
from training.web.access import current_viewer
from training.web.fields import EmailField, TextField
from training.web.forms import Form
from training.web.message_look import calendar_in_words, framed
from training.web.messages import blueprint, tone_of


class AddressForm(Form):
    """Where a message that did not arrive should have gone."""

    address = EmailField("Correct address", autocomplete="off")


class AgainForm(Form):
    """Send a message that did not arrive again, as it is."""


class AsideForm(Form):
    """Note that a message that did not arrive needs nobody any more."""

    reason = TextField(
        "What you did instead",
        ask="what you did instead",
        hint="For example: told by telephone. It is kept in the audit log.",
        max_length=200,
    )


@blueprint.get("/desk/messages/<int:message_id>")
@access.only(*DESK_ROLES)
def show(message_id: int) -> ResponseReturnValue:
    """One message as it was sent, and what became of it."""
    return _page(_message(message_id))


@blueprint.post("/desk/messages/<int:message_id>/send-again")
@access.only(*DESK_ROLES)
def again(message_id: int) -> ResponseReturnValue:
    """Send a message that failed or came back again."""
    message = _message(message_id)
    form = AgainForm()
    if form.validate_on_submit():
        try:
            return _queued(send_again(current_viewer(), message))
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
    return _page(message, failed=form)


@blueprint.post("/desk/messages/<int:message_id>/address")
@access.only(*DESK_ROLES)
def address(message_id: int) -> ResponseReturnValue:
    """Correct the address of a message that failed or came back, and send it there."""
    message = _message(message_id)
    form = AddressForm()
    if form.validate_on_submit():
        try:
            return _queued(correct_address(current_viewer(), message, form.address.data))
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
    return _page(message, address_form=form, failed=form)


@blueprint.post("/desk/messages/<int:message_id>/set-aside")
@access.only(*DESK_ROLES)
def aside(message_id: int) -> ResponseReturnValue:
    """Note that a message that did not arrive needs nobody any more."""
    message = _message(message_id)
    form = AsideForm()
    if form.validate_on_submit():
        try:
            set_aside(current_viewer(), message, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("The message is set aside. It no longer stands on the desk.", "success")
            return redirect(url_for("messages.show", message_id=message.id))
    return _page(message, aside_form=form, failed=form)


def _message(message_id: int) -> OutboxMessage:
    message = find_message(current_viewer(), message_id)
    if message is None:
        abort(404)
    return message


def _queued(message: OutboxMessage) -> ResponseReturnValue:
    flash(f"The message will be sent to {message.recipient_address} within a minute.", "success")
    return redirect(url_for("messages.show", message_id=message.id))


def _page(
    message: OutboxMessage,
    *,
    address_form: AddressForm | None = None,
    aside_form: AsideForm | None = None,
    failed: Form | None = None,
) -> ResponseReturnValue:
    is_troubled = message.put_right_at is None and (message.state is MessageState.FAILED or message.has_come_back)
    page = render_template(
        "web/message.html",
        message=message,
        kind=label_of(message.kind),
        tone=tone_of(message),
        is_troubled=is_troubled,
        is_wiped=message.has_come_back and not may_be_copied(message),
        instead=sent_instead(current_viewer(), message) if message.has_come_back else None,
        concerns=_concerns(message),
        look=framed(message.shown_html) if message.body_html else "",
        calendar=message.calendar.decode("utf-8", "replace") if message.calendar else "",
        calendar_words=calendar_in_words(message.calendar, message.calendar_method or "") if message.calendar else "",
        address_form=address_form or AddressForm(formdata=None, address=message.recipient_address),
        aside_form=aside_form or AsideForm(formdata=None),
        failed=failed,
    )
    return page, failed.status if failed else 200


def _concerns(message: OutboxMessage) -> list[Described]:
    """The person it went to and what it was about, as links to their pages at the desk; one query for each."""
    wanted: dict[str, list[int]] = {"person": [message.person_id]} if message.person_id is not None else {}
    word, _, key = message.about.partition(":")
    table = message_subjects().get(word)
    if table is not None and key.isdecimal() and table not in wanted:
        wanted[table] = [int(key)]
    return [one for one in described(wanted).values() if one.name]
