"""Rolling a past term forward: choosing it, looking at the new months, loading the sessions as drafts."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.core.batch_kinds import Plan
from training.core.batches import Verdict
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.programme.blueprint import blueprint
from training.programme.forms_rolling import RollForm, RollSourceForm, roll_form_for
from training.programme.importing import LOOK
from training.programme.months import Month, months_between, months_of
from training.programme.queries import closures_between
from training.programme.reading import days_later
from training.programme.rolling import (
    MOST_SESSIONS,
    Suggestion,
    load_rolled,
    planned,
    rows_of,
    suggestions,
    weeks_between,
)
from training.schedule.operations import times_of
from training.schedule.rules import PartTimes
from training.web import access
from training.web.access import current_viewer
from training.web.templating import new_form_token

Taken = list[tuple[int, Suggestion, date]]


@dataclass(frozen=True)
class RolledSitting:
    """One day of a session on its way into the new term."""

    number: int
    suggestion: Suggestion
    part: PartTimes
    looks: bool


@blueprint.route("/desk/programme/roll-forward", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def roll_forward() -> ResponseReturnValue:
    """Copy a past term to the same weeks of a new one, as drafts, after a look at every month of it."""
    viewer = current_viewer()
    source = RollSourceForm(request.args)
    source.offer(viewer)
    asked = bool(request.args)
    start = source.start.data
    if not asked or not source.validate() or start is None:
        return render_template("programme/roll_source.html", form=source), 400 if source.failed else 200
    first, last = source.source
    suggested = suggestions(viewer, first, last, start)
    if len(suggested) > MOST_SESSIONS:
        source.last.errors = [
            f"There are {len(suggested)} sessions. Choose fewer days: at most {MOST_SESSIONS} at once"
        ]
        return render_template("programme/roll_source.html", form=source), 400
    return _roll(viewer, source, suggested, (first, start))


def _roll(
    viewer: Viewer, source: RollSourceForm, suggested: list[Suggestion], begins: tuple[date, date]
) -> ResponseReturnValue:
    """The sessions with their suggested days, then as they were ticked and dated."""
    ask_trainers = bool(source.trainers.data)
    everything: Taken = [(number, each, each.on) for number, each in enumerate(suggested, 1)]
    plans = _plans(viewer, everything, ask_trainers=ask_trainers)
    form = roll_form_for(suggested, {number for number, plan in plans.items() if plan.verdict is Verdict.ADD})
    taken = everything
    if form.validate_on_submit():
        taken = form.taken()
        plans = _plans(viewer, taken, ask_trainers=ask_trainers)
        is_sound = not form.refuse(plans)
        if "look" in request.form:
            # The token that was sent is spent with this answer, so the next sending needs its own.
            form.form_token.data = new_form_token()
        elif is_sound and (answer := _loaded(viewer, form, taken, source)):
            return answer
    elif form.is_submitted():
        taken, plans = [], {}
    return render_template(
        "programme/roll_forward.html",
        form=form,
        source=source,
        weeks=weeks_between(*begins).days // 7,
        suggested=list(enumerate(suggested, 1)),
        plans=plans,
        looks={number: _looks(plan) for number, plan in plans.items()},
        months=_months(viewer, taken, plans),
        titles={number: each.session.course.title for number, each, _on in everything},
        here=request.full_path,
    ), form.status


def _loaded(viewer: Viewer, form: RollForm, taken: Taken, source: RollSourceForm) -> ResponseReturnValue | None:
    """The way to the batch once the sessions are loaded; None where that was refused, which the form then says."""
    rows = rows_of([(each, on) for _number, each, on in taken], ask_trainers=bool(source.trainers.data))
    try:
        batch = load_rolled(viewer, rows, f"Rolled forward: {source.source_name}")
    except Refused as refusal:
        form.add_error(refusal.sentence)
        return None
    flash(f"{len(rows)} drafts are in the programme. Only the desk sees them until they are published.", "success")
    return redirect(url_for("batches.desk_show", ref=batch.ref))


def _plans(viewer: Viewer, taken: Taken, *, ask_trainers: bool) -> dict[int, Plan]:
    """What loading would do, by the number of the session in the form."""
    rows = rows_of([(each, on) for _number, each, on in taken], ask_trainers=ask_trainers)
    found = planned(viewer, rows)
    return {number: found[row.number] for row, (number, _each, _on) in zip(rows, taken, strict=True)}


def _looks(plan: Plan) -> list[str]:
    return [sentence.removeprefix(LOOK) for sentence in plan.sentences if sentence.startswith(LOOK)]


def _months(viewer: Viewer, taken: Taken, plans: dict[int, Plan]) -> list[Month[RolledSitting]]:
    sittings = [
        (
            part.on,
            RolledSitting(number, each, part, plans[number].verdict is not Verdict.ADD or bool(_looks(plans[number]))),
        )
        for number, each, on in taken
        for part in days_later(times_of(each.session), (on - each.was_on).days)
    ]
    sittings.sort(key=lambda sitting: sitting[1].part)
    if not sittings:
        return []
    first, last = sittings[0][0], sittings[-1][0]
    filled = {on.replace(day=1) for on, _sitting in sittings}
    wanted = [month for month in months_between(first, last) if month in filled]
    return months_of(wanted, sittings, closures_between(viewer, first, last))
