"""Asks for an evaluation by mail, with a link and a code to answer it."""

from training.config import installation
from training.core.links import create_link
from training.core.outbox import Recipient, enqueue
from training.evaluations.links import EVALUATION
from training.evaluations.mail import END_ASKED, IMPACT_ASKED
from training.evaluations.models import EvaluationRequest, Stage
from training.people.queries_contacts import who_receives
from training.web.formats import day, moment

KINDS = {Stage.END: END_ASKED, Stage.IMPACT: IMPACT_ASKED}
WHO_READS = (
    "Your answers are read by the trainers of this session and the learning and development officer, without your name."
)
KEPT_TOGETHER = (
    "The system remembers that the answers are yours, only to compare what you say at different times. Figures are "
    "shown for five people or more."
)


def ask_by_mail(request: EvaluationRequest) -> bool:
    """Put the question into the outbox; False where somebody who walked in gave no address."""
    to = _recipient(request)
    if to is None:
        return False
    fresh = create_link(EVALUATION, request.id, expires_at=request.expires_at)
    course_session = request.course_session
    stream = f"booking:{request.booking_id}" if request.booking_id else f"walk-in:{request.walk_in_id}"
    enqueue(
        KINDS[request.stage],
        {
            "name": request.person.given_name if request.person else to.name,
            "title": course_session.course.title,
            "day": day(course_session.parts[-1].on),
            "answer": fresh.address,
            "code": fresh.code,
            "code_page": f"{installation().base_url}/link",
            "until": moment(request.expires_at),
            "who_reads": WHO_READS,
        },
        key=f"evaluation-asked:{request.id}",
        stream=stream,
        about=f"evaluation-request:{request.id}",
        to=to,
        secrets=fresh.secrets,
        not_after=request.expires_at,
    )
    return True


def _recipient(request: EvaluationRequest) -> Recipient | None:
    person, walk_in = request.person, request.walk_in
    if person is not None:
        return who_receives(person)
    if walk_in is not None and walk_in.address:
        return Recipient(walk_in.name, walk_in.address, walk_in.person_id)
    return None
