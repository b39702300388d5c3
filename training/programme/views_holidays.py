"""The desk's list of school holidays, which the programme warns of."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import DESK_ROLES
from training.programme.blueprint import blueprint
from training.programme.forms import HolidayForm, values_of_holiday
from training.programme.operations_holidays import add_holiday, change_holiday, overlapping, remove_holiday
from training.programme.queries import school_holidays
from training.schedule.models import SchoolHoliday
from training.web import access
from training.web.access import current_viewer
from training.web.comparing import Difference, refuse_stale
from training.web.formats import listing, short_day


@blueprint.route("/desk/programme/holidays", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def holidays() -> ResponseReturnValue:
    """On which days are the schools of the area closed? Add the next holidays here."""
    viewer = current_viewer()
    form = HolidayForm()
    if form.validate_on_submit():
        try:
            holiday = add_holiday(viewer, form.name.data, *form.days)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"“{holiday.name}” is kept. The programme warns of sessions on these days.", "success")
            _warn_of_overlaps(holiday)
            return redirect(url_for("programme.holidays"))
    page = render_template("programme/holidays.html", form=form, holidays=school_holidays(viewer), today=clock.today())
    return page, form.status


@blueprint.route("/desk/programme/holidays/<int:holiday_id>", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def edit_holiday(holiday_id: int) -> ResponseReturnValue:
    """Put right what a school holiday is called, or its days."""
    holiday = db.session.get(SchoolHoliday, holiday_id) or abort(404)
    form = HolidayForm(data=values_of_holiday(holiday))
    differences: list[Difference] = []
    if form.validate_on_submit():
        lock_row(SchoolHoliday, holiday_id)
        if form.is_stale(holiday.row_version):
            present = HolidayForm(formdata=None, data=values_of_holiday(holiday))
            differences = refuse_stale(form, present, "this holiday")
        else:
            try:
                change_holiday(current_viewer(), holiday_id, form.name.data, *form.days)
            except Refused as refusal:
                form.add_error(refusal.sentence, refusal.field)
            else:
                flash(f"“{holiday.name}” is changed.", "success")
                _warn_of_overlaps(holiday)
                return redirect(url_for("programme.holidays"))
    page = render_template("programme/holiday.html", form=form, holiday=holiday, differences=differences)
    return page, form.status


@blueprint.post("/desk/programme/holidays/<int:holiday_id>/remove")
@access.only(*DESK_ROLES)
def drop_holiday(holiday_id: int) -> ResponseReturnValue:
    """Keep a school holiday no longer."""
    holiday = db.session.get(SchoolHoliday, holiday_id) or abort(404)
    name = holiday.name
    remove_holiday(current_viewer(), holiday_id)
    flash(f"“{name}” is removed. The programme no longer warns of these days.", "success")
    return redirect(url_for("programme.holidays"))


def _warn_of_overlaps(holiday: SchoolHoliday) -> None:
    others = [
        f"“{other.name}” ({short_day(other.from_on)} to {short_day(other.to_on)})"
        for other in overlapping(current_viewer(), holiday)
    ]
    if others:
        flash(f"It shares days with {listing(others)}. Check that both are right.", "warning")
