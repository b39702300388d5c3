"""A person's own calendar at its secret address, for programs that read it every few hours."""

from datetime import timedelta
from functools import partial

from flask import Response, request
from flask.typing import ResponseReturnValue

from training.calendars.answering import calendar_answer, hash_of
from training.calendars.blueprint import blueprint
from training.calendars.diary import diary_of
from training.calendars.operations_feeds import content_changed_at, note_reading, token_hash
from training.calendars.queries import feed_at, is_given_out
from training.core import calendars, clock
from training.core.notes import later
from training.core.settings import setting_value
from training.core.viewer import Viewer, ViewerKind
from training.web import access
from training.web.layout import PARTNERSHIP_NAME
from training.web.limits import HOUR, Limit, require_within

UNKNOWN = Limit("calendar-unknown", 300, HOUR)
"""Addresses of calendars that do not exist, or no more: whole organisations stand behind one connection, and the
programs of people who left go on asking for years."""


def _asked_for() -> str:
    return token_hash(str((request.view_args or {}).get("token", "")))


READING = Limit("calendar-read", 120, timedelta(hours=1), _asked_for)
"""One calendar: once in thirty seconds, more than all programs of one person ask."""


@blueprint.get("/calendars/<string:token>.ics")
@access.link_holder
def diary(token: str) -> ResponseReturnValue:
    """My own sessions, in a calendar that keeps itself up to date."""
    feed = feed_at(token)
    if feed is None:
        require_within(UNKNOWN)
        return _nothing(404, "There is no calendar at this address.")
    if not is_given_out(feed):
        require_within(UNKNOWN)
        return _nothing(410, "This address is switched off. Its owner can make a new one on the page of their account.")
    require_within(READING)
    viewer = Viewer(ViewerKind.LINK, person_id=feed.person_id)
    content = calendars.feed(f"My training: {setting_value(PARTNERSHIP_NAME)}", diary_of(viewer))
    content_hash = hash_of(content)
    changed_at = content_changed_at(feed, content_hash)
    if (feed.read_on, feed.content_hash) != (clock.today(), content_hash):
        later(partial(note_reading, feed.id, clock.today(), content_hash, changed_at))
    answer = calendar_answer(content, changed_at, "my-training.ics")
    answer.cache_control.private = True
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _nothing(status: int, sentence: str) -> Response:
    return Response(f"{sentence}\n", status, content_type="text/plain; charset=utf-8")
