"""Long work can be left and come back to, without JavaScript."""

import pytest

from tests.factories import make_person
from tests.pages import Client
from training.core import tasks
from training.core.database import db
from training.core.tasks import register_task, start_task
from training.core.viewer import COMMAND, Role

KIND = register_task("test.read", "Read agencies", lambda _who, _given: ["Added 3."])


@pytest.fixture
def desk(client: Client) -> Client:
    """Signed in as the officer."""
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def test_a_waiting_task_looks_again_by_itself_until_it_is_done(desk: Client) -> None:
    ref = start_task(COMMAND, KIND, {}).ref
    db.session.commit()
    waiting = desk.get(f"/desk/tasks/{ref}")
    assert waiting.one("meta[http-equiv=refresh]")["content"] == "3"
    assert "Waiting to begin." in waiting
    tasks.run_next(lambda _person: COMMAND)
    done = desk.get(f"/desk/tasks/{ref}")
    assert done.select("meta[http-equiv=refresh]") == []
    assert "Added 3." in done
    assert desk.get("/desk/tasks").rows()[0][0] == "Read agencies"
    desk.get("/desk/tasks/TASK-NOTHING", status=404)


def test_without_tasks_the_page_says_what_will_be_there(desk: Client) -> None:
    assert "No long work yet" in desk.get("/desk/tasks")
