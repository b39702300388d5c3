"""Weekly digests: when they go, to whom, and writing one; what each says is in `digests_lead` and its like."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from training.accounts.configuring import viewer_for
from training.config import installation
from training.core import clock
from training.core.database import db
from training.core.outbox import Recipient, enqueue
from training.core.periods import PeriodDone, first_time
from training.core.settings import Setting, register_setting, setting_value
from training.core.viewer import Role, Viewer
from training.homes.digest_sections import Section, in_text
from training.homes.digests_desk import desk_sections
from training.homes.digests_lead import lead_sections
from training.homes.digests_trainer import trainer_sections
from training.homes.mail_digests import DIGESTS
from training.homes.models import DIGEST_LABELS, DigestKind, DigestOff
from training.people.models import EmailAddress, Person, RoleGrant
from training.schedule.models import AssignmentState, CourseSession, SessionStatus, TrainerAssignment

SENT = {
    kind: register_setting(
        f"mail.digest-{kind}",
        f"Weekly digest: {words}",
        True,
        hint="On Monday mornings, when there is something to say.",
    )
    for kind, words in (
        (DigestKind.LEAD, "who comes from the agency, who waits, who was absent, for its leads"),
        (DigestKind.TRAINER, "what they teach next, and what they are asked, for trainers"),
        (DigestKind.DESK, "what needs somebody, for officers"),
    )
}
HOUR = register_setting(
    "mail.digest-hour",
    "Hour of Monday from which weekly digests are sent",
    7,
    hint="From 0 to 23, by the clocks of the partnership. What could not go by noon on Tuesday is not sent.",
    most=23,
)
TOO_LATE = timedelta(days=1, hours=12)
"""How long after the beginning of Monday a digest still says what is next."""
SAYS: dict[DigestKind, Callable[[Viewer], list[Section]]] = {
    DigestKind.LEAD: lead_sections,
    DigestKind.TRAINER: trainer_sections,
    DigestKind.DESK: desk_sections,
}
PAGES = {DigestKind.LEAD: "/agency", DigestKind.TRAINER: "/teaching", DigestKind.DESK: "/desk"}
ROLES = {DigestKind.LEAD: Role.AGENCY_LEAD, DigestKind.DESK: Role.OFFICER}


def week_of(moment: datetime) -> str:
    """The week as ISO 8601 writes it: `2026-W47`."""
    year, week, _ = clock.local(moment).date().isocalendar()
    return f"{year}-W{week:02}"


def goes_until() -> datetime:
    """The moment from which this week's digests are too old."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    return clock.instant(monday + timedelta(days=1), time(TOO_LATE.seconds // 3600))


def is_time() -> bool:
    """Whether digests go now: on Monday from the hour on, and on Tuesday until noon."""
    monday = clock.today() - timedelta(days=clock.today().weekday())
    return clock.instant(monday, time(setting_value(HOUR))) <= clock.now() < goes_until()


def is_sent(kind: DigestKind) -> bool:
    """Whether the partnership sends digests of this kind."""
    setting: Setting[bool] = SENT[kind]
    return setting_value(setting)


def due_digests() -> list[tuple[DigestKind, int]]:
    """Who is to get which digest now, and was not considered for it this week."""
    if not is_time():
        return []
    week = week_of(clock.now())
    found: list[tuple[DigestKind, int]] = []
    for kind in DigestKind:
        if not is_sent(kind):
            continue
        done = select(PeriodDone.subject).where(PeriodDone.kind == kind_of(kind), PeriodDone.period == week)
        considered = set(db.session.scalars(done))
        found += [(kind, key) for key in db.session.scalars(_wanted(kind)) if f"person:{key}" not in considered]
    return found


def write_digest(kind: DigestKind, person_id: int) -> bool:
    """Write this week's digest to the person, once; False where there is nothing to say, or it is too late."""
    wanted = db.session.scalar(_wanted(kind).where(Person.id == person_id))
    if wanted is None or not is_time() or not is_sent(kind):
        return False
    week = week_of(clock.now())
    if not first_time(kind_of(kind), f"person:{person_id}", week):
        return False
    sections = [section for section in SAYS[kind](viewer_for(person_id)) if section.rows]
    if not sections:
        return False
    person = db.session.get_one(Person, person_id)
    base = installation().base_url
    message = enqueue(
        DIGESTS[kind],
        {
            "name": person.given_name,
            "summary": ", ".join(section.summary for section in sections),
            "news": "\n\n".join(in_text(section) for section in sections),
            "page": base + PAGES[kind],
            "off page": f"{base}/my/account/digests",
        },
        key=f"{kind_of(kind)}:{person_id}:{week}",
        stream=f"person:{person_id}:digest",
        about=f"person:{person_id}",
        to=Recipient(person.name, person.address or "", person_id),
        not_after=goes_until(),
    )
    return message is not None


def kind_of(kind: DigestKind) -> str:
    """How the table of what is done once in a period calls a digest."""
    return f"digest-{kind}"


def digests_for(viewer: Viewer) -> list[DigestKind]:
    """Which digests are sent to the viewer, were they not turned off."""
    return [
        kind
        for kind in DIGEST_LABELS
        if viewer.has({**ROLES, DigestKind.TRAINER: Role.TRAINER}[kind]) and is_sent(kind)
    ]


def _wanted(kind: DigestKind) -> Select[int]:
    """Whoever the digest is for, has an address, and has not turned it off."""
    off = exists().where(DigestOff.person_id == Person.id, DigestOff.kind == kind)
    reached = exists().where(EmailAddress.person_id == Person.id, EmailAddress.is_primary)
    return (
        select(Person.id)
        .where(_is_for(kind), reached, ~off, Person.merged_into_id.is_(None), Person.anonymised_at.is_(None))
        .order_by(Person.id)
    )


def _is_for(kind: DigestKind) -> ColumnElement[bool]:
    today = clock.today()
    if kind in ROLES:
        return exists().where(
            RoleGrant.person_id == Person.id,
            RoleGrant.role == ROLES[kind],
            RoleGrant.from_on <= today,
            or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
        )
    return exists().where(
        and_(
            TrainerAssignment.person_id == Person.id,
            TrainerAssignment.state.in_((AssignmentState.ACCEPTED, AssignmentState.ASKED)),
            TrainerAssignment.session_id == CourseSession.id,
            CourseSession.status == SessionStatus.PUBLISHED,
            CourseSession.ends_at > clock.now(),
        )
    )
