"""Where the pages of files stand: at the desk for officers, in their agency for leads."""

from flask.typing import ResponseReturnValue

from training.core.viewer import Role
from training.web import access, batches
from training.web.batches import AGENCY, DESK, blueprint


@blueprint.get("/desk/imports")
@access.only(Role.OFFICER)
def desk_index() -> ResponseReturnValue:
    """All files that were brought, newest first."""
    return batches.index(DESK)


@blueprint.get("/desk/imports/<string:ref>")
@access.only(Role.OFFICER)
def desk_show(ref: str) -> ResponseReturnValue:
    """One file: what it would do row by row, or what it did."""
    return batches.show(DESK, ref)


@blueprint.get("/desk/imports/<string:ref>/problems.csv")
@access.only(Role.OFFICER)
def desk_problems(ref: str) -> ResponseReturnValue:
    """The rows of a file that are a problem, to mend and bring again."""
    return batches.problems(DESK, ref)


@blueprint.post("/desk/imports/<string:ref>/apply")
@access.only(Role.OFFICER)
def desk_apply(ref: str) -> ResponseReturnValue:
    """Do what a file says."""
    return batches.apply(DESK, ref)


@blueprint.post("/desk/imports/<string:ref>/give-up")
@access.only(Role.OFFICER)
def desk_give_up(ref: str) -> ResponseReturnValue:
    """Stop reading a file, or keep nothing of it."""
    return batches.throw_away(DESK, ref)


@blueprint.route("/desk/imports/<string:ref>/undo", methods=["GET", "POST"])
@access.only(Role.OFFICER)
def desk_undo(ref: str) -> ResponseReturnValue:
    """Take back what a file did."""
    return batches.undo(DESK, ref)


@blueprint.get("/agency/imports")
@access.only(Role.AGENCY_LEAD)
def agency_index() -> ResponseReturnValue:
    """The files a lead brought, newest first."""
    return batches.index(AGENCY)


@blueprint.get("/agency/imports/<string:ref>")
@access.only(Role.AGENCY_LEAD)
def agency_show(ref: str) -> ResponseReturnValue:
    """One of the lead’s files: what it would do row by row, or what it did."""
    return batches.show(AGENCY, ref)


@blueprint.get("/agency/imports/<string:ref>/problems.csv")
@access.only(Role.AGENCY_LEAD)
def agency_problems(ref: str) -> ResponseReturnValue:
    """The rows of the lead’s file that are a problem, to mend and bring again."""
    return batches.problems(AGENCY, ref)


@blueprint.post("/agency/imports/<string:ref>/apply")
@access.only(Role.AGENCY_LEAD)
def agency_apply(ref: str) -> ResponseReturnValue:
    """Do what the lead’s file says."""
    return batches.apply(AGENCY, ref)


@blueprint.post("/agency/imports/<string:ref>/give-up")
@access.only(Role.AGENCY_LEAD)
def agency_give_up(ref: str) -> ResponseReturnValue:
    """Stop reading the lead’s file, or keep nothing of it."""
    return batches.throw_away(AGENCY, ref)


@blueprint.route("/agency/imports/<string:ref>/undo", methods=["GET", "POST"])
@access.only(Role.AGENCY_LEAD)
def agency_undo(ref: str) -> ResponseReturnValue:
    """Take back what the lead’s file did."""
    return batches.undo(AGENCY, ref)
