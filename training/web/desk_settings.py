"""The desk's settings: what each stage registered, as it is now, one form for each."""

from typing import cast

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.core.settings import Setting, change_setting, may_change, setting_value, settings
from training.core.viewer import Role
from training.web import access
from training.web.access import current_viewer
from training.web.fields import NumberField, RadioField, TextAreaField
from training.web.forms import Form
from training.web.navigation import register_desk_section

AnySetting = Setting[int] | Setting[str] | Setting[bool]
YES_NO = {"yes": "Yes", "no": "No"}

GROUPS = {
    "partnership": "The partnership",
    "people": "Accounts and signing in",
    "schedule": "Trainers",
    "desk": "The desk",
    "bookings": "Bookings",
    "calendars": "Answers of calendars",
    "attendance": "Registers",
    "evaluations": "Evaluations",
    "mail": "Messages",
    "retention": "How long data are kept",
}
"""The headings on the page, by what a setting's key begins with."""

blueprint = Blueprint("settings", __name__)
register_desk_section(
    "Settings", "settings.index", Role.OFFICER, Role.SYSTEM, position=90, prefixes=("/desk/settings", "/desk/roles")
)


@blueprint.get("/desk/settings")
@access.only(Role.OFFICER, Role.SYSTEM)
def index() -> ResponseReturnValue:
    """All settings with what they are now."""
    viewer = current_viewer()
    mine = {setting.key for setting in settings() if may_change(viewer, cast("Setting[str]", setting))}
    return render_template(
        "web/settings.html",
        groups=by_group(),
        count=len(settings()),
        mine=mine,
        may_check=current_viewer().has(Role.OFFICER),
    )


@blueprint.route("/desk/settings/<string:key>", methods=["GET", "POST"])
@access.only(Role.OFFICER, Role.SYSTEM)
def change(key: str) -> ResponseReturnValue:
    """Change one setting."""
    setting = next((setting for setting in settings() if setting.key == key), None)
    if setting is None:
        abort(404)
    if not may_change(current_viewer(), cast("Setting[str]", setting)):
        abort(403)
    form = form_for(setting)
    if form.validate_on_submit():
        change_setting(current_viewer(), cast("Setting[str]", setting), cast(str, _sent(setting, form)))
        flash(f"“{setting.label}” is now {_in_words(setting, _now(setting)) or 'empty'}.", "success")
        return redirect(url_for("settings.index"))
    return render_template(
        "web/setting.html", form=form, setting=setting, default=_in_words(setting, setting.default)
    ), form.status


def by_group() -> dict[str, list[tuple[AnySetting, str, bool]]]:
    """Every setting under its heading: what it is now in words, and whether that is as delivered."""
    groups: dict[str, list[tuple[AnySetting, str, bool]]] = {heading: [] for heading in GROUPS.values()}
    for setting in settings():
        row = (setting, _in_words(setting, _now(setting)), _now(setting) == setting.default)
        groups[GROUPS[setting.key.partition(".")[0]]].append(row)
    return {heading: rows for heading, rows in groups.items() if rows}


def form_for(setting: AnySetting) -> Form:
    """A form of one field, of the kind that `setting` is: a number within its bounds, yes or no, a choice, or text."""
    present = _now(setting)
    if setting.choices is not None:

        class ChoiceForm(Form):
            value = RadioField(setting.label, choices=dict(setting.choices), hint=setting.hint, default=str(present))

        return ChoiceForm()
    if isinstance(setting.default, bool):

        class YesNoForm(Form):
            value = RadioField(setting.label, choices=YES_NO, hint=setting.hint, default="yes" if present else "no")

        return YesNoForm()
    if isinstance(setting.default, int):

        class NumberForm(Form):
            value = NumberField(
                setting.label, hint=setting.hint, least=setting.least, most=setting.most, width=10, default=present
            )

        return NumberForm()

    class TextForm(Form):
        value = TextAreaField(
            setting.label,
            hint=setting.hint,
            rows=3,
            max_length=1000,
            required=bool(setting.default),
            default=present,
        )

    return TextForm()


def _now(setting: AnySetting) -> int | str | bool:
    # A setting of some kind gives a value of that kind; which one does not matter here.
    return setting_value(cast("Setting[str]", setting))


def _sent(setting: AnySetting, form: Form) -> int | str | bool:
    data = form["value"].data
    return data == "yes" if isinstance(setting.default, bool) else data


def _in_words(setting: AnySetting, value: int | str | bool) -> str:
    if setting.choices is not None:
        return setting.choices[str(value)]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return f"{value:,}" if isinstance(value, int) else value
