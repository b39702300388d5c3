"""The demonstration's 2023-24 equals the published delivery, line by line."""

from flask import Flask

from training.core.database import db
from training.core.viewer import COMMAND
from training.demonstration.filling import fill
from training.reports.filters import choices, read_asked
from training.reports.queries_agencies import agency_report
from training.reports.queries_delivery import delivery_report
from training.reports.tables import delivered_rows

FACE_TO_FACE = {
    "Working Together to Safeguard Children": 11,
    "Designated Safeguarding Leads": 9,
    "Brook Traffic Light Tool": 7,
    "Domestic Abuse Training / Awareness": 5,
    "Children & Young People's Mental Health": 3,
    "Contextual Safeguarding": 2,
    "Child Sexual Abuse": 2,
    "SERIOUS Training": 2,
    "Conversational Referral Model": 2,
}
VIRTUAL = {
    "Neglect Screening Tool": 3,
    "Managing Allegations": 3,
    "Coercive Control": 3,
    "Private Fostering": 3,
    "National Referral Mechanism": 2,
    "Protecting Children Against Exploitation": 2,
    "Cyber Crime Prevent": 2,
    "My SPACE": 2,
    "SMART Record Keeping": 2,
    "Caring Dads": 2,
    "Level of Need Briefing": 1,
    "Children Missing Education": 1,
    "Online Safety": 1,
    "PREVENT": 1,
    "Role of the Rainbow Centre": 1,
    "Vulnerable Babies": 1,
    "Adultification": 1,
    "Conversational Referral Model": 1,
    "Sexual Health Service": 1,
}
"""Sessions delivered from April 2023 to March 2024. Source: the model partnership's yearly report 2023-24."""


def test_the_demonstration_reports_the_published_totals(app: Flask) -> None:
    fill()
    db.session.commit()
    offered = choices(COMMAND)
    asked = read_asked(offered, {"year": "2023-24"})
    delivery = delivery_report(COMMAND, asked, offered)
    published = {(course, "face-to-face"): sessions for course, sessions in FACE_TO_FACE.items()}
    published |= {(course, "virtual"): sessions for course, sessions in VIRTUAL.items()}
    assert {(row[0], row[1]): row[2] for row in delivered_rows(delivery)} == published
    assert (sum(FACE_TO_FACE.values()), sum(VIRTUAL.values()), delivery.delivery.delivered) == (43, 33, 76)
    assert delivery.attendance.attendances == 1987
    years = {str(figures.year): (figures.sessions, figures.attendances) for figures in delivery.years}
    assert years["2017-18"] == (70, 1864)
    assert years["2020-21"] == (52, 860)
    assert years["2021-22"] == (50, 1235)
    by_agency = agency_report(COMMAND, asked)
    assert sum(row.figures.attendance.attendances for row in by_agency.rows) == 1987
    assert by_agency.totals.attendance == delivery.attendance
