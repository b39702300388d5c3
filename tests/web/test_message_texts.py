"""Rewriting messages at the desk: the list, the preview, the test, the line that is wrong, and two officers at once."""

import pytest
from flask import Flask

from tests.factories import make_booking, make_course, make_person, make_session
from tests.pages import Client, Page
from training.bookings.mail import OFFERED
from training.core.database import db
from training.core.message_rewriting import standing_of
from training.core.message_texts import MessageText
from training.core.outbox import OutboxMessage
from training.core.viewer import Role

TEXTS = "/desk/messages/texts"
ADDRESS = f"{TEXTS}/bookings.offered"
OWN = "Dear ((name)),\n\nUntil ((until)): ((dates))\n\n((answer))\n\n((code)) at ((code_page))"


@pytest.fixture
def desk(client: Client) -> Client:
    """Signed in as the officer."""
    officer = make_person("Olu", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def look(page: Page) -> str:
    """What stands in the frame that shows the message."""
    return str(page.one("iframe")["srcdoc"])


def rewritten(desk: Client, subject: str = "Yours until ((until))") -> Page:
    page = desk.get(f"{ADDRESS}/rewrite")
    return desk.submit(page, {"subject": subject, "body": OWN}, button="Save", follow=True)


def test_every_kind_is_listed_with_who_gets_it_and_whose_words_it_has(desk: Client) -> None:
    page = desk.get(TEXTS)
    listed = {row[0]: row[1:] for table in range(len(page.select("table"))) for row in rows_of(page, table)}
    offered = next(cells for name, cells in listed.items() if name.startswith("Place offered"))
    assert offered == ["Whoever asked for a place", "As delivered"]
    code = next(cells for name, cells in listed.items() if name.startswith("Account: code to sign in"))
    assert code == ["The owner of an account or address", "As delivered, not to be changed"]
    rewritten(desk)
    assert "Your own" in desk.get(TEXTS)


def rows_of(page: Page, table: int) -> list[list[str]]:
    rows = page.select("table")[table].select("tbody tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in rows]


def test_a_preview_is_filled_from_a_real_session_and_opens_nothing(desk: Client) -> None:
    make_booking(make_session(make_course("Neglect <seen>")), make_person("Secretname"))
    db.session.commit()
    page = desk.get(ADDRESS)
    assert "Neglect <seen>" in page.text
    assert "Neglect &lt;seen&gt;" in look(page)
    assert "/link/example" in look(page)
    assert "XXXX-XXXX-XXXX" in look(page)
    assert "Hello Olu," in look(page)
    assert "Secretname" not in str(page.soup)
    assert "href=" not in look(page)
    assert " style=" not in look(page)


def test_without_a_session_the_preview_has_examples(desk: Client) -> None:
    assert "Neglect: seeing the child" in look(desk.get(ADDRESS))


def test_a_text_is_looked_at_first_and_then_saved(desk: Client) -> None:
    page = desk.get(f"{ADDRESS}/rewrite")
    seen = desk.submit(page, {"subject": "Yours until ((until))", "body": OWN}, button="Look at it first", status=200)
    assert "How it will look" in seen
    assert "Dear Olu," in look(seen)
    assert standing_of(OFFERED).own is None
    after = desk.submit(seen, button="Save", follow=True)
    assert after.flashes == ["“Place offered” is sent in these words from now on."]
    assert "This message is sent in your own words." in after
    assert "Hello ((name))," in after
    again = desk.get(f"{ADDRESS}/rewrite")
    assert again.one("input[name=subject]")["value"] == "Yours until ((until))"
    assert "Who changed it" in after


def test_a_broken_placeholder_is_refused_with_its_line_and_what_was_typed_is_kept(desk: Client) -> None:
    page = desk.get(f"{ADDRESS}/rewrite")
    typed = f"{OWN}\n\nBye ((nmae))\n{{{{ evil }}}}"
    wrong = desk.submit(page, {"subject": "Yours", "body": typed}, button="Save", status=400)
    first = "Line 9: there is no ((nmae)) in this message; perhaps ((name)) is meant. It says “Bye ((nmae))”"
    assert wrong.errors == [first]
    assert "Line 10: a text has no commands" in wrong
    assert "evil" in wrong.one("textarea[name=body]").get_text()
    dead = desk.submit(wrong, {"body": "Hello ((name))"}, button="Save", status=400)
    assert "without it nobody who gets the message can go on from it" in dead
    assert standing_of(OFFERED).own is None


def test_subject_and_text_are_asked_for(desk: Client) -> None:
    page = desk.get(f"{ADDRESS}/rewrite")
    wrong = desk.submit(page, {"subject": "", "body": ""}, button="Save", status=400)
    assert wrong.errors == ["Enter the subject", "Enter the text"]
    leaking = desk.submit(wrong, {"subject": "Type ((code))", "body": OWN}, button="Save", status=400)
    assert "a subject is seen by whoever passes by" in leaking.errors[0]


def test_a_test_goes_to_the_officer_and_saves_nothing(desk: Client) -> None:
    page = desk.get(f"{ADDRESS}/rewrite")
    after = desk.submit(page, {"subject": "Yours", "body": OWN}, button="Send a test to me", status=200)
    (message,) = db.session.scalars(db.select(OutboxMessage))
    assert message.subject == "Test: Yours"
    assert message.recipient_address.startswith("olu.")
    assert after.flashes == [f"A test is on its way to {message.recipient_address}. What you typed is not saved yet."]
    assert after.one("input[name=subject]")["value"] == "Yours"
    assert standing_of(OFFERED).own is None


def test_two_officers_at_once_see_both_texts(desk: Client) -> None:
    page = desk.get(f"{ADDRESS}/rewrite")
    rewritten(desk, "The other’s")
    stale = desk.submit(page, {"subject": "Mine", "body": OWN}, button="Save", status=400)
    assert stale.errors == ["Somebody else changed this text after you opened it. Compare both below, then save again"]
    assert stale.rows("table")[0] == ["Subject", "The other’s", "Mine"]
    desk.submit(stale, button="Save", follow=True)
    assert standing_of(OFFERED).sent.subject == "Mine"


def test_going_back_to_the_delivered_words_keeps_ones_own(desk: Client) -> None:
    late_page, page = rewritten(desk), desk.get(ADDRESS)
    after = desk.submit(page, button="Send it as delivered", follow=True)
    assert after.flashes == ["“Place offered” is sent as it was delivered from now on."]
    assert "Your words are kept" in after
    late = desk.submit(late_page, button="Send it as delivered", status=400)
    assert late.errors == ["Somebody else changed this text after you opened it"]


def test_words_that_a_release_left_behind_show_on_the_desk(desk: Client) -> None:
    db.session.add(MessageText(kind=OFFERED.name, subject="Old ((gone))", body="Old"))
    db.session.commit()
    page = desk.get("/desk")
    assert "Texts of messages that do not fit" in page
    shown = desk.click(page, "Place offered")
    assert "Your words do not fit any more" in shown
    assert "There is no ((gone)) in this message" in shown
    assert "Until you put them right they are sent as delivered" in desk.get(TEXTS)


def test_what_protects_accounts_is_shown_and_locked(desk: Client) -> None:
    page = desk.get(f"{TEXTS}/account-sign-in-code")
    assert "Its words protect accounts" in page
    assert "Rewrite it" not in page.links
    desk.get(f"{TEXTS}/account-sign-in-code/rewrite", status=403)
    desk.get(f"{TEXTS}/no.such.kind", status=404)


def test_an_administrator_reads_and_does_not_rewrite(app: Flask, client: Client) -> None:
    administrator = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(administrator)
    page = client.get(ADDRESS)
    assert "Rewrite it" not in page.links
    client.get(f"{ADDRESS}/rewrite", status=403)
    client.post(f"{ADDRESS}/as-delivered", {}, status=403)
    assert app.testing
