"""Pages of the training pool that grow: the list, one trainer, and who could teach a session."""

from collections.abc import Callable
from datetime import date

from tests.factories import make_agency, make_assignment, make_booking, make_person, make_session
from tests.guards.growing import Growing
from training.core.database import db
from training.core.viewer import Role
from training.schedule.models import AssignmentState, TrainerCourse

YESTERDAY, SOON = date(2026, 12, 2), date(2026, 12, 8)


def desk_trainers() -> Growing:
    def add() -> None:
        trainer = make_person(agency=make_agency(), role=Role.TRAINER)
        course_session = make_session(on=YESTERDAY)
        db.session.add(TrainerCourse(person=trainer, course=course_session.course, since_on=YESTERDAY))
        make_assignment(course_session, trainer)

    return Growing("/desk/trainers", add)


def desk_trainer() -> Growing:
    trainer = make_person(agency=make_agency(), role=Role.TRAINER)

    def add() -> None:
        for on in (YESTERDAY, SOON):
            course_session = make_session(on=on)
            db.session.add(TrainerCourse(person=trainer, course=course_session.course, since_on=YESTERDAY))
            make_assignment(course_session, trainer)

    return Growing(f"/desk/trainers/{trainer.ref}", add)


def who_could_teach() -> Growing:
    course_session = make_session(on=SOON)

    def add() -> None:
        for state in (None, AssignmentState.ASKED, AssignmentState.ACCEPTED):
            trainer = make_person(agency=make_agency(), role=Role.TRAINER)
            db.session.add(TrainerCourse(person=trainer, course=course_session.course, since_on=YESTERDAY))
            if state is None:
                make_booking(make_session(on=SOON), trainer)
            else:
                make_assignment(course_session, trainer, state=state)

    return Growing(f"/desk/sessions/{course_session.ref}/trainers/find/lead", add)


PAGES: dict[str, Callable[[], Growing]] = {
    "trainers": desk_trainers,
    "one trainer": desk_trainer,
    "who could teach": who_could_teach,
}
