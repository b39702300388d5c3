"""Pages of files that people brought: what would happen row by row, applying it, giving it up, undoing it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, case, func, select, true

from training.core.batch_applying import APPLY, AT_ONCE, apply_batch, give_up, rows_to_apply
from training.core.batch_kinds import BatchKind, kind_called, label_of
from training.core.batch_reading import bring_file
from training.core.batch_undoing import UNDO, undo_batch, what_stays
from training.core.batches import BATCH_STATE_LABELS, Batch, BatchRow, BatchState, Verdict
from training.core.database import db
from training.core.refusal import Refused
from training.core.spreadsheets import MOST_BYTES, Column
from training.core.tasks import Task, TaskKind, TaskState, start_task
from training.core.viewer import Role, Viewer
from training.web.access import current_viewer
from training.web.batch_previews import preview_of
from training.web.fields import CheckboxField, FileField
from training.web.forms import Form
from training.web.paging import page_asked_for, paged
from training.web.sheets import csv_download
from training.web.workbooks import workbook_download

blueprint = Blueprint("batches", __name__)

SECONDS_BETWEEN_LOOKS = 3
VERDICT_LABELS = {
    Verdict.PROBLEM: "Problem",
    Verdict.ADD: "Added",
    Verdict.CHANGE: "Changed",
    Verdict.LEAVE: "Leaves",
    Verdict.SAME: "As it is",
}
VERDICT_TONES = {
    Verdict.PROBLEM: "problem",
    Verdict.ADD: "good",
    Verdict.CHANGE: "waiting",
    Verdict.LEAVE: "waiting",
    Verdict.SAME: "neutral",
}
STATE_TONES = {
    BatchState.READING: "waiting",
    BatchState.READY: "waiting",
    BatchState.REFUSED: "problem",
    BatchState.APPLIED: "good",
    BatchState.DISCARDED: "neutral",
    BatchState.UNDONE: "neutral",
}
_FIRST = list(VERDICT_LABELS)


@dataclass(frozen=True)
class Room:
    """Where the pages stand: at the desk, where an officer sees every file, or in an agency, where leads see theirs."""

    prefix: str
    is_desk: bool

    def endpoint(self, name: str) -> str:
        """The endpoint of one of the pages in this room."""
        return f"batches.{self.prefix}_{name}"


DESK, AGENCY = Room("desk", True), Room("agency", False)


class FileForm(Form):
    """A file of a list."""

    file = FileField("File", ask="a file", types=(".csv", ".xlsx"), most_megabytes=MOST_BYTES // 1_000_000)


class SureForm(Form):
    """The box to tick below a warning."""

    sure = CheckboxField(
        "I have checked this, and it is right", required=True, ask="that you have checked this and it is right"
    )


def bring(kind: BatchKind, form: FileForm, given: Mapping[str, Any], room: Room) -> ResponseReturnValue:
    """Take in the file of a valid form and lead to its preview; raises Refused where the viewer may not."""
    upload = form.file.data
    if upload is None:
        raise ValueError("the form was not validated")
    batch, _task = bring_file(
        current_viewer(),
        kind,
        str(upload.filename or ""),
        upload.stream.read(),
        given,
        lambda ref: url_for(room.endpoint("show"), ref=ref),
    )
    return redirect(url_for(room.endpoint("show"), ref=batch.ref))


def template_download(name: str, columns: tuple[Column, ...], ending: str) -> Response:
    """An empty list with its headings and one invented row, as `csv` or `xlsx`."""
    header, example = [column.heading for column in columns], [column.example for column in columns]
    download = csv_download if ending == "csv" else workbook_download
    return download(f"{name}.{ending}", header, [example])


def batches_within_reach(viewer: Viewer, room: Room) -> Select[Batch]:
    """The files `viewer` may see, newest first: all for an officer at the desk, else those they brought.

    What a stage keeps as a batch without a file, to take it back as one, has a page of its own.
    """
    everything = room.is_desk and (viewer.is_machine or viewer.has(Role.OFFICER))
    reach = true() if everything else Batch.asked_by_id == viewer.person_id
    return select(Batch).where(reach, Batch.file_name != "").order_by(Batch.id.desc())


def index(room: Room) -> ResponseReturnValue:
    """All files that were brought, newest first."""
    page = paged(batches_within_reach(current_viewer(), room), page_asked_for())
    return render_template(
        "web/batches.html", page=page, room=room, states=BATCH_STATE_LABELS, tones=STATE_TONES, label_of=label_of
    )


def show(room: Room, ref: str) -> ResponseReturnValue:
    """One file: how far it is, what it would do row by row, or what it did; problems first."""
    batch, kind = _found(room, ref)
    return _shown(room, batch, kind, SureForm())


def _shown(room: Room, batch: Batch, kind: BatchKind | None, form: SureForm) -> ResponseReturnValue:
    counts = _counts(batch)
    wanted = _verdict_asked_for()
    rows = select(BatchRow).where(BatchRow.batch_id == batch.id)
    if wanted is not None:
        rows = rows.where(BatchRow.verdict == wanted)
    first = case({verdict.value: place for place, verdict in enumerate(_FIRST)}, value=BatchRow.verdict)
    working = _work_on(room, batch)
    preview = preview_of(batch.kind) if counts else None
    return render_template(
        "web/batch.html",
        batch=batch,
        kind=kind,
        room=room,
        form=form,
        page=replace(
            paged(rows.order_by(first, BatchRow.number), page_asked_for()),
            path=url_for(room.endpoint("show"), ref=batch.ref),
        ),
        counts=counts,
        staged=sum(counts.values()),
        wanted=wanted,
        verdicts=VERDICT_LABELS,
        verdict_tones=VERDICT_TONES,
        label=label_of(batch.kind),
        state=BATCH_STATE_LABELS[batch.state],
        tone=STATE_TONES[batch.state],
        working=working,
        deeds=rows_to_apply(batch),
        blocked=_is_blocked(kind, counts),
        warning=_warning(batch, kind, counts),
        preview=preview and preview.template,
        shown=preview.context(current_viewer(), batch) if preview else {},
        look_again=SECONDS_BETWEEN_LOOKS if batch.state is BatchState.READING or working else None,
    ), form.status


def problems(room: Room, ref: str) -> ResponseReturnValue:
    """The rows that are a problem, with what is wrong and what was read, as a file to mend and bring again."""
    batch, kind = _found(room, ref)
    columns = kind.columns if kind else ()
    rows = db.session.scalars(
        select(BatchRow)
        .where(BatchRow.batch_id == batch.id, BatchRow.verdict == Verdict.PROBLEM)
        .order_by(BatchRow.number)
    )
    header = ["row", "problem", *(column.heading for column in columns)]
    lines = [
        [row.number, " ".join(row.sentences), *(row.values["cells"].get(column.name, "") for column in columns)]
        for row in rows
    ]
    return csv_download(f"problems-{batch.ref.lower()}.csv", header, lines)


def apply(room: Room, ref: str) -> ResponseReturnValue:
    """Carry out the file: at once, or in the background where it is long; a warning needs its box ticked."""
    batch, kind = _found(room, ref)
    form = SureForm()
    if _warning(batch, kind, _counts(batch)) and not form.validate_on_submit():
        return _shown(room, batch, kind, form)
    if rows_to_apply(batch) > AT_ONCE:
        return _in_background(room, batch, APPLY, {"batch": batch.id})
    try:
        outcome = apply_batch(current_viewer(), batch.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash(outcome.sentence, "warning" if outcome.different else "success")
    return _back(room, ref)


def throw_away(room: Room, ref: str) -> ResponseReturnValue:
    """Stop reading the file, or keep nothing of it."""
    batch, _kind = _found(room, ref)
    try:
        give_up(current_viewer(), batch.id)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
    else:
        flash("Nothing of the file was kept.", "success")
    return _back(room, ref)


def undo(room: Room, ref: str) -> ResponseReturnValue:
    """What undoing would take back and what has to stay; the button does it."""
    batch, _kind = _found(room, ref)
    form = Form()
    try:
        staying = what_stays(current_viewer(), batch)
    except Refused as refusal:
        flash(f"{refusal.sentence}.", "warning")
        return _back(room, ref)
    if form.validate_on_submit():
        rest = request.form.get("rest") == "yes"
        if _applied_rows(batch) > AT_ONCE:
            return _in_background(room, batch, UNDO, {"batch": batch.id, "rest": rest})
        try:
            flash(undo_batch(current_viewer(), batch.id, rest=rest), "success")
            return _back(room, ref)
        except Refused as refusal:
            form.add_error(refusal.sentence)
    return render_template(
        "web/batch_undo.html",
        batch=batch,
        room=room,
        form=form,
        staying=staying,
        going=_applied_rows(batch) - len(staying),
        label=label_of(batch.kind),
    ), form.status


def _found(room: Room, ref: str) -> tuple[Batch, BatchKind | None]:
    """The file with this reference, if it is in reach and of a kind that the viewer may still bring; else 404."""
    viewer = current_viewer()
    batch = db.session.scalar(batches_within_reach(viewer, room).where(Batch.ref == ref.strip().upper()))
    if batch is None:
        abort(404)
    kind = kind_called(batch.kind)
    if kind is not None and not kind.may(viewer, batch.given):
        abort(404)
    return batch, kind


def _counts(batch: Batch) -> dict[Verdict, int]:
    found = db.session.execute(
        select(BatchRow.verdict, func.count()).where(BatchRow.batch_id == batch.id).group_by(BatchRow.verdict)
    )
    counted = {verdict: count for verdict, count in found}  # noqa: C416 - rows, not pairs
    return {verdict: counted[verdict] for verdict in _FIRST if verdict in counted}


def _is_blocked(kind: BatchKind | None, counts: Mapping[Verdict, int]) -> bool:
    return kind is not None and kind.whole and counts.get(Verdict.PROBLEM, 0) > 0


def _warning(batch: Batch, kind: BatchKind | None, counts: Mapping[Verdict, int]) -> str:
    """What is to be read and ticked before the file is applied; empty where it cannot be applied anyway."""
    if kind is None or batch.state is not BatchState.READY or _is_blocked(kind, counts):
        return ""
    return kind.warning(batch)


def _verdict_asked_for() -> Verdict | None:
    text = request.args.get("show", "")
    return next((verdict for verdict in Verdict if verdict.value == text), None)


def _work_on(room: Room, batch: Batch) -> bool:
    """Whether the worker is to apply or undo it, or is at it now."""
    page = url_for(room.endpoint("show"), ref=batch.ref)
    found = select(Task.id).where(
        Task.leads_to == page,
        Task.kind.in_((APPLY.name, UNDO.name)),
        Task.state.in_((TaskState.WAITING, TaskState.RUNNING)),
    )
    return db.session.scalar(found.limit(1)) is not None


def _applied_rows(batch: Batch) -> int:
    return sum(bool(journal) for journal in db.session.scalars(
        select(BatchRow.journal).where(BatchRow.batch_id == batch.id)
    ))  # fmt: skip


def _in_background(room: Room, batch: Batch, kind: TaskKind, given: dict[str, Any]) -> ResponseReturnValue:
    page = url_for(room.endpoint("show"), ref=batch.ref)
    db.session.execute(select(Batch.id).where(Batch.id == batch.id).with_for_update()).all()
    if not _work_on(room, batch):
        start_task(current_viewer(), kind, given, leads_to=page)
    return redirect(page)


def _back(room: Room, ref: str) -> ResponseReturnValue:
    return redirect(url_for(room.endpoint("show"), ref=ref))
