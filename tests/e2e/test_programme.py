"""The shop window and the desk's pages of courses and sessions, for those who see or hold them otherwise."""

from datetime import timedelta

import pytest

from tests.e2e.visitor import Visitor
from tests.factories import make_assignment, make_booking, make_course, make_person, make_session
from training.catalogue.models import Mode
from training.catalogue.operations import add_priority, set_outcomes
from training.core import clock
from training.core.database import db
from training.core.viewer import COMMAND, Role
from training.schedule.models import SessionStatus

SHOP_WINDOW = (
    "/courses", "/courses?view=month", "/courses?view=courses", "/courses?words=zebra", "/courses/neglect",
    "/sessions/NEG-1", "/sessions/NEG-2", "/courses?start-day=40",
)  # fmt: skip
DESK = (
    "/desk/sessions", "/desk/sessions/NEG-1", "/desk/sessions/NEG-3", "/desk/sessions/NEG-3/edit",
    "/desk/sessions/NEG-3/publish", "/desk/sessions/NEG-1/trainers", "/desk/sessions/new", "/desk/courses",
    "/desk/courses/neglect", "/desk/courses/neglect/edit", "/desk/priorities", "/desk/venues", "/desk/venues/new",
)  # fmt: skip


def arrange() -> None:
    """A course with a session of two days, one that is full, and a draft."""
    add_priority(COMMAND, "Neglect", clock.today())
    course = make_course("Neglect", slug="neglect", code="NEG", aims="Seeing it early, and saying so.")
    set_outcomes(COMMAND, course.id, ["I can tell neglect"])
    session = make_session(course, ref="NEG-1", days=2, on=clock.today() + timedelta(days=1))
    full = make_session(make_course("Online safety", mode=Mode.VIRTUAL), ref="NEG-2", capacity=1)
    make_session(course, ref="NEG-3", status=SessionStatus.DRAFT, published_at=None)
    make_booking(full)
    make_assignment(session, make_person("Naomi", "Fletcher", role=Role.TRAINER))


@pytest.mark.parametrize("path", SHOP_WINDOW)
def test_the_shop_window_is_for_everybody_on_every_width(visitor: Visitor, phone: Visitor, path: str) -> None:
    arrange()
    db.session.commit()
    status = 400 if "40" in path else 200
    for one in (visitor, phone):
        one.open(path, status)
        one.expect_fitting()
        one.expect_accessible()
        one.expect_quiet_console()


@pytest.mark.parametrize("path", DESK)
def test_the_desk_is_for_everybody_on_every_width(visitor: Visitor, phone: Visitor, path: str) -> None:
    arrange()
    officer = make_person("Ruth", role=Role.OFFICER)
    db.session.commit()
    for one in (visitor, phone):
        one.sign_in(officer)
        one.open(path)
        one.expect_fitting()
        one.expect_accessible()
        one.expect_quiet_console()
