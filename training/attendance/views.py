"""The register of one part: the whole room on one page, for the session's trainers and the desk."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.attendance import views_link as views_link
from training.attendance import views_person as views_person
from training.attendance.blueprint import blueprint
from training.attendance.forms import ReopenForm
from training.attendance.operations import reopen_register
from training.attendance.register_pages import close_page, register_page, sheet_of
from training.core.refusal import Refused
from training.core.viewer import Role
from training.web import access
from training.web.access import current_viewer


class SignedInWays:
    """The pages around a register for somebody signed in: the desk, or a trainer of the session."""

    def __init__(self, ref: str) -> None:
        self.ref = ref
        self.needs = url_for("bookings.session_needs", ref=ref)
        self.back: tuple[str, str] = (url_for("homes.teaching"), "Teaching")
        if current_viewer().works_at_desk:
            self.back = (url_for("bookings.desk_session", ref=ref), f"Session {ref}")

    def register(self, part: int) -> str:
        """The register of a part."""
        return url_for("attendance.register", ref=self.ref, part=part)

    def close(self, part: int) -> str:
        """Closing it."""
        return url_for("attendance.close", ref=self.ref, part=part)


@blueprint.route("/sessions/<string:ref>/register/<int:part>", methods=["GET", "POST"])
@access.signed_in
def register(ref: str, part: int) -> ResponseReturnValue:
    """Mark who is here; save, or save and go on to closing."""
    viewer = current_viewer()
    return register_page(viewer, sheet_of(viewer, ref, part), SignedInWays(ref))


@blueprint.route("/sessions/<string:ref>/register/<int:part>/close", methods=["GET", "POST"])
@access.signed_in
def close(ref: str, part: int) -> ResponseReturnValue:
    """Say what closing will do, and do it."""
    viewer = current_viewer()
    return close_page(viewer, sheet_of(viewer, ref, part), SignedInWays(ref))


@blueprint.route("/sessions/<string:ref>/register/<int:part>/reopen", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def reopen(ref: str, part: int) -> ResponseReturnValue:
    """Open a closed register again, with a reason."""
    sheet = sheet_of(current_viewer(), ref, part)
    form = ReopenForm()
    if form.validate_on_submit():
        try:
            reopen_register(current_viewer(), sheet.part.id, form.reason.data)
        except Refused as refusal:
            form.add_error(refusal.sentence, refusal.field)
        else:
            flash("The register is open again. Close it when it is right.", "success")
            return redirect(url_for("attendance.register", ref=ref, part=part))
    return render_template("attendance/reopen.html", sheet=sheet, form=form, ways=SignedInWays(ref)), form.status
