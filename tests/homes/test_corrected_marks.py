"""A mark that is corrected to absent takes the question about the session off the person's own pages."""

from tests.conftest import WallClock
from tests.evaluations.finished import finish, make_finished, mark
from tests.pages import Client
from training.attendance.models import Presence
from training.attendance.operations import reopen_register
from training.core.viewer import COMMAND
from training.evaluations.ticks import ask_due_requests, open_due_requests


def test_who_turns_out_to_have_been_absent_is_no_longer_asked(client: Client, wall_clock: WallClock) -> None:
    wall_clock.set("2026-12-03 16:30")
    room = make_finished(2)
    open_due_requests()
    ask_due_requests()
    client.sign_in(room.bookings[0].person)
    own = f"/my/bookings/{room.bookings[0].ref}/evaluation"
    assert "What is asked of you" in client.get("/my")
    client.get(own)
    reopen_register(COMMAND, room.course_session.parts[0].id, "It was somebody else")
    mark(room, [Presence.ABSENT, Presence.ATTENDED])
    finish(room)
    assert "What is asked of you" not in client.get("/my")
    client.get(own, 404)
    client.sign_in(room.bookings[1].person)
    assert "What is asked of you" in client.get("/my")
