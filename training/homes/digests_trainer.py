"""What a trainer reads on Monday: what they teach next with how many come, what they are asked, open registers."""

from datetime import timedelta

from training.core import clock
from training.core.viewer import Viewer
from training.homes.digest_sections import Section
from training.homes.queries_teaching import coming_sessions, open_registers
from training.schedule.models import TRAINER_PART_LABELS
from training.schedule.queries_trainers import asked_of
from training.web.formats import count, short_moment

AHEAD = timedelta(days=28)


def trainer_sections(viewer: Viewer) -> list[Section]:
    """The sections of the trainer's digest; those without rows have nothing to say."""
    coming = [each for each in coming_sessions(viewer) if clock.now() < each.starts_at < clock.now() + AHEAD]
    asked, registers = asked_of(viewer), open_registers(viewer)
    ended = [each for each in registers if each.ends_at < clock.now()]
    return [
        Section(
            count(len(coming), "session"),
            "What you teach in the next four weeks",
            [
                f"{short_moment(each.starts_at)}: {each.title}, {each.venue or 'online'}. "
                f"{count(each.booked, 'person', 'people').capitalize()} booked of {each.capacity}. "
                f"You are {TRAINER_PART_LABELS[each.part].lower()}."
                for each in coming
            ],
        ),
        Section(
            f"{len(asked)} to answer",
            "You are asked to teach",
            [f"{short_moment(each.course_session.starts_at)}: {each.course_session.course.title}" for each in asked],
        ),
        Section(
            count(len(ended), "register"),
            "Registers to close",
            [f"{short_moment(each.starts_at)}: {each.title}" for each in ended],
        ),
    ]
