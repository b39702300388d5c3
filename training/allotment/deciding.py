"""What an allotment is decided on, read from the rows, kept with it, and read back from there."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from training.agencies.models import Agency, Sector
from training.allotment.rules import Applicant, Share, allot
from training.bookings.counting import taken
from training.bookings.models import Booking, BookingState
from training.bookings.models_agencies import AgencyLimit
from training.bookings.places import Counted, counted
from training.bookings.rules_queue import Limit, Room
from training.core.database import db
from training.core.settings import register_setting, setting_value
from training.people.models_workforce import Headcount
from training.schedule.models import CourseSession

EQUAL, BY_HEADCOUNT = "equal", "headcount"
SHARES = register_setting(
    "bookings.allotment-shares",
    "How large the fair shares of agency groups are beside each other",
    EQUAL,
    hint="Where places are allotted after applications close. Groups without a headcount count as the smallest.",
    choices={
        EQUAL: "Equal shares for every group",
        BY_HEADCOUNT: "By headcount of the workforce groups the course is for",
    },
)
NO_AGENCY = "Agency to be confirmed"


@dataclass(frozen=True)
class Ground:
    """Everything an allotment is decided on."""

    applicants: list[Applicant]
    room: Room
    weights: Mapping[str, int]
    held: Mapping[str, int]
    names: Mapping[str, str]
    """What each agency group is called."""

    def decide(self, seed: str) -> list[Share]:
        """The allotment; the same each time for the same seed."""
        return allot(self.applicants, self.room, seed=seed, weights=self.weights, held=self.held)

    def as_kept(self) -> dict[str, Any]:
        """All of it as plain data, to be read back with `ground_kept`."""
        return {
            "applicants": [{**asdict(one), "limits": sorted(one.limits)} for one in self.applicants],
            "free": [[way, places] for way, places in self.room.free.items()],
            "limits": [asdict(limit) for limit in self.room.limits],
            "weights": dict(self.weights),
            "held": dict(self.held),
            "names": dict(self.names),
        }


def ground_kept(kept: Mapping[str, Any]) -> Ground:
    """What an allotment was decided on, as it was kept with it."""
    return Ground(
        [_read_back(one) for one in kept["applicants"]],
        Room(dict(kept["free"]), tuple(Limit(**limit) for limit in kept["limits"])),
        kept["weights"],
        kept["held"],
        kept["names"],
    )


def _read_back(one: Mapping[str, Any]) -> Applicant:
    return Applicant(
        one["key"], one["group"], one["rank"], one["asked"], one["way"], frozenset(one["limits"]), one["goes_first"]
    )


def ground_of(course_session: CourseSession) -> Ground:
    """What would be decided on now; certain only under the lock."""
    now = counted(course_session)
    applications = db.session.scalars(
        select(Booking)
        .where(Booking.session_id == course_session.id, Booking.state == BookingState.APPLIED)
        .options(joinedload(Booking.agency))
        .order_by(Booking.asked_at, Booking.id)
    ).all()
    groups = _Groups(course_session, now)
    return Ground(
        [_applicant(booking, now, groups) for booking in applications],
        now.room,
        groups.weights() if setting_value(SHARES) == BY_HEADCOUNT else {},
        groups.held(),
        groups.names,
    )


def _applicant(booking: Booking, now: Counted, groups: "_Groups") -> Applicant:
    waiter = now.waiter(booking)
    return Applicant(
        key=booking.id,
        group=groups.of(booking.agency_id),
        rank=booking.fair_rank if booking.fair_rank is not None else 7,
        asked=booking.asked_at.isoformat(),
        way=waiter.way,
        limits=waiter.limits,
        goes_first=booking.goes_first,
    )


class _Groups:
    """The agency groups of a session: those with a limit, and for everybody else their sector."""

    def __init__(self, course_session: CourseSession, now: Counted) -> None:
        self._session = course_session
        self._limited = {
            agency_id: f"limit:{key}"
            for key, agencies in sorted(now.agencies.items(), reverse=True)
            for agency_id in agencies
        }
        rows = db.session.execute(select(Agency.id, Sector.id, Sector.name).join(Sector, Sector.id == Agency.sector_id))
        self._sectors: dict[int, str] = {}
        self.names: dict[str, str] = {"": NO_AGENCY}
        for agency_id, sector_id, name in rows:
            self._sectors[agency_id] = f"sector:{sector_id}"
            self.names[f"sector:{sector_id}"] = name
        for limit in db.session.scalars(
            select(AgencyLimit)
            .where(AgencyLimit.id.in_(now.agencies))
            .options(joinedload(AgencyLimit.agency), joinedload(AgencyLimit.sector))
        ):
            named = limit.agency or limit.sector
            self.names[f"limit:{limit.id}"] = named.name if named is not None else NO_AGENCY

    def of(self, agency_id: int | None) -> str:
        """The group of an agency; empty for none."""
        if agency_id is None:
            return ""
        return self._limited.get(agency_id) or self._sectors.get(agency_id, "")

    def held(self) -> dict[str, int]:
        """How many places each group has already."""
        rows = taken()
        found = db.session.execute(
            select(rows.c.agency_id, func.sum(rows.c.places))
            .where(rows.c.session_id == self._session.id)
            .group_by(rows.c.agency_id)
        )
        sums: dict[str, int] = {}
        for agency_id, places in found:
            group = self.of(agency_id)
            sums[group] = sums.get(group, 0) + int(places)
        return sums

    def weights(self) -> dict[str, int]:
        """The latest headcounts of each group in the workforce groups the course is for."""
        audience = [group.id for group in self._session.course.audience]
        statement = select(Headcount.agency_id, Headcount.workforce_group_id, Headcount.staff).order_by(
            Headcount.counted_on
        )
        if audience:
            statement = statement.where(Headcount.workforce_group_id.in_(audience))
        latest = {(agency_id, group_id): staff for agency_id, group_id, staff in db.session.execute(statement)}
        sums: dict[str, int] = {}
        for (agency_id, _), staff in latest.items():
            group = self.of(agency_id)
            sums[group] = sums.get(group, 0) + staff
        return sums
