"""A lead's staff list by file: who joins, leaves and changes; nobody is pulled in who does not agree; undone as one."""

from datetime import date

import pytest

from tests.conftest import WallClock
from tests.factories import make_agency, make_person
from tests.pages import Client
from tests.people.files import bring, jobs, person_called, press, sheet, verdicts
from training.agencies.models import Agency, AgencyDomain
from training.agencies.operations import set_parent
from training.core import clock
from training.core.database import db
from training.core.outbox import OutboxMessage
from training.core.viewer import COMMAND, Role
from training.people.models import EmailAddress, Employment, Person, Standing
from training.people.operations_roles import grant_role

PAGE = "/agency/people/file"
HEAD = "given name|family name|email|role"


@pytest.fixture
def agency(client: Client, wall_clock: WallClock) -> str:
    """The agency whose lead is signed in, as the form's value: with a domain of its own and one person, Ada Long."""
    wall_clock.set("2026-12-03 09:30")
    sandby = make_agency("Sandby Council")
    db.session.add(AgencyDomain(agency_id=sandby.id, domain="sandby.example"))
    make_person("Ada", "Long", address="ada@sandby.example", agency=sandby)
    lead = make_person("Lee", "Lead", address="lee@sandby.example")
    grant_role(COMMAND, lead, Role.AGENCY_LEAD, sandby.id)
    db.session.commit()
    client.sign_in(lead)
    return str(sandby.id)


def standing_of(family: str) -> list[Standing]:
    db.session.rollback()
    found = db.select(Employment.standing).join(Person, Person.id == Employment.person_id)
    return list(db.session.scalars(found.where(Person.family_name == family).order_by(Employment.id)))


def mails() -> list[OutboxMessage]:
    return list(db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id)))


def link_in(message: OutboxMessage) -> str:
    return next(word for word in message.body_text.split() if "/link/" in word).partition("//")[2].partition("/")[2]


def test_the_file_is_the_list(client: Client, agency: str) -> None:
    content = sheet(f"{HEAD}|start", "Owen|Reed|owen@sandby.example|Porter|1 November 2026")
    address = bring(client, PAGE, content, Agency=agency)
    assert address.startswith("/agency/imports/IMP-")
    preview = client.get(address)
    assert verdicts(preview) == [
        ("Added", "Joins as Porter on 1 November 2026. They are told by email and can say that they do not work here."),
        ("Leaves", "Not in the file: leaves, with 3 December 2026 as the last day."),
    ]
    assert preview.rows()[1][0] == "Not in the file"
    assert press(client, address, "Apply the file").flashes == ["Applied: 2 rows carried out."]
    assert jobs("Long") == [("Sandby Council", "Social worker", date(2020, 1, 1), date(2026, 12, 3))]
    assert jobs("Reed") == [("Sandby Council", "Porter", date(2026, 11, 1), None)]
    assert standing_of("Reed") == [Standing.VOUCHED]
    assert [message.recipient_address for message in mails()] == ["owen@sandby.example"]
    assert press(client, f"{address}/undo", "Undo the file").flashes == ["Undone: 2 rows taken back."]
    db.session.rollback()
    assert jobs("Long") == [("Sandby Council", "Social worker", date(2020, 1, 1), None)]
    assert jobs("Reed") == []


def test_the_lead_of_one_agency_need_not_choose_it(client: Client, agency: str) -> None:
    page = client.get(PAGE)
    assert [option["value"] for option in page.select("select[name=agency] option[selected]")] == [agency]
    preview = client.get(bring(client, PAGE, sheet(HEAD, "Ada|Long|ada@sandby.example|Social worker")))
    assert [status for status, _ in verdicts(preview)] == ["As it is"]


