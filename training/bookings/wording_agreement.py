"""What a page says, before somebody books, about the agreement of their line manager."""

from collections.abc import Collection

from training.bookings.agreement_rule import agreement_of_partnership, own_rules, rules_for_jobs
from training.catalogue.models import Agreement, Course
from training.core import clock
from training.core.viewer import Viewer
from training.people.queries import current_employments

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
_ASKED_IN_SOME = "we ask your line manager when you book, and a free place is held for you while they answer."
DIFFERS = "It depends on the role in which you come; the page on which you book says which."
SOME_DIFFER = "Some agencies have a rule of their own: sign in to see yours."


def asked_in_words(rules: Collection[Agreement]) -> str:
    """What whoever books should know where their manager is asked, in every role or in some; empty where in none."""
    if Agreement.ASKED not in rules:
        return ""
    return AGREEMENT_IN_WORDS[Agreement.ASKED] if len(rules) == 1 else f"In some of your roles: {_ASKED_IN_SOME}"


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
