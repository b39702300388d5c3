"""From a register and from what people said there is a way back, and the tab that is lit is the asker's own."""

import pytest

from tests.attendance.rooms import make_room
from tests.conftest import WallClock
from tests.factories import make_person
from tests.pages import Client
from training.core.database import db
from training.core.viewer import Role


@pytest.mark.parametrize("page", ["register/1", "feedback"])
def test_trainers_go_back_to_teaching_and_the_desk_to_the_session(
    client: Client, wall_clock: WallClock, page: str
) -> None:
    wall_clock.set("2026-12-03 09:45")
    room = make_room()
    officer, ref = make_person("Ruth", role=Role.OFFICER), room.course_session.ref
    db.session.commit()
    for person, tab, words, address in (
        (room.trainer, "Teaching", "Teaching", "/teaching"),
        (officer, "Desk", f"Session {ref}", f"/desk/sessions/{ref}"),
    ):
        client.sign_in(person)
        shown = client.get(f"/sessions/{ref}/{page}")
        [back] = shown.select("nav[aria-label=Back] a")
        assert (back.get_text(strip=True), back["href"]) == (words, address)
        assert shown.words("header [aria-current]") == [tab]
        assert client.get(f"/sessions/{ref}").words("header [aria-current]") == ["Courses"]
