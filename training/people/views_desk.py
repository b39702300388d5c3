"""Pages of people at the desk: the list, one person, adding and changing them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.agencies.queries import agency_choices
from training.core import clock
from training.core.refusal import Refused
from training.core.viewer import DESK_ROLES, ROLE_LABELS, Role, Viewer
from training.people import operations, queries, queries_desk
from training.people.blueprint import blueprint
from training.people.forms import NewPersonForm, PeopleFilters, PersonForm
from training.people.models import STANDING_LABELS, Person
from training.people.operations import NewPerson
from training.people.queries_contacts import who_receives
from training.people.rules import grantable_roles, may_grant
from training.web import access
from training.web.access import current_viewer
from training.web.fields import Choice
from training.web.navigation import register_desk_section
from training.web.paging import page_asked_for, paged

register_desk_section(
    "People", "people.desk_people", *DESK_ROLES, Role.SYSTEM, position=40, prefixes=("/desk/people", "/desk/imports")
)

MEANWHILE = "Somebody else changed this meanwhile. Nothing of yours was saved. Check what it says now"


class Place(StrEnum):
    """Where a part stands on the page of one person, which is read out on the telephone from the top."""

    TRAINING = "training"
    SIGNING_IN = "signing in"
    DATA = "data"


@dataclass(frozen=True)
class PersonSection:
    """A part of the page of one person: its heading, and what makes its HTML for a viewer and a person's id."""

    place: Place
    heading: str
    template: str
    context: Callable[[Viewer, int], dict[str, object]]


_sections: list[PersonSection] = []


def register_person_section(
    place: Place, heading: str, template: str, context: Callable[[Viewer, int], dict[str, object]]
) -> None:
    """Add a part to the page of one person at the desk, once, when its stage is imported.

    `template` is included with the values that `context(viewer, person_id)` returns as `section`; the parts of one
    place stand in the order of the stages, and those on signing in only where there is an account.
    """
    if any(section.template == template for section in _sections):
        raise ValueError(f"the section {template} is already known")
    _sections.append(PersonSection(place, heading, template, context))


@blueprint.get("/desk/people")
@access.only(*DESK_ROLES, Role.SYSTEM)
def desk_people() -> ResponseReturnValue:
    """Everybody by name, with where they work and what they are; five queries whatever the length."""
    viewer = current_viewer()
    filters = PeopleFilters(request.args)
    filters.agency.choices = [Choice(str(key), name) for key, name in agency_choices(viewer, with_ended=True)]
    valid = filters.validate()
    chosen = (filters.words.data, filters.agency.data, _role(filters.role.data)) if valid else ("", None, None)
    page = paged(queries_desk.listed_people(viewer, *chosen), page_asked_for())
    ids = [row.id for row in page.rows]
    return render_template(
        "people/list.html",
        page=page,
        filters=filters,
        form=filters,
        workplaces=queries_desk.workplaces(viewer, ids),
        roles=queries_desk.present_roles(viewer, ids),
    ), 200 if valid else 400


@blueprint.get("/desk/people/<string:ref>")
@access.only(*DESK_ROLES, Role.SYSTEM)
def desk_person(ref: str) -> ResponseReturnValue:
    """One person on the telephone; a record that was merged leads to the one that was kept."""
    viewer = current_viewer()
    person = queries.person_by_ref(viewer, ref)
    if person is None:
        kept = queries.kept_ref(viewer, ref)
        return redirect(url_for("people.desk_person", ref=kept)) if kept else abort(404)
    return render_template(
        "people/person.html",
        person=person,
        jobs=queries.jobs_of(viewer, person.id),
        standing_labels=STANDING_LABELS,
        receives=who_receives(person),
        grants=queries.grants_of(viewer, person.id),
        messages=queries_desk.messages_to(viewer, person.id),
        parts={
            place: [(part, part.context(viewer, person.id)) for part in _sections if part.place is place]
            for place in Place
        },
        role_labels=ROLE_LABELS,
        may_grant=may_grant,
        may_grant_any=bool(grantable_roles(viewer)),
        today=clock.today(),
    )


@blueprint.route("/desk/people/new", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def new_person() -> ResponseReturnValue:
    """Add somebody with their present job."""
    viewer = current_viewer()
    form = NewPersonForm()
    form.offer(viewer)
    form.speak_of_somebody_else()
    if form.validate_on_submit():
        new = NewPerson(
            given_name=form.given_name.data,
            family_name=form.family_name.data,
            address=form.address.data or None,
            telephone=form.telephone.data,
            **asdict(form.job(form.staff_number.data)),
        )
        try:
            person = operations.add_person(viewer, new)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"{person.name} is added. Nothing was sent to them.", "success")
            return redirect(url_for("people.desk_person", ref=person.ref))
    return render_template("people/new_person.html", form=form), form.status


@blueprint.route("/desk/people/<string:ref>/edit", methods=["GET", "POST"])
@access.only(*DESK_ROLES)
def edit_person(ref: str) -> ResponseReturnValue:
    """Change names, telephone and address."""
    person = person_or_404(ref)
    form = PersonForm(obj=person)
    if form.validate_on_submit():
        wanted = {name: form[name].data for name in ("given_name", "family_name", "telephone")}
        try:
            if form.is_stale(person.row_version):
                raise Refused(MEANWHILE)
            operations.change_person(current_viewer(), person, wanted, form.address.data or None)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash(f"The details of {person.name} are saved.", "success")
            return redirect(url_for("people.desk_person", ref=person.ref))
    return render_template("people/edit_person.html", form=form, person=person), form.status


def person_or_404(ref: str) -> Person:
    """The person with this reference; 404 where there is none within reach."""
    person = queries.person_by_ref(current_viewer(), ref)
    if person is None:
        abort(404)
    return person


def _role(text: str | None) -> Role | None:
    return Role(text) if text else None
