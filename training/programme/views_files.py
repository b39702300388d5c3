"""Loading a programme from a spreadsheet: the page, the empty list, and the months of what a file would add."""

from dataclasses import dataclass

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from training.core.batch_applying import as_read
from training.core.batches import Batch, BatchRow, Verdict
from training.core.database import db
from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.programme.blueprint import blueprint
from training.programme.importing import IMPORT, LOOK
from training.programme.months import Month, months_between, months_of
from training.programme.names import Courses
from training.programme.queries import closures_between
from training.programme.reading import COLUMNS, understood
from training.programme.writing import HEADER, NAMES_SHEET, SHEET, example_row, names_sheet
from training.schedule.rules import PartTimes
from training.web import access
from training.web.access import current_viewer
from training.web.batch_previews import register_preview
from training.web.batches import DESK, VERDICT_LABELS, VERDICT_TONES, FileForm, bring
from training.web.sheets import csv_download
from training.web.workbooks import workbook_download


@dataclass(frozen=True)
class FileSitting:
    """One day of a session as a row of a file has it."""

    row: BatchRow
    title: str
    part: PartTimes
    number: int
    parts: int

    @property
    def looks(self) -> list[str]:
        """What deserves a look, or is wrong, as sentences."""
        if self.row.verdict is Verdict.PROBLEM:
            return self.row.sentences
        return [sentence.removeprefix(LOOK) for sentence in self.row.sentences if sentence.startswith(LOOK)]


@blueprint.route("/desk/programme/load", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def load() -> ResponseReturnValue:
    """Bring a programme as a file, which is previewed month by month before anything is drafted."""
    form = FileForm()
    if form.validate_on_submit():
        try:
            return bring(IMPORT, form, {}, DESK)
        except Refused as refusal:
            form.add_error(refusal.sentence, "file")
    return render_template("programme/load.html", form=form, columns=COLUMNS, names_sheet=NAMES_SHEET), form.status


@blueprint.get("/desk/programme/load/template/<any(csv, xlsx):ending>")
@access.only(Role.OFFICER)
def load_template(ending: str) -> Response:
    """An empty programme to fill in; as a workbook with the names that can stand in it."""
    if ending == "csv":
        return csv_download("programme.csv", HEADER, [example_row()])
    more = [names_sheet(current_viewer())]
    return workbook_download("programme.xlsx", HEADER, [example_row()], sheet=SHEET, more=more)


def _months_of_file(viewer: Viewer, batch: Batch) -> dict[str, object]:
    """The months of the sessions in a file, as far as their days could be read."""
    rows = db.session.scalars(select(BatchRow).where(BatchRow.batch_id == batch.id).order_by(BatchRow.number)).all()
    found, _problems = understood([as_read(row) for row in rows])
    courses = Courses()
    sittings = [
        (part.on, FileSitting(row, _title(courses, read.course), part, number, len(read.parts)))
        for row, read in zip(rows, found, strict=True)
        for number, part in enumerate(sorted(read.parts), 1)
    ]
    sittings.sort(key=lambda sitting: sitting[1].part)
    months: list[Month[FileSitting]] = []
    if sittings:
        first, last = sittings[0][0], sittings[-1][0]
        filled = {on.replace(day=1) for on, _sitting in sittings}
        wanted = [month for month in months_between(first, last) if month in filled]
        months = months_of(wanted, sittings, closures_between(viewer, first, last))
    return {"months": months, "verdicts": VERDICT_LABELS, "tones": VERDICT_TONES, "is_open": batch.applied_at is None}


def _title(courses: Courses, text: str) -> str:
    try:
        return courses.called(text).title
    except Refused:
        return text or "No course"


register_preview(IMPORT, "programme/file_months.html", _months_of_file)
