"""Pages on what the line managers of an agency have to say about bookings: the officer sets it, the lead sees it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from training.agencies.blueprint import agency_or_404
from training.agencies.models import Agency
from training.agencies.views import register_agency_section
from training.bookings.agreement_rule import agreement_above, own_rules, rules_found
from training.bookings.blueprint import blueprint
from training.bookings.operations_agreement_rule import set_agency_rule
from training.catalogue.models import AGREEMENT_LABELS, Agreement
from training.core.database import db
from training.core.viewer import Role, Viewer
from training.people.queries_agency import own_agencies
from training.web import access
from training.web.access import current_viewer
from training.web.choices import Choice
from training.web.fields import RadioField
from training.web.forms import Form

NO_OWN = "none-of-its-own"


class AgencyRuleForm(Form):
    """What the agency's line managers have to say about bookings."""

    rule = RadioField("What do line managers have to say?", ask="what line managers have to say")

    @property
    def agreement(self) -> Agreement | None:
        """What was chosen; None for no rule of its own."""
        return None if self.rule.data == NO_OWN else Agreement(self.rule.data)


def rule_part(_viewer: Viewer, agency: Agency) -> dict[str, object]:
    """What the section of an agency's page shows: the rule in words and whose it is."""
    found = rules_found([agency.id])[agency.id]
    return {"rule": AGREEMENT_LABELS[found.agreement], "whose": _whose(agency.id, found.agency_id)}


register_agency_section("What line managers have to say about bookings", "bookings/agency_rule_part.html", rule_part)


@blueprint.route("/desk/agencies/<string:code>/agreement", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def agency_rule(code: str) -> ResponseReturnValue:
    """Say what the line managers of an agency have to say about bookings."""
    agency = agency_or_404(code)
    own = own_rules().get(agency.id)
    form = AgencyRuleForm(data={"rule": own.value if own else NO_OWN})
    above = AGREEMENT_LABELS[agreement_above(agency.id)]
    form.rule.choices = [
        Choice(NO_OWN, "It has no rule of its own", f"Then: {above[0].lower()}{above[1:]}"),
        *(Choice(rule.value, label) for rule, label in AGREEMENT_LABELS.items()),
    ]
    if form.validate_on_submit():
        set_agency_rule(current_viewer(), agency.id, form.agreement)
        flash(
            f"The rule of {agency.name} is set. Bookings that were made keep the rule they were made under.", "success"
        )
        return redirect(url_for("agencies.desk_agency", code=agency.code))
    return render_template("bookings/agency_rule.html", agency=agency, form=form), form.status


@blueprint.get("/agency/agreement")
@access.only(Role.AGENCY_LEAD)
def agency_rules() -> ResponseReturnValue:
    """What do the line managers of my agencies have to say about bookings?"""
    mine = own_agencies(current_viewer())
    found = rules_found([key for key, _ in mine])
    others = {rule.agency_id for rule in found.values() if rule.agency_id is not None}
    names = {
        row.id: row.name for row in db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(others)))
    }
    rows = [
        (name, AGREEMENT_LABELS[found[key].agreement], _from_whom(key, found[key].agency_id, names))
        for key, name in mine
    ]
    return render_template("bookings/agency_rules.html", rows=rows)


def _whose(agency_id: int, of: int | None) -> str:
    names = {} if of is None else {of: db.session.scalar(select(Agency.name).where(Agency.id == of)) or ""}
    return _from_whom(agency_id, of, names)


def _from_whom(agency_id: int, of: int | None, names: dict[int, str]) -> str:
    if of is None:
        return "The rule of the partnership"
    return "Its own rule" if of == agency_id else f"The rule of {names[of]}"
