"""The figures of the terms of booking: until when a place is given up in time, and what is charged to whom.

They belong to a version of the terms, not to a setting: what somebody agreed to stays as it was. Charges are in pence,
by fee band and by length; what is charged when is for the stage that charges.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from training.agencies.models import FeeBand
from training.core.database import db
from training.core.policies import terms_figures_in_force
from training.core.policy_figures import (
    Figure,
    FigureUnit,
    charges_in,
    register_terms_figures,
    register_terms_words,
)
from training.web.formats import count

CUT_OFF_FIGURE = "cut-off-days"
CUT_OFF_DAYS = 3
"""Working days, in the terms that come with Muster and for a booking whose terms say nothing."""
HALF_DAY = timedelta(hours=4)
"""Teaching up to this long is half a day."""
WITHOUT_BAND = 0
"""Stands in the name of a figure for agencies without a fee band."""


class Charge(StrEnum):
    """What something is charged for."""

    ATTEND = "attend"
    LATE = "late"
    ABSENT = "absent"


class Length(StrEnum):
    """How long a session is, for what it costs."""

    HALF = "half"
    LONGER = "longer"


CHARGE_LABELS = {Charge.ATTEND: "To attend", Charge.LATE: "Cancelled late", Charge.ABSENT: "Not attended"}
LENGTH_LABELS = {Length.HALF: "up to half a day", Length.LONGER: "longer"}


def cut_off_days(figures: Mapping[str, int] | None) -> int:
    """How many working days before the start a place can be given up in time by terms with `figures`."""
    return CUT_OFF_DAYS if figures is None else figures.get(CUT_OFF_FIGURE, CUT_OFF_DAYS)


def cut_off_days_in_force() -> int:
    """The same by the terms that somebody agrees to who books now."""
    return cut_off_days(terms_figures_in_force())


def charge_figure(charge: Charge, length: Length, fee_band_id: int | None) -> str:
    """The name among the figures of what is charged, such as `late-half-3`."""
    return f"{charge}-{length}-{fee_band_id or WITHOUT_BAND}"


def pence_charged(figures: Mapping[str, int], charge: Charge, length: Length, fee_band_id: int | None) -> int:
    """What terms with `figures` charge, in pence; nought where they say nothing of it."""
    return figures.get(charge_figure(charge, length, fee_band_id), 0)


def length_of(teaching: timedelta) -> Length:
    """Which of the two lengths `teaching` is, the breaks between parts left out."""
    return Length.HALF if teaching <= HALF_DAY else Length.LONGER


def on_cancelling(figures: Mapping[str, int]) -> str:
    """What terms with `figures` say on cancelling, as one or two sentences."""
    late = f"Cancelling less than {_cut_off_in_words(figures)} before the start is late."
    if not charges_in(figures).rows:
        return f"{late} No charges are made."
    return f"{late} What is charged to attend, for a late cancellation and for not coming is in their table of charges."


def _figures() -> list[Figure]:
    cut_off = Figure(
        CUT_OFF_FIGURE,
        "Working days before the start in which cancelling is late",
        FigureUnit.WORKING_DAYS,
        default=CUT_OFF_DAYS,
        most=30,
        hint="Bank holidays of England are not counted. With 3, a place on a Thursday can be given up in time until "
        "the end of the Monday before.",
    )
    return [cut_off, *_charges()]


def _charges() -> list[Figure]:
    known = db.session.execute(select(FeeBand.id, FeeBand.name).order_by(FeeBand.position, FeeBand.id))
    bands = [(band_id, name) for band_id, name in known]
    bands.append((WITHOUT_BAND, "Agencies without a fee band" if bands else "All agencies"))
    return [
        Figure(
            charge_figure(charge, length, band_id),
            f"{CHARGE_LABELS[charge]}, {name}, {LENGTH_LABELS[length]}",
            FigureUnit.PENCE,
            row=f"{name}, {LENGTH_LABELS[length]}",
            column=CHARGE_LABELS[charge],
        )
        for band_id, name in bands
        for length in Length
        for charge in Charge
    ]


def _cut_off_in_words(figures: Mapping[str, int]) -> str:
    return count(cut_off_days(figures), "working day")


def _charges_in_words(figures: Mapping[str, int]) -> str:
    if charges_in(figures).rows:
        return (
            "What is charged, and for what, is in the table of charges with these terms. Nothing is charged for a late "
            "cancellation or an absence where somebody else took the place."
        )
    return "No charges are made."


register_terms_figures(_figures)
register_terms_words("cut-off", _cut_off_in_words)
register_terms_words("charges", _charges_in_words)
