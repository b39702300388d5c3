"""What is known of the invented agencies over time: names, duties, membership, staff, a trust, and a merger."""

from datetime import date, datetime, timedelta

from training.agencies.models import (
    Agency,
    AgencyAlias,
    AgencyDuty,
    AgencyMembership,
    AgencyParent,
    Duty,
    FeeBand,
)
from training.agencies.queries import find_by_code
from training.bookings.operations_endings import end_agency
from training.bookings.queries_endings import ending_of
from training.core import clock
from training.core.columns import folded
from training.core.database import db
from training.core.viewer import Viewer
from training.demonstration.agencies import TRUST, InventedAgency
from training.demonstration.ledger import Ledger
from training.people.models_workforce import Headcount

TRUST_NAME = "Wendlebeck Learning Trust"
ALWAYS_IN_THE_TRUST, JOINED_THE_TRUST = "SKC", "LSF"
MERGED, SUCCESSOR = "YST", "TPR"
OTHER_NAMES = {
    "MVCH": ("Merrow Vale CAMHS", "MVCH"),
    "NP": ("The Constabulary",),
    "EYS": ("Nurseries and childminders",),
    "HWCA": ("Harebell Refuge",),
}
PARTNERS = ("MC", "NICB", "NP")
SECTION_11 = ("Local authority", "Health", "Police", "Criminal justice")
BANDS = {
    "Safeguarding partner": "Pays its share of the budget; no fees",
    "Maintained school or academy": "Pays for absence only",
    "Voluntary and community": "Free",
}
MEMBER_SINCE = date(2020, 4, 1)
STAFF = {1: 3, 2: 6, 3: 9, 4: 4, 5: 2}
"""People of each workforce group for each point of an agency’s share; groups that are not listed have one."""


def note_agencies(ledger: Ledger, agencies: list[InventedAgency], groups: dict[int, int], today: date) -> None:
    """Note other names, duties, fee bands and memberships, headcounts, and the trust that a college joined."""
    keys = {agency.code: agency.id for agency in agencies if agency.id is not None}
    for code, names in OTHER_NAMES.items():
        for name in names:
            ledger.add(AgencyAlias, agency_id=keys[code], name=name, folded=folded(name))
    for agency in agencies:
        for duty in _duties(agency):
            ledger.add(AgencyDuty, agency_id=agency.id, duty=duty)
    _memberships(ledger, agencies)
    _headcounts(ledger, agencies, groups, today)
    _trust(ledger, keys, today)


def _duties(agency: InventedAgency) -> list[Duty]:
    duties: list[Duty] = []
    if agency.code in PARTNERS:
        duties.append(Duty.SAFEGUARDING_PARTNER)
    if agency.sector in SECTION_11:
        duties.append(Duty.SECTION_11)
    if agency.sector == "Education":
        duties.append(Duty.SECTION_175)
    return duties


def _memberships(ledger: Ledger, agencies: list[InventedAgency]) -> None:
    bands = {
        name: ledger.add(FeeBand, name=name, note=note, position=position)
        for position, (name, note) in enumerate(BANDS.items(), start=1)
    }
    partner, school, voluntary = bands.values()
    for agency in agencies:
        band = {"Education": school, "Voluntary, community and faith": voluntary}.get(agency.sector)
        if agency.code in PARTNERS:
            band = partner
        if band is None:
            continue
        if agency.code == "HWCA":
            until = date(2025, 3, 31)
            ledger.add(AgencyMembership, agency_id=agency.id, fee_band_id=None, from_on=MEMBER_SINCE, to_on=until)
            ledger.add(AgencyMembership, agency_id=agency.id, fee_band_id=band, from_on=date(2025, 4, 1), to_on=None)
        else:
            ledger.add(AgencyMembership, agency_id=agency.id, fee_band_id=band, from_on=MEMBER_SINCE, to_on=None)


def _headcounts(ledger: Ledger, agencies: list[InventedAgency], groups: dict[int, int], today: date) -> None:
    chance = ledger.chance("headcounts")
    for agency in agencies:
        if agency.share < 20:
            continue
        for years_ago in (1, 0):
            counted_on = date(today.year - 1 - years_ago, 11, 1)
            for number, group_id in sorted(groups.items()):
                staff = round(agency.share * STAFF.get(number, 1) * chance.uniform(0.9, 1.1))
                ledger.add(
                    Headcount, agency_id=agency.id, workforce_group_id=group_id, counted_on=counted_on, staff=staff
                )


def _trust(ledger: Ledger, keys: dict[str, int], today: date) -> None:
    education = next(row["sector_id"] for row in ledger.rows(Agency) if row["code"] == JOINED_THE_TRUST)
    trust = ledger.add(
        Agency,
        code=TRUST,
        name=TRUST_NAME,
        sort_key=folded(TRUST_NAME),
        search_text=folded(TRUST_NAME, TRUST),
        sector_id=education,
        sub_sector="Multi-academy trust",
    )
    joined = date(today.year if today >= date(today.year, 9, 1) else today.year - 1, 9, 1)
    for code, since in ((ALWAYS_IN_THE_TRUST, date(2019, 9, 1)), (JOINED_THE_TRUST, joined)):
        ledger.add(AgencyParent, agency_id=keys[code], parent_id=trust, from_on=since, to_on=None)


def merge_two(officer: Viewer, now: datetime) -> None:
    """Merge one small agency into another, a week ago; people go over, and coming bookings follow."""
    old, new = find_by_code(officer, MERGED), find_by_code(officer, SUCCESSOR)
    if old is None or new is None:
        raise LookupError("the agencies that merge are not there")
    last_on = clock.local(now).date() - timedelta(days=7)
    seen = ending_of(officer, old, new, last_on).fingerprint
    reason = "The two services became one"
    end_agency(officer, old.id, new.id, last_on, reason=reason, leads_go_on=True, seen=seen)
    db.session.flush()
