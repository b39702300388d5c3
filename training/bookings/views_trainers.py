"""Who stands behind a trainer's link: for every page that such a link opens, of this stage and of later ones."""

from flask import abort

from training.core.links import SignedLink
from training.core.viewer import Viewer, ViewerKind
from training.schedule.links import TEACHING, is_over_for_trainer
from training.schedule.models import TrainerAssignment
from training.schedule.queries_trainers import assignment_of_link
from training.schedule.reach import teaches_at
from training.web.links import link_of


def viewer_of_link(link: SignedLink, *, in_place: bool = False) -> Viewer:
    """Who holds a trainer's link: the person it was sent to, for that one assignment; nobody in particular if gone.

    `in_place` is for a link that went to somebody else, who answers for the trainer: nobody in particular either.
    """
    viewer = Viewer(ViewerKind.LINK, link_id=link.id, link_opens=(TrainerAssignment.__tablename__, link.subject_id))
    assignment = assignment_of_link(viewer)
    if assignment is None or in_place:
        return viewer
    return Viewer(viewer.kind, assignment.person_id, link_id=link.id, link_opens=viewer.link_opens)


def trainer_by_link(token: str) -> tuple[Viewer, TrainerAssignment]:
    """Who stands behind `token`, for a page below their link, and their assignment; aborts where it opens nothing."""
    link = link_of(TEACHING, token)
    viewer = viewer_of_link(link)
    assignment = assignment_of_link(viewer)
    if assignment is None or is_over_for_trainer(assignment) or not teaches_at(viewer, assignment.session_id):
        abort(404)
    return viewer, assignment
