"""The desk's log of messages: what was sent to whom, and whether it arrived; of all, one person, booking or session."""

from collections.abc import Generator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from training.core.database import db
from training.core.message_log import LOOKOUT_LABELS, Lookout, Question, messages_found
from training.core.message_scopes import Scope, find_scope, scope_words
from training.core.messages import label_of, message_kinds
from training.core.outbox import MessageState, OutboxMessage
from training.core.sending import HELD
from training.core.settings import setting_value
from training.core.viewer import DESK_ROLES
from training.web import access
from training.web.access import current_viewer
from training.web.fields import DateField, SelectField, TextField
from training.web.formats import short_moment
from training.web.forms import FilterForm
from training.web.navigation import register_desk_section
from training.web.paging import page_asked_for, paged
from training.web.sheets import Cell, csv_download

blueprint = Blueprint("messages", __name__)
register_desk_section("Messages", "messages.index", position=80, prefixes=("/desk/messages",))

MOST_ROWS = 10_000
"""How many messages one file holds; for more, ask for fewer days at a time."""
COLUMNS = ("Written", "Sent", "Kind", "Subject", "To", "Address", "Status", "What went wrong")
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
        "Status", choices=LOOKOUT_LABELS, coerce=Lookout, first="Any status", ask="a status", required=False
    )
    kind = SelectField("Kind", first="All kinds", ask="a kind of message", required=False)
    begins = DateField("Written from", ask="the first day", required=False)
    ends = DateField("Written until", ask="the last day", required=False)

    def __init__(self, given: MultiDict[str, str]) -> None:
        super().__init__(given)
        self.kind.choices = {kind.name: kind.label for kind in message_kinds()}

    def validate_ends(self, field: DateField) -> None:
        """The days must run forward."""
        if self.begins.data and field.data and field.data < self.begins.data:
            field.errors = [*field.errors, "The last day must be the same as or after the first day"]

    def question(self, scope: Scope | None) -> Question:
        """What the filters ask, of the messages of `scope` alone where there is one."""
        return Question(
            words=self.words.data,
            lookout=self.state.data or None,
            kind=self.kind.data or "",
            since=self.begins.data,
            until=self.ends.data,
            within=scope.condition if scope is not None else None,
        )

    @property
    def is_used(self) -> bool:
        """Whether any filter is set."""
        return any(field.data for field in self)


@blueprint.get("/desk/messages")
@access.only(*DESK_ROLES)
def index() -> ResponseReturnValue:
    """Messages, newest first: all, or those of one person, booking or session."""
    form, scope, question = asked()
    return render_template(
        "web/messages.html",
        form=form,
        scope=scope,
        kept=kept_scope(),
        page=paged(messages_found(current_viewer(), question), page_asked_for()),
        label_of=label_of,
        tone_of=tone_of,
        is_held=setting_value(HELD),
        query=urlencode(_query(), doseq=True),
        most_rows=MOST_ROWS,
    ), 400 if form.failed else 200


@blueprint.get("/desk/messages.csv")
@access.only(*DESK_ROLES)
def sheet() -> ResponseReturnValue:
    """The messages that the filters find as a file, the newest first."""
    form, _scope, question = asked()
    if form.failed:
        abort(404)
    return csv_download("messages.csv", COLUMNS, _rows(question))


def asked() -> tuple[MessageFilters, Scope | None, Question]:
    """The filters in the address, whose messages they are about, and what both ask; 404 for an unknown reference."""
    form, scope = MessageFilters(request.args), _scope()
    question = form.question(scope) if form.validate() else Question(within=scope.condition if scope else None)
    return form, scope, question


def kept_scope() -> dict[str, str]:
    """What in the address says whose messages they are."""
    return {word: request.args[word] for word in scope_words() if request.args.get(word)}


def log_address() -> str:
    """The address of the log, of the same person, booking or session."""
    query = urlencode(kept_scope())
    return url_for("messages.index") + (f"?{query}" if query else "")


def tone_of(message: OutboxMessage) -> str:
    """The tone of a message's status."""
    if message.put_right_at is not None:
        return "over"
    return "problem" if message.has_come_back else STATE_TONES[message.state]


def _scope() -> Scope | None:
    kept = kept_scope()
    if not kept:
        return None
    word, ref = next(iter(kept.items()))
    scope = find_scope(current_viewer(), word, ref)
    if scope is None:
        abort(404)
    return scope


def _query() -> dict[str, Any]:
    return {name: values for name, values in request.args.to_dict(flat=False).items() if name != "page"}


def _rows(question: Question) -> Generator[tuple[Cell, ...]]:
    statement = messages_found(current_viewer(), question).limit(MOST_ROWS)
    for message in db.session.scalars(statement.execution_options(yield_per=500)):
        yield (
            short_moment(message.created_at),
            short_moment(message.sent_at) if message.sent_at else "",
            label_of(message.kind),
            message.subject,
            message.recipient_name,
            message.recipient_address,
            message.state_in_words,
            message.bounce or message.last_error or "",
        )
