"""The register for a guest trainer: behind the link of their one assignment, and nothing else."""

from flask import url_for
from flask.typing import ResponseReturnValue

from training.attendance.blueprint import blueprint
from training.attendance.register_pages import close_page, register_page, sheet_of
from training.bookings.views_trainers import trainer_by_link
from training.web import access


class LinkWays:
    """The pages around a register for whoever holds a trainer's link: all of them below it."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.back: tuple[str, str] = (url_for("links.open_link", token=token), "Back to the session")
        self.needs = url_for("bookings.link_needs", token=token)

    def register(self, part: int) -> str:
        """The register of a part."""
        return url_for("attendance.link_register", token=self.token, part=part)

    def close(self, part: int) -> str:
        """Closing it."""
        return url_for("attendance.link_close", token=self.token, part=part)


@blueprint.route("/link/<string:token>/register/<int:part>", methods=["GET", "POST"])
@access.link_holder
def link_register(token: str, part: int) -> ResponseReturnValue:
    """Mark who is here, as the guest trainer of the session."""
    viewer, assignment = trainer_by_link(token)
    return register_page(viewer, sheet_of(viewer, assignment.course_session.ref, part), LinkWays(token))


@blueprint.route("/link/<string:token>/register/<int:part>/close", methods=["GET", "POST"])
@access.link_holder
def link_close(token: str, part: int) -> ResponseReturnValue:
    """Close the register, as the guest trainer of the session."""
    viewer, assignment = trainer_by_link(token)
    return close_page(viewer, sheet_of(viewer, assignment.course_session.ref, part), LinkWays(token))
