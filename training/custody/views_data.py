"""Pages of what is held about one person: for themselves, and for an officer who answers their request."""

import json
from datetime import timedelta

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from training.config import installation
from training.core import audit, clock
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.custody.blueprint import blueprint
from training.custody.forms import ReasonForm
from training.custody.person_data import Section, data_of
from training.people.models import Person
from training.people.views_desk import person_or_404
from training.web import access
from training.web.access import current_viewer

GAVE_OUT = "took out everything held about the person"
OPEN_FOR = timedelta(hours=24)
"""How long an officer who has given a reason can read and download."""


@blueprint.get("/my/account/data")
@access.signed_in
def my_data() -> ResponseReturnValue:
    """Everything held about whoever is signed in, to read."""
    viewer = current_viewer()
    person = _own(viewer)
    return render_template(
        "custody/data.html", person=person, sections=data_of(viewer, person.id), is_own=True, at=clock.now()
    )


@blueprint.get("/my/account/data.json")
@access.signed_in
def my_data_as_json() -> ResponseReturnValue:
    """Everything held about me, for a machine to read."""
    viewer = current_viewer()
    return _as_json(_own(viewer), data_of(viewer, _own(viewer).id))


@blueprint.get("/my/account/data.html")
@access.signed_in
def my_data_as_page() -> ResponseReturnValue:
    """Everything held about me, as one page to keep."""
    viewer = current_viewer()
    return _as_page(_own(viewer), data_of(viewer, _own(viewer).id))


@blueprint.route("/desk/people/<string:ref>/data", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def take_out(ref: str) -> ResponseReturnValue:
    """Say why the data of a person are needed; the log keeps it."""
    viewer, person = current_viewer(), person_or_404(ref)
    form = ReasonForm()
    if form.validate_on_submit():
        audit.record(viewer, GAVE_OUT, person, reason=form.reason.data.strip())
        return redirect(url_for("custody.read_data", ref=person.ref))
    return render_template("custody/take_out.html", form=form, person=person), form.status


@blueprint.get("/desk/people/<string:ref>/data/read")
@access.only(Role.OFFICER)
def read_data(ref: str) -> ResponseReturnValue:
    """Everything held about a person, for an officer who has just said why."""
    viewer, person = current_viewer(), person_or_404(ref)
    if not _has_said_why(viewer, person):
        return redirect(url_for("custody.take_out", ref=person.ref))
    return render_template(
        "custody/data.html", person=person, sections=data_of(viewer, person.id), is_own=False, at=clock.now()
    )


@blueprint.get("/desk/people/<string:ref>/data/read.json")
@access.only(Role.OFFICER)
def read_data_as_json(ref: str) -> ResponseReturnValue:
    """Everything held about a person, for a machine to read."""
    viewer, person = current_viewer(), person_or_404(ref)
    if not _has_said_why(viewer, person):
        return redirect(url_for("custody.take_out", ref=person.ref))
    return _as_json(person, data_of(viewer, person.id))


@blueprint.get("/desk/people/<string:ref>/data/read.html")
@access.only(Role.OFFICER)
def read_data_as_page(ref: str) -> ResponseReturnValue:
    """Everything held about a person, as one page to hand over."""
    viewer, person = current_viewer(), person_or_404(ref)
    if not _has_said_why(viewer, person):
        return redirect(url_for("custody.take_out", ref=person.ref))
    return _as_page(person, data_of(viewer, person.id))


def _own(viewer: Viewer) -> Person:
    person = db.session.get(Person, viewer.person_id) if viewer.person_id is not None else None
    if person is None:
        abort(404)
    return person


def _has_said_why(viewer: Viewer, person: Person) -> bool:
    return (
        db.session.scalar(
            select(AuditEntry.id)
            .where(
                AuditEntry.actor_id == viewer.person_id,
                AuditEntry.deed == GAVE_OUT,
                AuditEntry.subject_kind == Person.__tablename__,
                AuditEntry.subject_id == person.id,
                AuditEntry.happened_at > clock.now() - OPEN_FOR,
            )
            .limit(1)
        )
        is not None
    )


def _as_json(person: Person, sections: list[Section]) -> Response:
    content = {
        "about": person.ref,
        "from": installation().mail_name,
        "made": clock.now().isoformat(timespec="seconds"),
        "data": {section.heading: section.rows for section in sections if not section.left_out},
        "left_out": {section.heading: section.left_out for section in sections if section.left_out},
    }
    return _download(
        json.dumps(content, ensure_ascii=False, indent=2), "application/json", f"data-{person.ref.lower()}.json"
    )


def _as_page(person: Person, sections: list[Section]) -> Response:
    page = render_template("documents/person_data.html", person=person, sections=sections, at=clock.now())
    return _download(page, "text/html; charset=utf-8", f"data-{person.ref.lower()}.html")


def _download(content: str, kind: str, name: str) -> Response:
    """Made for this one answer and kept nowhere: no cache on the way may keep it either."""
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
