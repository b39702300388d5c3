"""How a calendar is given to the programs that read it every few hours, whichever it is."""

import hashlib
from datetime import datetime

from flask import Response, request


def hash_of(content: bytes) -> str:
    """What tells one content of a calendar from another; also its strong tag."""
    return hashlib.sha256(content).hexdigest()


def calendar_answer(content: bytes, last_modified: datetime, name: str) -> Response:
    """`content` as the file `name`, or 304 where the asker has it already; a HEAD gets the same without a body.

    To be asked about each time, and never compressed or otherwise changed on the way: Outlook does not read that.
    """
    answer = Response(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.set_etag(hash_of(content))
    answer.last_modified = last_modified
    answer.cache_control.no_cache = True
    answer.cache_control.no_transform = True
    answer.make_conditional(request)
    return answer
