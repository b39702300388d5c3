"""A person's calendar address at the desk: whether there is one, and switching it off for them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.calendars.blueprint import blueprint
from training.calendars.operations_feeds import switch_off_for
from training.calendars.queries import feed_of
from training.core.viewer import DESK_ROLES, Role, Viewer
from training.people.views_desk import Place, person_or_404, register_person_section
from training.web import access
from training.web.access import current_viewer
from training.web.fields import TextAreaField
from training.web.forms import Form


class SwitchOffForm(Form):
    """Why the desk switches somebody's calendar address off."""

    reason = TextAreaField("Reason", ask="the reason", hint="Kept with what was done.", max_length=500, rows=3)


@blueprint.route("/desk/people/<string:ref>/calendar-off", methods=["GET", "POST"])
@access.only(*DESK_ROLES, Role.SYSTEM)
def switch_off_for_person(ref: str) -> ResponseReturnValue:
    """Switch somebody’s calendar address off, with the reason: a device was lost, or somebody else has the address."""
    person = person_or_404(ref)
    form = SwitchOffForm()
    if form.validate_on_submit():
        was_on = switch_off_for(current_viewer(), person, form.reason.data)
        said = "is switched off" if was_on else "was switched off already"
        flash(f"The calendar address of {person.name} {said}.", "success")
        return redirect(url_for("people.desk_person", ref=person.ref))
    return render_template("calendars/switch_off.html", form=form, person=person), form.status


def _part(viewer: Viewer, person_id: int) -> dict[str, object]:
    return {"feed": feed_of(viewer, person_id)}


register_person_section(Place.SIGNING_IN, "Calendar address", "calendars/person_part.html", _part)
