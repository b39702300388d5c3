"""Who comes to a session: people of its audience, in post that day, who have not just done it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from random import Random

from training.demonstration.people import People, Post
from training.demonstration.sessions import InventedSession

OUTSIDE_AUDIENCE = 0.07
"""The share of bookings by people outside a course's workforce groups."""
REFRESHED_AFTER_DAYS = 2 * 365


@dataclass
class Crowd:
    """Chooses people for sessions, nobody twice on one and nobody in two rooms on one day."""

    people: People
    chance: Random
    _last_done: dict[tuple[int, int], date] = field(default_factory=dict[tuple[int, int], date])
    _busy: dict[date, set[int]] = field(default_factory=lambda: defaultdict(set))

    def choose(self, session: InventedSession, count: int, first: tuple[Post, ...] = ()) -> list[Post]:
        """`count` people for `session` in no order, those in `first` among them."""
        planned = session.planned
        day = planned.days[0]
        groups = {self.people.groups[number] for number in planned.course.groups} or set(self.people.groups.values())
        taken = {person for d in planned.days for person in self._busy[d]} | session.trainer_ids
        taken |= {post.person_id for post in first}
        insiders: list[Post] = []
        outsiders: list[Post] = []
        again: list[Post] = []
        for post in self.people.posts:
            if not post.is_held(day) or post.person_id in taken:
                continue
            done = self._last_done.get((post.person_id, planned.course.id))
            if done is not None and (day - done).days < REFRESHED_AFTER_DAYS:
                again.append(post)
            elif post.group_id in groups:
                insiders.append(post)
            else:
                outsiders.append(post)
        for posts in (insiders, outsiders, again):
            self.chance.shuffle(posts)
        guests = round(count * OUTSIDE_AUDIENCE) if outsiders else 0
        wanted = count - len(first)
        chosen = [*first, *(insiders[: wanted - guests] + outsiders + insiders[wanted - guests :] + again)[:wanted]]
        self.chance.shuffle(chosen)
        for d in planned.days:
            self._busy[d].update(post.person_id for post in chosen)
        return chosen

    def who_is_free(self, session: InventedSession, posts: tuple[Post, ...]) -> tuple[Post, ...]:
        """Those of `posts` who could come to `session` too, in their order."""
        busy = {person for day in session.planned.days for person in self._busy[day]} | session.trainer_ids
        day = session.planned.days[0]
        return tuple(post for post in posts if post.person_id not in busy and post.is_held(day))

    def note_done(self, session: InventedSession, post: Post) -> None:
        """Remember that `post` attended, so that they do not come again too soon."""
        self._last_done[post.person_id, session.planned.course.id] = session.planned.days[-1]
