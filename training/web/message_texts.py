"""The texts of messages at the desk: all kinds with who gets them, and rewriting one with a preview and a test."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.core.audit_log import READERS
from training.core.message_checks import LONGEST_BODY, LONGEST_SUBJECT, Fault, faults, may_use
from training.core.message_rewriting import (
    Standing,
    go_back,
    may_rewrite,
    rewrite,
    send_test,
    standing_of,
    standings,
)
from training.core.message_samples import sample_values
from training.core.message_texts import in_words
from training.core.message_writing import Written
from training.core.messages import AUDIENCE_LABELS, MessageKind, Words, kind_called, message_kinds
from training.core.partnership import contact, partnership_name
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, Role
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.fields import TextAreaField, TextField
from training.web.forms import Form, VersionedForm
from training.web.message_look import framed
from training.web.templating import new_form_token

blueprint = Blueprint("message_texts", __name__)
STAGES = {
    "bookings": "Bookings",
    "groups": "Groups and reserved places",
    "allotment": "Applications and how places are shared out",
    "changes": "Changed sessions",
    "calendars": "Calendars",
    "pool": "Finding trainers",
    "attendance": "Registers",
    "evaluations": "Evaluations",
    "homes": "Digests",
    "people": "People, agencies and leads",
    "agency": "People, agencies and leads",
    "address": "People, agencies and leads",
    "account": "Accounts and signing in",
    "messages": "Messages themselves",
}
"""The headings on the page, in order, by what a kind's name begins with."""


class TextForm(VersionedForm):
    """Subject and text of one kind of message."""

    subject = TextField("Subject", ask="the subject", max_length=LONGEST_SUBJECT)
    body = TextAreaField(
        "Text",
        ask="the text",
        rows=24,
        max_length=LONGEST_BODY,
        hint="An empty line begins a new paragraph. Begin a heading with # and a space, and each point of a list with "
        "* and a space. A paragraph in which all placeholders are empty is left out.",
    )

    @property
    def words(self) -> Words:
        """What was typed."""
        return Words(self.subject.data, f"{self.body.data}\n")


class BackForm(VersionedForm):
    """Go back to the delivered words."""


@blueprint.get("/desk/messages/texts")
@access.only(*DESK_ROLES)
def index() -> ResponseReturnValue:
    """Every kind of message that is sent, with who gets it and whose words it goes out in."""
    found = standings(message_kinds())
    return render_template(
        "web/message_texts.html",
        stages=_by_stage(found),
        audiences=AUDIENCE_LABELS,
        count=len(found),
        rewritten=sum(standing.is_rewritten for standing in found),
        passed_over=[standing for standing in found if standing.is_passed_over],
    )


@blueprint.get("/desk/messages/texts/<string:name>")
@access.only(*DESK_ROLES)
def show(name: str) -> ResponseReturnValue:
    """The words of one kind of message, and how it looks with real values."""
    return _page(standing_of(_kind(name)))


