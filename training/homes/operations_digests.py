"""Turning weekly digests on and off, for oneself."""

from collections.abc import Collection

from sqlalchemy import delete, select

from training.core import audit
from training.core.database import db
from training.core.viewer import Viewer
from training.homes.models import DigestKind, DigestOff
from training.people.models import Person


def digests_off(viewer: Viewer) -> set[DigestKind]:
    """Which digests the viewer turned off."""
    return set(db.session.scalars(select(DigestOff.kind).where(DigestOff.person_id == viewer.person_id)))


def choose_digests(viewer: Viewer, offered: Collection[DigestKind], wanted: Collection[DigestKind]) -> None:
    """Turn off what is offered and not wanted, and the rest on; LookupError for whoever is nobody in particular."""
    if viewer.person_id is None:
        raise LookupError("nobody in particular gets digests")
    person = db.session.get_one(Person, viewer.person_id)
    before = digests_off(viewer)
    after = {kind for kind in offered if kind not in wanted} | {kind for kind in before if kind not in offered}
    if after == before:
        return
    gone = before - after
    db.session.execute(delete(DigestOff).where(DigestOff.person_id == person.id, DigestOff.kind.in_(gone)))
    db.session.add_all(DigestOff(person_id=person.id, kind=kind) for kind in sorted(after - before))
    audit.record(
        viewer,
        "chose weekly messages",
        person,
        before={"turned_off": ", ".join(sorted(before))},
        after={"turned_off": ", ".join(sorted(after))},
    )
