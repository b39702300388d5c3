"""The desk's list of agencies: found by any of their names, narrowed by what they are, with what a file of it holds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.orm import aliased

from training.agencies.models import (
    DUTY_LABELS,
    Agency,
    AgencyAlias,
    AgencyDomain,
    AgencyDuty,
    AgencyMembership,
    AgencyParent,
    Duty,
    FeeBand,
    Sector,
)
from training.agencies.tree import has_ended, in_force
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer

SEARCH_WORDS = 8
"""How many typed words count."""


@dataclass(frozen=True)
class Wanted:
    """What narrows the list; None leaves a filter out."""

    words: str = ""
    sector_id: int | None = None
    duty: Duty | None = None
    is_member: bool | None = None
    has_ended: bool = False


@dataclass(frozen=True)
class Extras:
    """What an agency has several of."""

    names: list[str] = field(default_factory=list[str])
    domains: list[str] = field(default_factory=list[str])
    duties: list[str] = field(default_factory=list[str])


def member_today() -> ColumnElement[bool]:
    """Whether a row of AgencyMembership is in force today."""
    today = clock.today()
    return (AgencyMembership.from_on <= today) & or_(AgencyMembership.to_on.is_(None), AgencyMembership.to_on >= today)


def listed_agencies(viewer: Viewer, wanted: Wanted | None = None) -> Select[*tuple[Any, ...]]:
    """Columns for the desk's list by name, for `paged`: id, code, name, sub_sector, is_group, on_forum, ended_on,
    sector, parent, membership (its first day), band, successor.

    Words are looked for in names, other names, codes and domains. Nobody but the desk sees any.
    """
    wanted = wanted or Wanted()
    above, after = aliased(Agency), aliased(Agency)
    statement = (
        select(
            Agency.id,
            Agency.code,
            Agency.name,
            Agency.sub_sector,
            Agency.is_group,
            Agency.on_forum,
            Agency.ended_on,
            Sector.name.label("sector"),
            above.name.label("parent"),
            AgencyMembership.from_on.label("membership"),
            FeeBand.name.label("band"),
            after.name.label("successor"),
        )
        .join(Sector, Sector.id == Agency.sector_id)
        .outerjoin(AgencyParent, (AgencyParent.agency_id == Agency.id) & in_force())
        .outerjoin(above, above.id == AgencyParent.parent_id)
        .outerjoin(AgencyMembership, (AgencyMembership.agency_id == Agency.id) & member_today())
        .outerjoin(FeeBand, FeeBand.id == AgencyMembership.fee_band_id)
        .outerjoin(after, after.id == Agency.successor_id)
        .where(*(_has_word(word) for word in folded(wanted.words).split()[:SEARCH_WORDS]), *_narrowing(wanted))
        .order_by(Agency.sort_key, Agency.id)
    )
    return statement if viewer.works_at_desk else statement.where(false())


def _has_word(word: str) -> ColumnElement[bool]:
    return or_(
        Agency.search_text.contains(word, autoescape=True),
        exists().where(AgencyAlias.agency_id == Agency.id, AgencyAlias.folded.contains(word, autoescape=True)),
        exists().where(AgencyDomain.agency_id == Agency.id, AgencyDomain.domain.contains(word, autoescape=True)),
    )


def _narrowing(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [has_ended() if wanted.has_ended else ~has_ended() | Agency.ended_on.is_(None)]
    if wanted.sector_id is not None:
        conditions.append(Agency.sector_id == wanted.sector_id)
    if wanted.duty is not None:
        conditions.append(exists().where(AgencyDuty.agency_id == Agency.id, AgencyDuty.duty == wanted.duty))
    if wanted.is_member is not None:
        conditions.append(AgencyMembership.id.is_not(None) if wanted.is_member else AgencyMembership.id.is_(None))
    return conditions


def extras_of(viewer: Viewer, agency_ids: Iterable[int]) -> dict[int, Extras]:
    """Other names, domains and duties of each agency; three queries."""
    found = {key: Extras() for key in agency_ids}
    if not viewer.works_at_desk:
        return found
    names = select(AgencyAlias.agency_id, AgencyAlias.name).order_by(AgencyAlias.folded)
    for key, name in db.session.execute(names):
        if key in found:
            found[key].names.append(name)
    domains = select(AgencyDomain.agency_id, AgencyDomain.domain).order_by(AgencyDomain.domain)
    for key, domain in db.session.execute(domains):
        if key in found:
            found[key].domains.append(domain)
    for key, duty in db.session.execute(select(AgencyDuty.agency_id, AgencyDuty.duty).order_by(AgencyDuty.id)):
        if key in found:
            found[key].duties.append(DUTY_LABELS[duty])
    return found
