"""Deeds on what people have done: writing a completion, and revoking one that was wrong."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from training.catalogue.models import Course
from training.core import audit, clock
from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import lock_row
from training.core.viewer import Viewer
from training.records.models import Completion, Proof
from training.records.rules import expiry


def write_completion(
    viewer: Viewer,
    *,
    person_id: int,
    course_id: int,
    edition_id: int,
    completed_on: date,
    hours: Decimal,
    proof: Proof,
    source: str,
    employment_id: int | None = None,
) -> Completion:
    """Write what a person has done; it counts for the course’s own validity, for ever where that is nought.

    A person has one valid completion from each source: where it is there already, it is returned as it stands.
    """
    present = db.session.scalar(
        select(Completion).where(
            Completion.person_id == person_id, Completion.source == source, Completion.revoked_at.is_(None)
        )
    )
    if present is not None:
        return present
    valid_months = db.session.scalar(select(Course.valid_months).where(Course.id == course_id))
    if valid_months is None:
        raise LookupError(f"no course with the key {course_id}")
    completion = Completion(
        person_id=person_id,
        employment_id=employment_id,
        course_id=course_id,
        edition_id=edition_id,
        completed_on=completed_on,
        hours=hours,
        expires_on=expiry(completed_on, valid_months),
        proof=proof,
        source=source,
    )
    db.session.add(completion)
    audit.record(viewer, "wrote the completion", completion, after={"source": source, "on": completed_on})
    db.session.flush()
    return completion


def revoke_completion(viewer: Viewer, completion_id: int, reason: str) -> Completion:
    """Take a completion back, with the reason; it stays to be seen. Revoking twice keeps the first reason."""
    completion = lock_row(Completion, completion_id)
    if completion.revoked_at is not None:
        return completion
    if not reason.strip():
        raise Refused("Enter the reason", "reason")
    completion.revoked_at, completion.revoked_reason = clock.now(), reason.strip()
    audit.record(viewer, "revoked the completion", completion, reason=completion.revoked_reason)
    db.session.flush()
    return completion