def test_changes_never_touch_names_and_empty_cells_say_nothing(client: Client, agency: str) -> None:
    content = sheet(f"{HEAD}|manager email|staff number", "Adah|Longer|ada@sandby.example|||0042")
    address = bring(client, PAGE, content, Agency=agency)
    assert verdicts(client.get(address)) == [("Changed", "Staff number: none → “0042”.")]
    press(client, address, "Apply the file")
    assert person_called("Long").given_name == "Ada"
    by_number = sheet("staff number|role", "0042|Team manager")
    address = bring(client, PAGE, by_number, Agency=agency)
    assert verdicts(client.get(address)) == [("Changed", "Role: “Social worker” → “Team manager”.")]


def test_a_lead_pulls_in_nobody_who_does_not_agree(client: Client, agency: str) -> None:
    elsewhere = make_agency("Elsewhere Trust")
    make_person("Known", "Elsewhere", address="known@home.example", agency=elsewhere)
    db.session.commit()
    content = sheet(
        HEAD,
        "Ada|Long|ada@sandby.example|",
        "Typed|Name|known@home.example|Porter",
        "Brand|New|brand.new@home.example|Porter",
    )
    address = bring(client, PAGE, content, Agency=agency)
    preview = client.get(address)
    known, unknown = preview.rows()[0], preview.rows()[1]
    assert known[2:] == unknown[2:], "the preview does not say whether an address is known"
    assert "Elsewhere" not in preview.text
    press(client, address, "Apply the file")
    assert standing_of("Elsewhere") == [Standing.VOUCHED, Standing.LISTED]
    assert standing_of("New") == [Standing.LISTED]
    assert len(jobs("Elsewhere")) == 2
    assert jobs("Elsewhere")[0][3] is None, "a job elsewhere goes on"
    again = client.get(bring(client, PAGE, content, Agency=agency))
    assert [row[2] for row in again.rows()] == ["As it is"] * 3
    without = client.get(bring(client, PAGE, sheet(HEAD, "Ada|Long|ada@sandby.example|"), Agency=agency))
    assert [row[2] for row in without.rows()] == ["Leaves", "Leaves", "As it is"]
    assert "Elsewhere" not in without.text
    assert "Known" not in without.text


def test_no_trick_tells_a_lead_whose_address_it_is(client: Client, agency: str) -> None:
    known = make_person("Known", "Elsewhere", address="known@home.example", agency=make_agency("Elsewhere Trust"))
    db.session.add(EmailAddress(person=known, address="known@work.example", is_primary=False))
    ref = known.ref
    db.session.commit()
    head = f"{HEAD}|staff number|manager email"
    lines = ["Typed|Name|{}@home.example|Porter|{}|", "Typed|Other|{}@work.example|Porter||"]
    press(
        client,
        bring(client, PAGE, sheet(head, *(line.format("known", "7") for line in lines)), Agency=agency),
        "Apply the file",
    )
    said = {
        "Typed|Name|else@home.example|Porter|7|": "The staff number 7 is that of somebody else on this list.",
        "Known|Elsewhere||Porter|8|": "Joins as Porter on 3 December 2026.",
        "||known@home.example|||known@work.example": "Manager’s address: none → “known@work.example”.",
    }
    for trick, answer in said.items():
        page = client.get(bring(client, PAGE, sheet(head, trick), Agency=agency))
        assert answer in [sentence for _verdict, sentence in verdicts(page)]
        assert ref not in page.text


def test_a_lead_vouches_for_nobody_by_file_who_is_themselves(client: Client, agency: str) -> None:
    lead = person_called("Lead")
    job = Employment(
        person=lead, agency_id=int(agency), job_role="Porter", from_on=date(2024, 1, 1), standing=Standing.ASKED
    )
    db.session.add(job)
    db.session.commit()
    row = "Lee|Lead|lee@sandby.example|Porter"
    press(client, bring(client, PAGE, sheet(f"{HEAD}|staff number", f"{row}|9"), Agency=agency), "Apply the file")
    press(
        client,
        bring(client, PAGE, sheet(f"{HEAD}|start", "Lee|Lead|lee@sandby.example|Head|2026-12-01"), Agency=agency),
        "Apply the file",
    )
    assert standing_of("Lead") == [Standing.ASKED, Standing.ASKED]


