"""The privacy notice, the terms and the accessibility statement: read by everybody, published in versions."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import WallClock
from tests.factories import make_agency, make_course, make_person, make_session, viewer_of
from tests.pages import Client
from training.bookings.models import Booking
from training.bookings.operations import book_place
from training.bookings.ticks_needs import NEED_DAYS
from training.core import clock, policies
from training.core.audit import AuditEntry
from training.core.database import db
from training.core.policies import PLACEHOLDER, PLACEHOLDERS, PolicyKind, PolicyVersion, delivered, publish
from training.core.policy_figures import terms_words
from training.core.refusal import Refused
from training.core.settings import Setting, change_setting
from training.core.viewer import COMMAND, Role
from training.custody.retention import class_named
from training.people.models import Person
from training.web.layout import PARTNERSHIP_NAME
from training.web.markdown import markdown
from training.web.policies import CONTACT


@pytest.fixture
def desk(client: Client, app: Flask) -> Client:
    """Signed in as the officer."""
    client.sign_in(committed(Role.OFFICER))
    return client


def committed(role: Role) -> Person:
    person = make_person(role=role)
    db.session.commit()
    return person


@pytest.mark.parametrize("kind", PolicyKind)
def test_everybody_reads_the_text_that_comes_with_muster(client: Client, kind: PolicyKind) -> None:
    change_setting(COMMAND, PARTNERSHIP_NAME, "Sandby *Safeguarding* <Partnership>")
    change_setting(COMMAND, CONTACT, "training@sandby.example or 01632 960 001")
    db.session.commit()
    page = client.get(f"/{kind}")
    assert "Sandby *Safeguarding* <Partnership>" in page
    assert "training@sandby.example or 01632 960 001" in page
    assert "((" not in page
    assert f"/{kind}" in [link["href"] for link in page.select("footer a")]
    assert "No other version yet" in client.get(f"/{kind}/versions")
    client.get(f"/{kind}/versions/1", status=404)
    client.get(f"/{kind}/versions/99999999999999999999", status=404)


@pytest.mark.parametrize("kind", PolicyKind)
def test_delivered_texts_ask_only_for_what_can_be_filled_in(app: Flask, kind: PolicyKind) -> None:
    wanted = set(PLACEHOLDER.findall(delivered(kind).text))
    assert set(PLACEHOLDERS) <= wanted <= {*PLACEHOLDERS, *policies.figure_names(), *terms_words()}


def test_the_privacy_notice_says_the_periods_of_the_settings(client: Client) -> None:
    before = client.get("/privacy")
    assert "until 6 years after we last heard of you" in before
    assert "until 14 days after the session" in before
    change_setting(COMMAND, class_setting("people"), 18)
    change_setting(COMMAND, NEED_DAYS, 1)
    db.session.commit()
    after = client.get("/privacy")
    assert "until 18 months after we last heard of you" in after
    assert "until 1 day after the session" in after


def class_setting(name: str) -> Setting[int]:
    found = class_named(name)
    assert found is not None
    return found.setting


def test_words_of_a_setting_are_registered_once(app: Flask) -> None:
    with pytest.raises(ValueError, match="already known"):
        policies.register_figure("keep needs", str)


def test_an_officer_looks_at_a_version_and_publishes_it(desk: Client) -> None:
    page = desk.get("/desk/settings/policies/terms")
    wanted = {"text": "## Coming\n\n((partnership)) says **come**.", "change": "Shorter."}
    looked_at = desk.submit(page, wanted, button="Look at it first", status=200)
    assert looked_at.one("section.muster-panel h2.govuk-heading-m").text == "Coming"
    assert db.session.query(PolicyVersion).count() == 0
    published = desk.submit(looked_at, {}, button="Publish", follow=True)
    assert published.h1 == "Terms of booking"
    assert "says come" in published
    assert "Version 1, published on" in published
    assert [row[2] for row in desk.get("/terms/versions").rows()] == ["Shorter."]
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.deed == "published")).one()
    assert entry.reason == "Shorter."


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk: Client) -> None:
    page = desk.get("/desk/settings/policies/privacy")
    assert desk.submit(page, {"text": "", "change": ""}, button="Publish", status=400).errors == [
        "Enter the text", "Enter what is different",
    ]  # fmt: skip
    wrong = desk.submit(page, {"text": "Ask ((somebody))", "change": "New"}, button="Publish", status=400)
    assert wrong.errors == ["There is nothing to put in the place of ((somebody))"]
    assert "Ask ((somebody))" in wrong.one("textarea").text
    assert desk.submit(page, {"change": "None"}, button="Publish", status=400).errors == [
        "The text is the same as the version in force"
    ]


def test_somebody_who_published_meanwhile_is_not_overwritten_unseen(desk: Client) -> None:
    page = desk.get("/desk/settings/policies/privacy")
    publish(COMMAND, PolicyKind.PRIVACY, "Theirs", "We share less.", 0)
    db.session.commit()
    late = desk.submit(page, {"text": "Mine", "change": "Other"}, button="Publish", status=400)
    assert late.errors == ["Somebody published version 1 while you were writing"]
    assert "We share less." in late
    assert desk.submit(late, {}, button="Publish", follow=True).h1 == "Privacy notice"
    assert [text.number for text in policies.versions(PolicyKind.PRIVACY)] == [2, 1]
    old = desk.get("/privacy/versions/1")
    assert "Theirs" in old
    assert "It is no longer in force" in old


def test_others_cannot_publish(client: Client, app: Flask) -> None:
    for role in (Role.ADMINISTRATOR, Role.TRAINER):
        client.sign_in(committed(role))
        client.get("/desk/settings/policies", status=403)
        client.post("/desk/settings/policies/terms", {"text": "x", "change": "y"}, status=403)


def test_the_foot_of_pages_says_for_a_month_that_the_privacy_notice_changed(
    client: Client, wall_clock: WallClock
) -> None:
    wall_clock.set("2026-12-03 10:00")
    publish(COMMAND, PolicyKind.PRIVACY, "First", "New.", 0)
    db.session.commit()
    assert "changed" not in client.get("/privacy").one("footer").text
    publish(COMMAND, PolicyKind.PRIVACY, "Second", "Newer.", 1)
    db.session.commit()
    assert "Privacy notice (changed 3 Dec 2026)" in client.get("/").one("footer").text
    wall_clock.forward(days=31)
    assert "changed" not in client.get("/").one("footer").text


def test_a_booking_keeps_the_terms_it_was_made_under(app: Flask) -> None:
    person, others = make_person(agency=make_agency()), make_person(agency=make_agency())
    course_session = make_session(make_course(), on=clock.today() + timedelta(days=30))
    db.session.commit()
    first = book_place(viewer_of(person), course_session.id, person.id, declared=True)
    db.session.commit()
    publish(COMMAND, PolicyKind.TERMS, "Stricter", "Stricter.", 1)
    db.session.commit()
    second = book_place(viewer_of(others), course_session.id, others.id, declared=True)
    db.session.commit()
    agreed = db.select(Booking.id, PolicyVersion.number).join(PolicyVersion, PolicyVersion.id == Booking.terms_id)
    numbers = {row.id: row.number for row in db.session.execute(agreed)}
    assert numbers == {first.id: 1, second.id: 2}
    assert policies.version_numbered(PolicyKind.TERMS, 1) is not None


def test_a_number_that_is_taken_is_refused_whoever_was_first(app: Flask) -> None:
    publish(COMMAND, PolicyKind.TERMS, "One", "First.", 0)
    db.session.commit()
    with pytest.raises(Refused, match="Somebody published version 1"):
        publish(COMMAND, PolicyKind.TERMS, "Two", "Second.", 0)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[here](javascript:alert(1))",
        "[here](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://elsewhere.example/x.png)",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<img src=x onerror=alert(1)>",
    ],
)
def test_markdown_brings_nothing_that_acts(text: str) -> None:
    html = str(markdown(text))
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert "title=" not in html
