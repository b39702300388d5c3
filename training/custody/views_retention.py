"""Pages of retention: what is held and for how long, what a run would remove, and anonymising one person."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from training.core.database import db
from training.core.refusal import Refused
from training.core.settings import setting_value
from training.core.viewer import Role
from training.custody import operations_retention, queries_retention, queries_retention_rows
from training.custody.anonymising import anonymise as anonymise_person
from training.custody.anonymising import refusal_of_anonymising
from training.custody.blueprint import blueprint
from training.custody.forms import AnonymiseForm, UndoForm
from training.custody.retention import AUTOMATIC, RecordClass, class_named
from training.people.models import Person
from training.people.views_desk import person_or_404
from training.web import access
from training.web.access import current_viewer
from training.web.paging import page_asked_for, paged


@blueprint.get("/desk/settings/retention")
@access.only(Role.OFFICER, Role.SYSTEM)
def retention() -> ResponseReturnValue:
    """How long everything is kept, and what is past its time."""
    return render_template(
        "custody/retention.html",
        classes=queries_retention.classes_as_they_stand(),
        runs=queries_retention.latest_runs(),
        is_automatic=setting_value(AUTOMATIC),
        automatic=AUTOMATIC,
    )


@blueprint.route("/desk/settings/retention/<string:name>", methods=["GET", "POST"])
@access.only(Role.OFFICER, Role.SYSTEM)
def retention_class(name: str) -> ResponseReturnValue:
    """What would be removed now of one kind of data, and the button that does it."""
    viewer, record_class = current_viewer(), _class_or_404(name)
    form = UndoForm()
    if form.validate_on_submit():
        task = operations_retention.ask_for_run(viewer, record_class)
        flash("The work has been asked for. It runs by itself.", "success")
        if viewer.works_at_desk:
            return redirect(url_for("tasks.show", ref=task.ref))
        return redirect(url_for("custody.retention"))
    people = None
    if record_class.names_people:
        due = record_class.due(record_class.older_than)
        people = paged(select(Person).where(Person.id.in_(due)).order_by(Person.sort_key, Person.id), page_asked_for())
    return render_template(
        "custody/retention_class.html",
        form=form,
        record_class=record_class,
        months=setting_value(record_class.setting),
        oldest=db.session.scalar(record_class.oldest()),
        due=operations_retention.past_its_time(record_class),
        people=people,
        going=[] if record_class.names_people else queries_retention_rows.first_to_go(record_class),
        page=people,
    ), form.status


@blueprint.route("/desk/people/<string:ref>/anonymise", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def anonymise(ref: str) -> ResponseReturnValue:
    """Anonymise one person, who asked for it."""
    viewer, person = current_viewer(), person_or_404(ref)
    form = AnonymiseForm(reference=person.ref)
    refusal = refusal_of_anonymising(viewer, person)
    if not refusal and form.validate_on_submit():
        try:
            anonymise_person(viewer, person.id, form.reason.data)
        except Refused as refused:
            form.add_error(refused.sentence, refused.field)
        else:
            flash(f"{person.ref} is anonymised.", "success")
            return redirect(url_for("people.desk_person", ref=person.ref))
    elif refusal and form.is_submitted():
        form.add_error(refusal)
    return render_template(
        "custody/anonymise.html",
        form=form,
        person=person,
        refusal=refusal,
        counted=queries_retention.what_stays(person.id),
    ), form.status


def _class_or_404(name: str) -> RecordClass:
    found = class_named(name)
    if found is None:
        abort(404)
    return found
