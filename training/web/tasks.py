"""Pages of long work: how far it is, and what came of it."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from training.core.tasks import TASK_STATE_LABELS, Task, TaskState, find_task, tasks_within_reach
from training.core.viewer import DESK_ROLES, Role, Viewer
from training.web import access
from training.web.access import current_viewer
from training.web.paging import page_asked_for, paged

blueprint = Blueprint("tasks", __name__)

STATE_TONES = {
    TaskState.WAITING: "waiting",
    TaskState.RUNNING: "waiting",
    TaskState.DONE: "good",
    TaskState.REFUSED: "problem",
}
SECONDS_BETWEEN_LOOKS = 3


@blueprint.get("/desk/tasks")
@access.only(*DESK_ROLES)
def index() -> ResponseReturnValue:
    """All long work, newest first."""
    page = paged(tasks_within_reach(current_viewer()), page_asked_for())
    return render_template("web/tasks.html", page=page, states=TASK_STATE_LABELS, tones=STATE_TONES)


@blueprint.get("/desk/tasks/<string:ref>")
@access.only(*DESK_ROLES)
def show(ref: str) -> ResponseReturnValue:
    """One piece of work; the page looks again by itself until it is over."""
    task = find_task(current_viewer(), ref)
    if task is None:
        abort(404)
    return render_template(
        "web/task.html",
        task=task,
        state=TASK_STATE_LABELS[task.state],
        tone=STATE_TONES[task.state],
        leads_to=_leads_to(task, current_viewer()),
        look_again=None if task.is_over else SECONDS_BETWEEN_LOOKS,
    )


def _leads_to(task: Task, viewer: Viewer) -> str:
    """Where `viewer` can see the result; empty where it has no page of theirs: files are for who brought them, and
    for officers at the desk.
    """
    if task.asked_by_id is not None and task.asked_by_id == viewer.person_id:
        return task.leads_to
    return task.leads_to.replace("/agency/imports/", "/desk/imports/") if viewer.has(Role.OFFICER) else ""
