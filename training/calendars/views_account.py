"""The address of one's own calendar: making, replacing and switching it off."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.calendars.blueprint import blueprint
from training.calendars.operations_feeds import make_feed, revoke_feed
from training.calendars.queries import own_feed
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form


@blueprint.route("/my/account/calendar", methods=["GET", "POST"])
@access.signed_in
def my_calendar() -> ResponseReturnValue:
    """Subscribe to one’s own sessions; a new address is shown this once."""
    form = Form()
    address = make_feed(current_viewer()) if form.validate_on_submit() else ""
    return render_template(
        "calendars/my_calendar.html", form=form, address=address, feed=own_feed(current_viewer())
    ), form.status


@blueprint.post("/my/account/calendar/off")
@access.signed_in
def switch_off() -> ResponseReturnValue:
    """Switch the address of one’s calendar off; one that is off already is what was wanted."""
    was_on = revoke_feed(current_viewer())
    said = "Your calendar address is switched off." if was_on else "There was no calendar address to switch off."
    flash(said, "success")
    return redirect(url_for("calendars.my_calendar"))
