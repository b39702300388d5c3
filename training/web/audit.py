"""The desk's audit log: everything that was done, by whom, to whom and why; for officers, not for administrators."""

from collections.abc import Generator
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from training.core import audit_log
from training.core.audit_log import READERS, Found, Question
from training.core.subjects import keys_called, keys_named
from training.core.viewer import ViewerKind
from training.web import access
from training.web.access import current_viewer
from training.web.audit_words import ACTOR_LABELS, PERSON, Told, told
from training.web.fields import DateField, SelectField, TextField
from training.web.formats import short_moment
from training.web.forms import FilterForm
from training.web.navigation import register_desk_section
from training.web.paging import PER_PAGE
from training.web.sheets import Cell, csv_download

blueprint = Blueprint("audit", __name__)
register_desk_section("Audit log", "audit.index", *READERS, position=95, prefixes=("/desk/audit",))

MOST_ROWS = 10_000
"""How many entries one file holds; for more, ask for fewer days at a time."""
COLUMNS = ("When", "Who", "Reference of who", "Deed", "Kind", "About", "Reference", "From and to", "Why")


class AuditFilters(FilterForm):
    """What to show of the log."""

    who = TextField("Done by", required=False)
    kind = SelectField(
        "Done as", choices=ACTOR_LABELS, coerce=ViewerKind, first="Anybody", ask="who did it", required=False
    )
    about = TextField("About", required=False)
    deed = SelectField("Action", first="Any action", ask="an action", required=False)
    words = TextField("Words in the reason", required=False)
    begins = DateField("From", ask="the first day", required=False)
    ends = DateField("To", ask="the last day", required=False)

    def validate_ends(self, field: DateField) -> None:
        """The days must run forward."""
        if self.begins.data and field.data and field.data < self.begins.data:
            field.errors = [*field.errors, "The last day must be the same as or after the first day"]

    def question(self) -> Question:
        """What the filters ask."""
        return Question(
            actor_ids=keys_named(PERSON, self.who.data) if self.who.data else None,
            actor_kind=self.kind.data or None,
            about=keys_called(self.about.data) if self.about.data else None,
            deed=self.deed.data or "",
            from_on=self.begins.data,
            to_on=self.ends.data,
            words=self.words.data,
        )


@blueprint.get("/desk/audit")
@access.only(*READERS)
def index() -> ResponseReturnValue:
    """Who did what to whom, when and why; newest first, a page by the key of its last entry."""
    filters = _filters()
    valid = filters.validate()
    question = filters.question() if valid else Question()
    found = audit_log.found(current_viewer(), question, _before(), PER_PAGE)
    return render_template(
        "web/audit.html",
        form=filters,
        rows=told(found.entries),
        found=found,
        counted=audit_log.COUNTED,
        is_first=_before() is None,
        is_filtered=question != Question(),
        newest=_address(None),
        older=_older(found),
        sheet=f"{request.path}.csv?{urlencode(_kept(), doseq=True)}",
        most_rows=MOST_ROWS,
    ), 400 if filters.failed else 200


@blueprint.get("/desk/audit.csv")
@access.only(*READERS)
def sheet() -> ResponseReturnValue:
    """The entries of the audit log as a file; the newest `MOST_ROWS` of them."""
    filters = _filters()
    if not filters.validate():
        abort(404)
    return csv_download("audit-log.csv", COLUMNS, _rows(filters.question()))


def _filters() -> AuditFilters:
    filters = AuditFilters(request.args)
    filters.deed.choices = {deed: deed[:1].upper() + deed[1:] for deed in audit_log.deeds(current_viewer())}
    return filters


def _rows(question: Question) -> Generator[tuple[Cell, ...]]:
    before: int | None = None
    for _ in range(MOST_ROWS // 500):
        found = audit_log.found(current_viewer(), question, before, 500)
        yield from (_row(each) for each in told(found.entries))
        if not found.has_older:
            return
        before = found.entries[-1].id


def _row(each: Told) -> tuple[Cell, ...]:
    entry, who, subject = each.entry, each.who, each.subject
    return (
        short_moment(entry.happened_at),
        who.name,
        " ".join(who.arguments.values()),
        entry.deed,
        subject.label,
        subject.name,
        " ".join(subject.arguments.values()),
        each.changes,
        entry.reason,
    )


def _before() -> int | None:
    """The key of the entry that the page continues after; 404 for one that is no number."""
    text = request.args.get("before")
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 18:
        abort(404)
    return int(text)


def _kept() -> dict[str, list[str]]:
    """The filters in the address."""
    return {name: values for name, values in request.args.to_dict(flat=False).items() if name != "before"}


def _address(before: int | None) -> str:
    position = {} if before is None else {"before": [str(before)]}
    asked = urlencode({**_kept(), **position}, doseq=True)
    return f"{request.path}?{asked}" if asked else request.path


def _older(found: Found) -> str | None:
    return _address(found.entries[-1].id) if found.has_older else None
