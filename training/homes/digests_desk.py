"""What an officer reads on Monday: how much of each kind needs somebody, by the lists of the desk; no names."""

from collections.abc import Callable

from training.core.viewer import Viewer
from training.homes import queries_desk, queries_desk_asked, queries_waiting
from training.homes.digest_sections import Section
from training.homes.queries_desk import DueList
from training.web.formats import count

NEEDS: tuple[tuple[Callable[[Viewer], DueList], str, str], ...] = (
    (queries_desk.failed_messages, "message that did not arrive", "messages that did not arrive"),
    (queries_desk.registers_not_closed, "register that is not closed", "registers that are not closed"),
    (queries_desk_asked.needs_not_met, "session with access needs not met", "sessions with access needs not met"),
    (queries_desk_asked.questions_about_bookings, "question about a booking", "questions about bookings"),
    (queries_desk_asked.bookings_to_agree, "booking that waits for agreement", "bookings that wait for agreement"),
    (queries_desk_asked.trainers_who_cannot, "trainer who cannot come", "trainers who cannot come"),
    (queries_desk_asked.trainers_unanswered, "trainer who has not answered", "trainers who have not answered"),
    (queries_desk_asked.declined_invitations, "declined invitation", "declined invitations"),
    (queries_desk_asked.managers_who_are_none, "line manager to be named", "line managers to be named"),
    (queries_desk.without_second_trainer, "session without two trainers", "sessions without two trainers"),
    (queries_desk.drafts, "session to publish", "sessions to publish"),
    (queries_desk.waiting_lists, "session with people waiting", "sessions with people waiting"),
    (queries_desk.agencies_to_confirm, "agency to be confirmed", "agencies to be confirmed"),
    (queries_waiting.people_to_confirm, "person to be confirmed", "people to be confirmed"),
    (queries_waiting.lead_requests, "request to lead an agency", "requests to lead an agency"),
)


def desk_sections(viewer: Viewer) -> list[Section]:
    """The sections of the officer's digest; those without rows have nothing to say."""
    totals = [(needs(viewer).total, noun, many) for needs, noun, many in NEEDS]
    waiting = [count(number, noun, many) for number, noun, many in totals if number]
    thin = queries_desk.thin_sessions(viewer)
    named = [f"{each.title}, {each.ref}: {each.detail}" for each in thin.shown]
    return [
        Section(count(len(waiting), "kind of thing", "kinds of things"), "On the desk", waiting),
        Section(
            f"{count(thin.total, 'session')} under the minimum",
            "Sessions under their minimum",
            named + ([f"and {thin.more} more"] if thin.more else []),
        ),
    ]
