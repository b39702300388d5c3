"""Many drafts at once: choosing them, publishing them now or at a set time, setting when booking opens and closes."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES
from training.programme.blueprint import blueprint
from training.programme.forms_publishing import BookingTimesForm, PublishForm, When
from training.programme.operations_publishing import (
    NOTHING_CHOSEN,
    Outcome,
    publish_at,
    publish_together,
    set_booking_times,
    take_back_publishing,
)
from training.programme.queries import Entry, coming_drafts
from training.web import access
from training.web.access import current_viewer
from training.web.formats import count, listing, moment


@blueprint.get("/desk/programme/drafts")
@access.only(*DESK_ROLES)
def drafts() -> ResponseReturnValue:
    """Which drafts are ready, which are to be published by themselves, and what do the others lack?"""
    entries = coming_drafts(current_viewer())
    return render_template(
        "programme/drafts.html",
        entries=entries,
        ready=sum(not entry.missing for entry in entries),
        chosen=set(_references()),
        nothing_chosen="none" in request.args,
        now=clock.now(),
    )


@blueprint.route("/desk/programme/publish", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def publish() -> ResponseReturnValue:
    """Publish the chosen drafts now or at a set time, after a look at what each lacks."""
    entries = _chosen()
    if not entries:
        return _choose_first()
    form = PublishForm()
    if form.validate_on_submit():
        try:
            outcome = _publish(form, [entry.session.id for entry in entries])
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            if outcome.done or form.when.data is not When.NOW:
                _tell(outcome, _PUBLISHED[form.when.data].format(at=moment(form.publish_at) if form.publish_at else ""))
                return redirect(url_for("programme.drafts"))
            form.add_error("None of these can be published yet. What is missing stands beside each", "when")
    return render_template(
        "programme/publish.html",
        form=form,
        entries=entries,
        ready=[entry for entry in entries if not entry.missing],
        set_times=sum(entry.session.publish_at is not None for entry in entries),
    ), form.status


@blueprint.route("/desk/programme/booking-times", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def booking_times() -> ResponseReturnValue:
    """Set when booking opens and closes for the chosen drafts, all at once."""
    entries = _chosen()
    if not entries:
        return _choose_first()
    form = BookingTimesForm()
    if form.validate_on_submit():
        try:
            outcome = set_booking_times(current_viewer(), [entry.session.id for entry in entries], form.times)
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            if outcome.done:
                _tell(outcome, "Booking opens and closes as you set for {n}.")
                return redirect(url_for("programme.drafts"))
            for left in outcome.left:
                form.add_error(f"{left.title} ({left.ref}): {listing(left.reasons)}")
    return render_template("programme/booking_times.html", form=form, entries=entries), form.status


_PUBLISHED = {
    When.NOW: "{{n}} published. People find them in the programme.",
    When.SET_TIME: "{{n}} will be published on {at}.",
    When.NOT_BY_ITSELF: "{{n}} will not be published by themselves.",
}


def _publish(form: PublishForm, keys: list[int]) -> Outcome:
    viewer = current_viewer()
    if form.when.data is When.SET_TIME and form.publish_at is not None:
        return publish_at(viewer, keys, form.publish_at)
    if form.when.data is When.NOT_BY_ITSELF:
        return take_back_publishing(viewer, keys)
    return publish_together(viewer, keys)


def _tell(outcome: Outcome, sentence: str) -> None:
    """Say what was done, and of each that was left why."""
    if outcome.done:
        flash(sentence.format(n=count(len(outcome.done), "session")), "success")
    for left in outcome.left:
        flash(f"Left as it was: {left.title} ({left.ref}). {'. '.join(left.reasons)}.", "warning")


def _references() -> list[str]:
    return request.values.getlist("session")


def _chosen() -> list[Entry]:
    """The drafts that were ticked, or all that are ready; soonest first."""
    entries = coming_drafts(current_viewer())
    if request.method == "GET" and "ready" in request.args:
        return [entry for entry in entries if not entry.missing]
    wanted = {reference.strip().upper() for reference in _references()}
    return [entry for entry in entries if entry.session.ref in wanted]


def _choose_first() -> ResponseReturnValue:
    if request.method == "POST" or _references():
        flash("None of the chosen sessions is a draft any more. Somebody has published or discarded them.", "warning")
    else:
        flash(f"{NOTHING_CHOSEN}.", "warning")
    return redirect(url_for("programme.drafts"))
