"""The coming term at the desk, month by month, and the same as a file."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from training.catalogue.models import MODE_LABELS
from training.core.viewer import DESK_ROLES, Role
from training.programme.blueprint import blueprint
from training.programme.forms import ProgrammeFilterForm
from training.programme.months import months_of
from training.programme.queries import Entry, closures_between, overdue_drafts, programme_of
from training.programme.rules import Mark
from training.programme.term_dates import Term
from training.programme.writing import HEADER, SHEET, download_rows
from training.schedule.models import SESSION_STATUS_LABELS, SessionStatus
from training.schedule.rules import PartTimes
from training.web import access
from training.web.access import current_viewer
from training.web.navigation import register_desk_section
from training.web.sheets import csv_download
from training.web.workbooks import workbook_download

register_desk_section("Programme", "programme.desk_programme", position=15, prefixes=("/desk/programme",))

TONES = {
    SessionStatus.DRAFT: "waiting",
    SessionStatus.PUBLISHED: "good",
    SessionStatus.CALLED_OFF: "problem",
    SessionStatus.FINISHED: "over",
}
QUIET_MARKS = frozenset({Mark.SCHOOL_HOLIDAY})
"""What is often meant, so that it does not shout."""


@dataclass(frozen=True)
class Sitting:
    """One day of a session in the calendar."""

    entry: Entry
    part: PartTimes
    number: int


@dataclass(frozen=True)
class TermLink:
    """Another term, and the way to it with the same filters."""

    term: Term
    href: str


@blueprint.get("/desk/programme")
@access.only(*DESK_ROLES)
def desk_programme() -> ResponseReturnValue:
    """What does the coming term look like, month by month, and what in it needs a look?"""
    viewer = current_viewer()
    form = ProgrammeFilterForm(request.args)
    form.offer(viewer)
    form.validate()
    term = form.wanted_term
    entries = programme_of(viewer, term.first, term.last, form.filters)
    page = render_template(
        "programme/term.html",
        form=form,
        term=term,
        before=_link(term.later(-1)),
        after=_link(term.later(1)),
        entries=entries,
        months=months_of(term.months, _days(entries), closures_between(viewer, term.first, term.last)),
        counts={status: sum(entry.session.status is status for entry in entries) for status in SessionStatus},
        troubled=[entry for entry in entries if entry.has_problems],
        overdue=overdue_drafts(viewer),
        is_filtered=any(request.args.get(name) for name in ("course", "status", "mode")),
        modes=MODE_LABELS,
        statuses=SESSION_STATUS_LABELS,
        tones=TONES,
        quiet_marks=QUIET_MARKS,
        may_load=viewer.has(Role.OFFICER),
        asked=_asked(),
    )
    return page, 400 if form.failed else 200


@blueprint.get("/desk/programme/term/<any(csv, xlsx):ending>")
@access.only(*DESK_ROLES)
def download(ending: str) -> ResponseReturnValue:
    """The sessions of a term as a file, in the columns in which a programme is loaded."""
    viewer = current_viewer()
    form = ProgrammeFilterForm(request.args)
    form.offer(viewer)
    if not form.validate():
        abort(404)
    term = form.wanted_term
    rows = download_rows(programme_of(viewer, term.first, term.last, form.filters))
    name = f"programme-{term}.{ending}"
    return csv_download(name, HEADER, rows) if ending == "csv" else workbook_download(name, HEADER, rows, sheet=SHEET)


def _asked() -> dict[str, str]:
    return {name: request.args[name] for name in ("term", "course", "status", "mode") if request.args.get(name)}


def _link(term: Term) -> TermLink:
    kept = {name: value for name, value in _asked().items() if name != "term"}
    return TermLink(term, f"{request.path}?{urlencode({'term': str(term), **kept})}")


def _days(entries: list[Entry]) -> list[tuple[date, Sitting]]:
    return [
        (part.on, Sitting(entry, part, number)) for entry in entries for number, part in enumerate(entry.slot.parts, 1)
    ]
