"""The privacy notice, the terms and the accessibility statement: for everybody to read, for officers to publish."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from training.config import installation
from training.core import policies
from training.core.partnership import CONTACT, PARTNERSHIP_NAME
from training.core.policies import PLACEHOLDER, PLACEHOLDERS, POLICY_LABELS, PolicyKind, PolicyText
from training.core.policy_figures import (
    FigureUnit,
    charges_in,
    other_figures,
    terms_figures,
    terms_words,
    with_terms_words,
)
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.viewer import Role
from training.web import access
from training.web.access import current_viewer
from training.web.asked import AskedField
from training.web.fields import HiddenField, MoneyField, NumberField, TextAreaField, TextField
from training.web.forms import Form
from training.web.markdown import as_plain, markdown
from training.web.templating import new_form_token

blueprint = Blueprint("policies", __name__)


def _change() -> TextField:
    return TextField(
        "What is different from the version in force",
        ask="what is different",
        hint="One sentence. Everybody can read it in the list of versions.",
        max_length=300,
    )


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
    change = _change()
    based_on = HiddenField()
    has_figures: ClassVar[bool] = False

    def figures(self) -> dict[str, int]:
        """The figures as they were typed; nothing for a text without any."""
        return {figure.name: self[_field(figure.name)].data or 0 for figure in terms_figures() if self.has_figures}


def terms_form_for(present: PolicyText) -> PolicyForm:
    """The form of new terms: the text, its figures as they are in force, what is different."""
    fields: dict[str, Any] = {"has_figures": True}
    values: dict[str, Any] = {}
    for figure in terms_figures():
        name = _field(figure.name)
        if figure.unit is FigureUnit.PENCE:
            fields[name] = MoneyField(figure.label, required=False, most=figure.most)
            values[name] = present.figures.get(figure.name)
        else:
            fields[name] = NumberField(
                figure.label, hint=figure.hint, least=0, most=figure.most, ask=_asked(figure.label)
            )
            values[name] = present.figures.get(figure.name, figure.default)
    # Made last, for errors are listed in the order of the page.
    kind = type("TermsForm", (PolicyForm,), {**fields, "change": _change()})
    return kind(text=present.text, based_on=str(present.number), **values)


def _field(name: str) -> str:
    return f"figure_{name.replace('-', '_')}"


def _asked(label: str) -> str:
    return f"the {label[:1].lower()}{label[1:]}"


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
    form = (
        terms_form_for(present)
        if chosen is PolicyKind.TERMS
        else PolicyForm(text=present.text, based_on=str(present.number))
    )
    preview: Markup | None = None
    if form.validate_on_submit():
        if "preview" in request.form:
            preview = _html(form.text.data, form.figures())
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
        names=[f"(({name}))" for name in _names(chosen)],
        inputs=[form[_field(figure.name)] for figure in terms_figures() if form.has_figures and not figure.row],
        charges=_charge_inputs(form) if form.has_figures else [],
        charged=charges_in(form.figures()) if preview and form.has_figures else None,
    ), form.status


def _names(kind: PolicyKind) -> tuple[str, ...]:
    return (*PLACEHOLDERS, *(terms_words() if kind is PolicyKind.TERMS else ()), *policies.figure_names())


def _charge_inputs(form: PolicyForm) -> list[tuple[str, list[tuple[str, AskedField]]]]:
    """The inputs of the table of charges: for each row its heading, and for each cell its column and the field."""
    rows: dict[str, list[tuple[str, AskedField]]] = {}
    for figure in terms_figures():
        if figure.row:
            rows.setdefault(figure.row, []).append((figure.column, cast(AskedField, form[_field(figure.name)])))
    return list(rows.items())


def _published(form: PolicyForm, kind: PolicyKind) -> bool:
    based_on = int(form.based_on.data) if form.based_on.data.isdecimal() else -1
    try:
        policies.publish(current_viewer(), kind, form.text.data, form.change.data, based_on, form.figures())
    except Refused as refusal:
        form.add_error(refusal.sentence, refusal.field)
        return False
    return True


def _page(text: PolicyText, *, is_in_force: bool) -> ResponseReturnValue:
    return render_template(
        "web/policy.html",
        text=text,
        label=POLICY_LABELS[text.kind],
        body=_html(text.text, text.figures),
        is_in_force=is_in_force,
        others=other_figures(text.figures),
        charged=charges_in(text.figures),
    )


def _html(text: str, figures: Mapping[str, int]) -> Markup:
    values: dict[str, Any] = dict(
        zip(PLACEHOLDERS, (setting_value(PARTNERSHIP_NAME), setting_value(CONTACT) or installation().mail_address),
            strict=True)
    )  # fmt: skip
    filled = policies.with_figures(with_terms_words(text, figures) if figures else text)
    return markdown(PLACEHOLDER.sub(lambda match: as_plain(values.get(match[1], match[0])), filled))