def test_the_manager_of_somebody_who_has_not_agreed_is_told_nothing(client: Client, agency: str) -> None:
    content = sheet(f"{HEAD}|manager email", "Brand|New|brand.new@home.example|Porter|lee@sandby.example")
    press(client, bring(client, PAGE, content, Agency=agency), "Apply the file")
    [job] = person_called("New").employments
    assert (job.standing, job.manager_confirmed_at) == (Standing.LISTED, None)


def test_whoever_is_named_agrees_or_says_no(client: Client, agency: str) -> None:
    content = sheet(
        HEAD,
        "Ada|Long|ada@sandby.example|",
        "Yes|Saying|yes@home.example|Porter",
        "No|Saying|no@home.example|Porter",
    )
    press(client, bring(client, PAGE, content, Agency=agency), "Apply the file")
    yes, no = (f"/{link_in(message)}" for message in mails())
    client.get(yes)
    assert standing_of("Saying") == [Standing.LISTED, Standing.LISTED], "opening a link does nothing"
    client.sign_out()
    client.submit(client.get(yes), button="Yes, I work there")
    client.submit(client.get(no), button="No, I do not work there")
    assert standing_of("Saying") == [Standing.VOUCHED, Standing.REFUSED]
    client.get(yes, status=410)
    client.sign_in(person_called("Lead"))
    page = client.get(bring(client, PAGE, content, Agency=agency))
    assert verdicts(page)[0] == ("Problem", "They said that they do not work here. Ask the training team.")


def test_who_is_listed_answers_on_their_account_or_the_desk_does(client: Client, agency: str) -> None:
    content = sheet(
        HEAD,
        "Ada|Long|ada@sandby.example|",
        *(f"{n}|Saying|{n}@home.example|Porter" for n in ("yes", "no", "rung", "wrong")),
    )
    press(client, bring(client, PAGE, content, Agency=agency), "Apply the file")
    links = [f"/{link_in(message)}" for message in mails()]
    client.get("/desk/people/to-confirm", status=403)
    for name, button in (
        ("yes", "Yes, I work there at Sandby Council"),
        ("no", "No, I do not work there at Sandby Council"),
    ):
        client.sign_in(db.session.scalars(db.select(Person).where(Person.given_name == name)).one())
        page = client.get("/my/account")
        assert "the list of Sandby Council" in client.submit(page, button=button, follow=True).flashes[0]
        client.post("/my/account/jobs/1/list/yes", status=302)
        assert client.get("/my/account").flashes == ["This was answered already. Nothing was changed."]
        client.post("/my/account/jobs/2/list/yes", status=404)
    client.sign_in(make_officer())
    page = client.get("/desk/people/to-confirm")
    assert [row[0].split()[0] for row in page.rows("table")] == ["rung", "wrong"]
    shown = client.submit(page, button="Yes rung Saying works at Sandby Council", follow=True)
    form = client.click(shown, "No , wrong Saying does not work at Sandby Council")
    assert "nobody is told" in form
    sent = len(mails())
    off = client.submit(form, {"reason": "Rang them"}, follow=True)
    assert "wrong Saying is not on the list of Sandby Council any more." in off.flashes
    assert "Named by an agency" not in off
    assert len(mails()) == sent
    expected = [Standing.VOUCHED, Standing.REFUSED, Standing.VOUCHED, Standing.REFUSED]
    assert standing_of("Saying") == expected
    assert [row[0] for row in jobs("Saying")] == ["Sandby Council"] * 4, "nobody is sent to look for an agency"
    for link in links:
        client.get(link, status=410)
    theirs = db.session.scalars(db.select(Person.ref).where(Person.given_name == "no")).one()
    assert "They say that they do not work there" in client.get(f"/desk/people/{theirs}")


