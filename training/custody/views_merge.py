"""Pages of merging: finding the other record, both side by side, merging, taking it back, and likely duplicates."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.core.refusal import Refused
from training.core.viewer import Role, Viewer
from training.custody import queries_merge
from training.custody.blueprint import blueprint
from training.custody.forms import MergeForm, OtherRecordFilters, UndoForm
from training.custody.merging import plan
from training.custody.operations_merge import merge_people, refusal_of_merge
from training.custody.operations_unmerge import undo_merge
from training.people.models import Person
from training.people.queries import search_people
from training.people.queries_desk import workplaces
from training.people.views_desk import Place, person_or_404, register_person_section
from training.web import access
from training.web.access import current_viewer
from training.web.fields import Choice
from training.web.paging import page_asked_for, paged


def custody_part(viewer: Viewer, person_id: int) -> dict[str, Any]:
    """What the page of one person shows of custody: records merged into it, and the ways to the deeds."""
    return {
        "is_officer": viewer.has(Role.OFFICER),
        "merges": queries_merge.merges_of(viewer, person_id),
        "is_own": viewer.person_id == person_id,
    }


register_person_section(Place.DATA, "Records and data", "custody/person_part.html", custody_part)


@blueprint.get("/desk/people/duplicates")
@access.only(Role.OFFICER)
def duplicates() -> ResponseReturnValue:
    """Records that may be about one person."""
    page = paged(queries_merge.duplicates(current_viewer()), page_asked_for())
    return render_template("custody/duplicates.html", page=page)


@blueprint.get("/desk/people/<string:ref>/merge")
@access.only(Role.OFFICER)
def find_other(ref: str) -> ResponseReturnValue:
    """Find the other record of a person."""
    viewer, person = current_viewer(), person_or_404(ref)
    filters = OtherRecordFilters(request.args)
    valid = filters.validate()
    words = (filters.words.data or "") if valid else ""
    wanted = words or person.name
    page = paged(search_people(viewer, wanted).where(Person.id != person.id), page_asked_for())
    return render_template(
        "custody/find_other.html",
        person=person,
        filters=filters,
        words=wanted,
        page=page,
        workplaces=workplaces(viewer, [row.id for row in page.rows]),
    ), 200 if valid else 400


@blueprint.route("/desk/people/<string:ref>/merge/<string:other_ref>", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def merge(ref: str, other_ref: str) -> ResponseReturnValue:
    """Both records side by side, what would move, and the button."""
    viewer, first, second = current_viewer(), person_or_404(ref), person_or_404(other_ref)
    form = MergeForm()
    form.keep.choices = [Choice(person.ref, f"{person.name}, {person.ref}") for person in (first, second)]
    refusal = refusal_of_merge(viewer, first, second)
    if not refusal and form.validate_on_submit():
        kept, merged = (first, second) if form.keep.data == first.ref else (second, first)
        name, goes = kept.name, merged.ref
        try:
            merge_people(viewer, kept.id, merged.id, form.reason.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field)
        else:
            flash(f"{goes} is merged into the record of {name}.", "success")
            return redirect(url_for("people.desk_person", ref=kept.ref))
    return render_template(
        "custody/merge.html",
        form=form,
        refusal=refusal,
        sides=[queries_merge.side_of(person) for person in (first, second)],
        rows=queries_merge.rows_of_both(first, second),
        meetings=[] if refusal else queries_merge.meetings_in_words(plan(first.id, second.id), first, second),
    ), 400 if refusal and request.method == "POST" else form.status


@blueprint.route("/desk/people/<string:ref>/merges/<string:merge_ref>/undo", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def undo(ref: str, merge_ref: str) -> ResponseReturnValue:
    """Take a merge back, after saying what that does."""
    viewer, person = current_viewer(), person_or_404(ref)
    done = queries_merge.merge_by_ref(viewer, person, merge_ref)
    if done is None:
        abort(404)
    form = UndoForm()
    if form.validate_on_submit():
        goes = done.merged.ref
        try:
            undo_merge(viewer, done.id)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field)
        else:
            flash(f"{goes} is a record of its own again.", "success")
            return redirect(url_for("people.desk_person", ref=goes))
    return render_template("custody/undo_merge.html", form=form, person=person, merge=done), form.status
