"""The privacy notice, the terms and the accessibility statement: for everybody to read, for officers to publish."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from training.config import installation
from training.core import policies
from training.core.partnership import CONTACT, PARTNERSHIP_NAME
from training.core.policies import PLACEHOLDER, PLACEHOLDERS, POLICY_LABELS, PolicyKind, PolicyText
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.viewer import Role
from training.web import access
from training.web.access import current_viewer
from training.web.fields import HiddenField, TextAreaField, TextField
from training.web.forms import Form
from training.web.markdown import as_plain, markdown
from training.web.templating import new_form_token

blueprint = Blueprint("policies", __name__)


class PolicyForm(Form):
    """A new version of a text."""

    text = TextAreaField(
        "Text",
        rows=30,
        max_length=60_000,
        ask="the text",
        hint="In Markdown: ## before a heading, - before each point of a list, ** around bold words. "
        "What stands in double brackets, like ((partnership)), is filled in from the settings.",
    )
    change = TextField(
        "What is different from the version in force",
        ask="what is different",
        hint="One sentence. Everybody can read it in the list of versions.",
        max_length=300,
    )
    based_on = HiddenField()


@blueprint.get("/privacy", defaults={"kind": "privacy"})
@blueprint.get("/terms", defaults={"kind": "terms"})
@blueprint.get("/accessibility", defaults={"kind": "accessibility"})
@access.public
def show(kind: str) -> ResponseReturnValue:
    """What the privacy notice, the terms or the accessibility statement says now."""
    return _page(policies.in_force(PolicyKind(kind)), is_in_force=True)


@blueprint.get("/privacy/versions", defaults={"kind": "privacy"})
@blueprint.get("/terms/versions", defaults={"kind": "terms"})
@blueprint.get("/accessibility/versions", defaults={"kind": "accessibility"})
@access.public
def versions(kind: str) -> ResponseReturnValue:
    """All versions of the text, the newest first."""
    chosen = PolicyKind(kind)
    return render_template(
        "web/policy_versions.html", kind=chosen, label=POLICY_LABELS[chosen], versions=policies.versions(chosen)
    )


@blueprint.get("/privacy/versions/<int:number>", defaults={"kind": "privacy"})
@blueprint.get("/terms/versions/<int:number>", defaults={"kind": "terms"})
@blueprint.get("/accessibility/versions/<int:number>", defaults={"kind": "accessibility"})
@access.public
def version(kind: str, number: int) -> ResponseReturnValue:
    """One version of the text, as it was published."""
    chosen = PolicyKind(kind)
    text = policies.version_numbered(chosen, number) if number < 10**6 else None
    if text is None:
        abort(404)
    return _page(text, is_in_force=policies.in_force(chosen).number == number)


@blueprint.get("/desk/settings/policies")
@access.only(Role.OFFICER, Role.SYSTEM)
def index() -> ResponseReturnValue:
    """The three texts and where each stands."""
    return render_template(
        "web/policies.html", labels=POLICY_LABELS, texts=[policies.in_force(kind) for kind in PolicyKind]
    )


@blueprint.route("/desk/settings/policies/<string:kind>", methods=["GET", "POST"])
@access.only(Role.OFFICER, Role.SYSTEM)
def edit(kind: str) -> ResponseReturnValue:
    """Write the next version, look at it, publish it."""
    if kind not in list(PolicyKind):
        abort(404)
    chosen = PolicyKind(kind)
    present = policies.in_force(chosen)
    form = PolicyForm(text=present.text, based_on=str(present.number))
    preview: Markup | None = None
    if form.validate_on_submit():
        if "preview" in request.form:
            preview = _html(form.text.data)
            # The form was not sent for good: the token of this answer is still to be used.
            form.form_token.data = new_form_token()
        elif _published(form, chosen):
            flash(f"The new version of the {POLICY_LABELS[chosen].lower()} is published.", "success")
            return redirect(url_for("policies.show", kind=kind))
    meanwhile = present if form.is_submitted() and form.based_on.data != str(present.number) else None
    # Whoever has seen that warning may publish all the same.
    form.based_on.data = str(present.number)
    return render_template(
        "web/policy_form.html",
        form=form,
        kind=chosen,
        label=POLICY_LABELS[chosen],
        preview=preview,
        meanwhile=meanwhile,
        figures=[f"(({name}))" for name in (*PLACEHOLDERS, *policies.figure_names())],
    ), form.status


def _published(form: PolicyForm, kind: PolicyKind) -> bool:
    based_on = int(form.based_on.data) if form.based_on.data.isdecimal() else -1
    try:
        policies.publish(current_viewer(), kind, form.text.data, form.change.data, based_on)
    except Refused as refusal:
        form.add_error(refusal.sentence, refusal.field)
        return False
    return True


def _page(text: PolicyText, *, is_in_force: bool) -> ResponseReturnValue:
    return render_template(
        "web/policy.html",
        text=text,
        label=POLICY_LABELS[text.kind],
        body=_html(text.text),
        is_in_force=is_in_force,
    )


def _html(text: str) -> Markup:
    values: dict[str, Any] = dict(
        zip(PLACEHOLDERS, (setting_value(PARTNERSHIP_NAME), setting_value(CONTACT) or installation().mail_address),
            strict=True)
    )  # fmt: skip
    filled = policies.with_figures(text)
    return markdown(PLACEHOLDER.sub(lambda match: as_plain(values.get(match[1], match[0])), filled))