@blueprint.route("/desk/messages/texts/<string:name>/rewrite", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def edit(name: str) -> ResponseReturnValue:
    """Rewrite a message: look at it with real values, send a test to oneself, then save."""
    kind = _kind(name)
    if kind.is_fixed:
        abort(403)
    standing = standing_of(kind)
    form = _form(standing)
    wrong: list[Fault] = []
    differences: list[Difference] = []
    preview: Written | None = None
    if form.validate_on_submit():
        wrong = faults(kind, form.words)
        if wrong:
            _add(form, wrong)
        elif "preview" in request.form:
            preview = _preview(kind, form.words)
            # The form was not sent for good: the token of this answer is still to be used.
            form.form_token.data = new_form_token()
        elif "test" in request.form:
            if _tested(form, kind):
                preview = _preview(kind, form.words)
                form.form_token.data = new_form_token()
        elif form.is_stale(standing.version):
            differences = refuse_stale(form, _form(standing, unsent=True), "this text")
        elif _saved(form, standing):
            flash(f"“{kind.label}” is sent in these words from now on.", "success")
            return redirect(url_for("message_texts.show", name=kind.name))
    return render_template(
        "web/message_text_form.html",
        **_about(standing),
        form=form,
        faults=wrong,
        differences=differences,
        preview=preview,
        look=framed(preview.html) if preview else "",
    ), form.status


@blueprint.post("/desk/messages/texts/<string:name>/as-delivered")
@access.only(Role.OFFICER)
def reset(name: str) -> ResponseReturnValue:
    """Send a message in the delivered words again; the rewritten ones are kept."""
    standing = standing_of(_kind(name))
    form = BackForm()
    if form.validate_on_submit():
        version = int(form.row_version.data) if form.row_version.data.isdecimal() else -1
        try:
            go_back(current_viewer(), standing.kind, version)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            flash(f"“{standing.kind.label}” is sent as it was delivered from now on.", "success")
            return redirect(url_for("message_texts.show", name=name))
    return _page(standing, failed=form)


def _page(standing: Standing, failed: Form | None = None) -> ResponseReturnValue:
    preview = _preview(standing.kind, standing.sent)
    return render_template(
        "web/message_text.html",
        **_about(standing),
        preview=preview,
        look=framed(preview.html),
        back_form=BackForm(formdata=None, row_version=standing.version),
        failed=failed,
    ), failed.status if failed else 200


def _kind(name: str) -> MessageKind:
    kind = kind_called(name)
    if kind is None:
        abort(404)
    return kind


def _form(standing: Standing, *, unsent: bool = False) -> TextForm:
    """The form with the words of the partnership, else the delivered ones."""
    words = standing.own.words if standing.own is not None else standing.kind.words
    values: dict[str, Any] = {"subject": words.subject, "body": words.body.strip(), "row_version": standing.version}
    return TextForm(formdata=None, **values) if unsent else TextForm(**values)


def _add(form: TextForm, wrong: list[Fault]) -> None:
    """The first fault of each field by the field; the page lists all of them."""
    for field in ("subject", "body"):
        first = next((fault for fault in wrong if fault.field == field), None)
        if first is not None:
            form.add_error(first.in_full, field)


def _tested(form: TextForm, kind: MessageKind) -> bool:
    try:
        message = send_test(current_viewer(), kind, form.words)
    except Refused as refusal:
        form.add_error(refusal.sentence)
        return False
    flash(f"A test is on its way to {message.recipient_address}. What you typed is not saved yet.", "success")
    return True


def _saved(form: TextForm, standing: Standing) -> bool:
    try:
        rewrite(current_viewer(), standing.kind, form.words, standing.version)
    except Refused as refusal:
        form.add_error(refusal.sentence, refusal.field)
        return False
    return True


def _preview(kind: MessageKind, words: Words) -> Written:
    return in_words(kind, words, sample_values(current_viewer(), kind))


def _about(standing: Standing) -> dict[str, Any]:
    viewer, kind = current_viewer(), standing.kind
    values = {"partnership": partnership_name(), "contact": contact(), **sample_values(viewer, kind)}
    own = standing.own
    return {
        "standing": standing,
        "kind": kind,
        "audience": AUDIENCE_LABELS[kind.to],
        "placeholders": [(f"(({name}))", name in kind.required, values.get(name, "")) for name in may_use(kind)],
        "wrong_now": faults(kind, own.words) if own is not None and standing.is_passed_over else [],
        "may_rewrite": may_rewrite(viewer) and not kind.is_fixed,
        "may_read_log": viewer.has(*READERS),
    }


def _by_stage(found: list[Standing]) -> dict[str, list[Standing]]:
    stages: dict[str, list[Standing]] = {heading: [] for heading in STAGES.values()}
    for standing in found:
        beginning = standing.kind.name.replace("-", ".").partition(".")[0]
        stages.setdefault(STAGES.get(beginning, beginning.capitalize()), []).append(standing)
    return {heading: rows for heading, rows in stages.items() if rows}
