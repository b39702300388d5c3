"""The page for a change of e-mail domain: asked, shown, and done as shown."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.agencies.blueprint import agency_or_404
from training.agencies.queries import domains_of
from training.core.refusal import Refused
from training.core.viewer import Role
from training.people import operations_domains
from training.people.blueprint import blueprint
from training.people.forms_domains import KEEP, ApplyDomainForm, DomainForm
from training.people.queries_domains import domain_change
from training.web import access
from training.web.access import current_viewer


@blueprint.route("/desk/agencies/<string:code>/domain", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def change_domain(code: str) -> ResponseReturnValue:
    """Move all addresses of a domain to another: choose, see what will happen, do it."""
    viewer, agency = current_viewer(), agency_or_404(code)
    asked = DomainForm(request.args)
    asked.offer(domains_of(viewer, agency))
    if not request.args:
        return render_template("people/domain.html", agency=agency, form=asked)
    if not asked.validate():
        return render_template("people/domain.html", agency=agency, form=asked), 400
    old, new, form = asked.old.data, asked.new.data, ApplyDomainForm()
    if form.validate_on_submit():
        try:
            done = operations_domains.change_domain(
                viewer, old, new, keep_old=asked.keep.data == KEEP, seen=form.seen.data
            )
        except Refused as refusal:
            form.add_error(refusal.sentence)
        else:
            moved = "1 address" if len(done.moving) == 1 else f"{len(done.moving)} addresses"
            flash(f"{moved} moved from {old} to {new}. Each person is told at the new one.", "success")
            return redirect(url_for("agencies.desk_agency", code=agency.code))
    change = domain_change(viewer, old, new)
    form.seen.data = change.fingerprint
    return render_template(
        "people/domain_change.html", agency=agency, asked=asked, form=form, change=change
    ), form.status
