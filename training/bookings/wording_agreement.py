"""What a page says, before somebody books, about the agreement of their line manager."""

from collections.abc import Sequence

from training.bookings.agreement_rule import agreement_of_partnership, agreements_for, own_rules, rules_for_jobs
from training.bookings.forms import agency_named
from training.bookings.terms import agreement_until
from training.catalogue.models import Agreement, Course
from training.core import clock
from training.core.viewer import Viewer
from training.people.models import Employment
from training.people.queries import current_employments
from training.people.queries_contacts import ContactKind, manager_contact
from training.schedule.models import CourseSession
from training.web.formats import moment

AGREEMENT_IN_WORDS = {
    Agreement.NONE: "You do not need your manager’s agreement.",
    Agreement.DECLARED: (
        "Agree it with your line manager before you book. If your account gives their email address, "
        "we tell them that you are coming."
    ),
    Agreement.ASKED: (
        "We ask your line manager when you book. If there is a place it is held for you while they answer; "
        "if they say no, or do not answer in time, it goes to somebody else."
    ),
}
DIFFERS = "It depends on the role in which you come; the page on which you book says which."
SOME_DIFFER = "Some agencies have a rule of their own: sign in to see yours."


def agreement_in_words(viewer: Viewer, course: Course) -> str:
    """The rule for the asker: of the agency they work for today, of the partnership where that is not known."""
    if course.agreement is not None:
        return AGREEMENT_IN_WORDS[course.agreement]
    if viewer.person_id is None:
        standard = AGREEMENT_IN_WORDS[agreement_of_partnership()]
        return f"{standard} {SOME_DIFFER}" if own_rules() else standard
    jobs = current_employments(viewer, viewer.person_id, clock.today())
    rules = rules_for_jobs(course, jobs)
    return AGREEMENT_IN_WORDS[rules.pop()] if len(rules) == 1 else DIFFERS


def before_booking(course_session: CourseSession, jobs: Sequence[Employment]) -> list[str]:
    """Which rule holds and who will be asked or told, to somebody about to book: a sentence or two for each job."""
    rules = agreements_for(course_session.course, {job.agency_id for job in jobs} or {None})
    if len(jobs) < 2:
        job = jobs[0] if jobs else None
        return [_rule_in_words(course_session, job, rules[job.agency_id if job else None])]
    said = [
        f"As {job.job_role or 'somebody'} at {agency_named(job)}: "
        + _rule_in_words(course_session, job, rules[job.agency_id])
        for job in jobs
    ]
    return list(dict.fromkeys(said))


def _rule_in_words(course_session: CourseSession, job: Employment | None, rule: Agreement) -> str:
    if rule is not Agreement.ASKED:
        return AGREEMENT_IN_WORDS[rule]
    after = (
        f"They have until {moment(agreement_until(course_session))}. If there is a place, it is kept for you "
        "meanwhile; if they say no, or nobody answers in time, it goes to somebody else."
    )
    contact = manager_contact(job) if job is not None else None
    if contact is not None and contact.kind is ContactKind.MANAGER:
        return f"We ask your line manager, {contact.name or contact.address}, whether you may go. {after}"
    unknown = "No address of a line manager is confirmed for you, so"
    if contact is not None and contact.kind is ContactKind.LEAD:
        return f"{unknown} we ask your agency’s training lead, {contact.name}, whether you may go. {after}"
    return f"{unknown} we ask the training team whether you may go. {after}"