def make_officer() -> Person:
    officer = make_person("Ona", "Officer", role=Role.OFFICER)
    db.session.commit()
    return officer


def test_an_address_on_a_shared_domain_is_no_proof(client: Client, agency: str) -> None:
    other = make_agency("Sandby Police")
    db.session.add(AgencyDomain(agency_id=other.id, domain="sandby.example"))
    make_person("Dee", "Tective", address="dee@sandby.example", agency=other)
    db.session.commit()
    content = sheet(HEAD, "Ada|Long|ada@sandby.example|", "Dee|Tective|dee@sandby.example|Porter")
    press(client, bring(client, PAGE, content, Agency=agency), "Apply the file")
    assert standing_of("Tective") == [Standing.VOUCHED, Standing.LISTED]


def test_an_address_of_the_agencys_own_domain_is(client: Client, agency: str) -> None:
    make_person("Mo", "Ving", address="mo@sandby.example", agency=make_agency("Elsewhere Trust"))
    db.session.commit()
    content = sheet(HEAD, "Ada|Long|ada@sandby.example|", "Mo|Ving|mo@sandby.example|Porter")
    press(client, bring(client, PAGE, content, Agency=agency), "Apply the file")
    assert standing_of("Ving") == [Standing.VOUCHED, Standing.BY_ADDRESS]


def test_a_lead_reaches_their_own_and_what_is_below(client: Client, agency: str) -> None:
    below, elsewhere = make_agency("Early Help"), make_agency("Elsewhere Trust")
    set_parent(COMMAND, below, db.session.get_one(Agency, int(agency)), clock.today())
    db.session.commit()
    ids = str(below.id), str(elsewhere.id)
    form = client.get(PAGE)
    offered = {str(option["value"]) for option in form.select("select[name=agency] option")}
    assert {agency, ids[0]} <= offered
    assert ids[1] not in offered
    content = sheet(HEAD, "Owen|Reed|owen@home.example|Porter")
    assert bring(client, PAGE, content, Agency=ids[0]).startswith("/agency/imports/")


def test_a_file_of_an_officer_or_of_another_lead_is_out_of_reach(client: Client, agency: str) -> None:
    address = bring(client, PAGE, sheet(HEAD, "Owen|Reed|owen@home.example|Porter"), Agency=agency)
    ref = address.rpartition("/")[2]
    other = make_person("Other", "Deputy")
    grant_role(COMMAND, other, Role.AGENCY_LEAD, int(agency))
    officer = make_person("Ruth", "Adeyemi", role=Role.OFFICER)
    db.session.commit()
    client.sign_in(other)
    client.get(address, status=404)
    client.post(f"{address}/apply", status=404)
    client.get(f"/desk/imports/{ref}", status=403)
    client.sign_in(officer)
    assert "Owen" in client.get(f"/desk/imports/{ref}")


def test_a_lead_who_is_one_no_more_cannot_apply(client: Client, agency: str, wall_clock: WallClock) -> None:
    address = bring(client, PAGE, sheet(HEAD, "Owen|Reed|owen@home.example|Porter"), Agency=agency)
    lead = person_called("Lead")
    db.session.execute(db.text("UPDATE role_grant SET to_on = '2026-12-03' WHERE person_id = :who"), {"who": lead.id})
    db.session.commit()
    wall_clock.set("2026-12-04 09:30")
    lead = person_called("Lead")
    grant_role(COMMAND, lead, Role.AGENCY_LEAD, make_agency().id)
    db.session.commit()
    client.post(f"{address}/apply", status=404)
    assert jobs("Reed") == []


def test_somebody_who_asked_is_confirmed_by_being_listed_and_not_ended_by_not_being(
    client: Client, agency: str
) -> None:
    for name in ("Asked", "Waiting"):
        person = make_person(name, name, address=f"{name.lower()}@home.example")
        person.employments.append(
            Employment(agency_id=int(agency), job_role="Porter", from_on=date(2026, 11, 1), standing=Standing.ASKED)
        )
    db.session.commit()
    content = sheet(HEAD, "Ada|Long|ada@sandby.example|", "Asked|Asked|asked@home.example|Porter")
    address = bring(client, PAGE, content, Agency=agency)
    assert verdicts(client.get(address))[0] == (
        "Changed", "They asked to be on the list; you confirm that they work here.",
    )  # fmt: skip
    press(client, address, "Apply the file")
    assert (standing_of("Asked"), standing_of("Waiting")) == ([Standing.VOUCHED], [Standing.ASKED])
    assert jobs("Waiting")[0][3] is None


def colleagues(agency: str, count: int) -> None:
    """So many more people on the list."""
    here = db.session.get_one(Agency, int(agency))
    for place in range(count):
        make_person(f"Colleague {place}", "Here", agency=here)
    db.session.commit()


def test_a_list_that_loses_most_people_is_applied_only_with_a_ticked_box(client: Client, agency: str) -> None:
    colleagues(agency, 60)
    address = bring(client, PAGE, sheet(HEAD, "Ada|Long|ada@sandby.example|"), Agency=agency)
    page = client.get(address)
    assert "This list ends the jobs of 60 of 61 people. Is it the whole list?" in page
    refused = client.submit(page, button="Apply the file", status=400)
    assert refused.errors == ["Confirm that you have checked this and it is right"]
    assert refused.title.startswith("Error:")
    assert {row[3] for row in jobs("Here")} == {None}
    assert client.get(refused.links["2"]).url == f"{address}?page=2", "the list leads on from the failed form too"
    client.post(f"{address}/apply", {"sure": ""}, status=400)
    done = client.submit(refused, {"sure": "yes"}, button="Apply the file", follow=True)
    assert done.flashes == ["Applied: 60 rows carried out."]
    assert "Is it the whole list?" not in done
    assert {row[3] for row in jobs("Here")} == {date(2026, 12, 3)}


def test_a_list_without_anybody_known_says_so(client: Client, agency: str) -> None:
    colleagues(agency, 5)
    page = client.get(bring(client, PAGE, sheet(HEAD, "Owen|Reed|owen@sandby.example|Porter"), Agency=agency))
    assert "This list ends the jobs of all 6 people. Is it the whole list?" in page


@pytest.mark.parametrize(("present", "staying"), [(5, 1), (11, 6)])
def test_few_leavers_and_half_of_all_need_no_box(client: Client, agency: str, present: int, staying: int) -> None:
    colleagues(agency, present)
    references = db.session.scalars(
        db.select(Person.ref).where(Person.family_name.in_(["Here", "Long"])).order_by(Person.id).limit(staying)
    )
    address = bring(client, PAGE, sheet("reference|role", *(f"{ref}|Porter" for ref in references)), Agency=agency)
    page = client.get(address)
    assert [verdict for verdict, _ in verdicts(page)].count("Leaves") == present + 1 - staying
    assert not page.select("input[name=sure]")
    assert press(client, address, "Apply the file").flashes == [f"Applied: {present + 1} rows carried out."]


def test_who_has_two_jobs_or_has_not_agreed_is_one_of_the_leavers(client: Client, agency: str) -> None:
    colleagues(agency, 4)
    twice, listed = make_person("Two", "Jobs"), make_person("Not", "Agreed")
    for person, role, standing in (
        (twice, "Porter", Standing.VOUCHED),
        (twice, "Driver", Standing.VOUCHED),
        (listed, "Cook", Standing.LISTED),
    ):
        job = Employment(agency_id=int(agency), job_role=role, from_on=date(2026, 1, 1), standing=standing)
        person.employments.append(job)
    db.session.commit()
    page = client.get(bring(client, PAGE, sheet(HEAD, "Ada|Long|ada@sandby.example|"), Agency=agency))
    assert [verdict for verdict, _ in verdicts(page)].count("Leaves") == 7
    assert "This list ends the jobs of 6 of 7 people." in page
