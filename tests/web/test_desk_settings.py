"""Settings are changed one by one, within their bounds."""

import pytest

from tests.factories import make_person, viewer_of
from tests.pages import Client
from training.accounts.factors import ASKED_OF_THE_DESK
from training.core.database import db
from training.core.settings import change_setting, setting_value, settings
from training.core.viewer import Role
from training.web import desk_settings


@pytest.fixture
def desk(client: Client) -> Client:
    """Signed in as the officer."""
    officer = make_person(role=Role.OFFICER)
    db.session.commit()
    client.sign_in(officer)
    return client


def test_every_setting_is_listed_and_has_a_form(desk: Client) -> None:
    page = desk.get("/desk/settings")
    assert len(page.select("tbody tr")) == len(settings())
    for setting in settings():
        if not setting.protects:
            assert setting.label in desk.get(f"/desk/settings/{setting.key}").text
    desk.get("/desk/settings/unknown.key", status=404)


def test_a_changed_name_stands_on_every_page(desk: Client) -> None:
    page = desk.get("/desk/settings/partnership.name")
    after = desk.submit(page, {"value": "Sandby Safeguarding Children Partnership"}, follow=True)
    assert after.flashes == ["“Name of the partnership” is now Sandby Safeguarding Children Partnership."]
    assert after.title == "Settings - Sandby Safeguarding Children Partnership"


def test_a_name_cannot_be_empty_but_a_notice_can(desk: Client) -> None:
    page = desk.get("/desk/settings/partnership.name")
    assert desk.submit(page, {"value": " "}, status=400).errors == ["Enter name of the partnership"]
    desk.submit(desk.get("/desk/settings/partnership.notice"), {"value": "Closed on Friday."}, follow=True)
    assert "Closed on Friday." in desk.get("/desk/settings").words(".muster-notice")[0]
    after = desk.submit(desk.get("/desk/settings/partnership.notice"), {"value": ""}, follow=True)
    assert after.select(".muster-notice") == []


def test_a_number_keeps_to_its_bounds(desk: Client) -> None:
    numbers = (each for each in settings() if isinstance(each.default, int) and not isinstance(each.default, bool))
    setting = next(each for each in numbers if not each.protects)
    page = desk.get(f"/desk/settings/{setting.key}")
    wrong = desk.submit(page, {"value": str(setting.most + 1)}, status=400)
    assert len(wrong.errors) == 1
    assert wrong.one("input[name=value]")["value"] == str(setting.most + 1)
    desk.submit(wrong, {"value": str(setting.least)}, follow=True)
    assert desk.get(f"/desk/settings/{setting.key}").one("input[name=value]")["value"] == str(setting.least)


def test_the_form_fits_what_the_setting_is() -> None:
    kinds = {type(setting.default) for setting in settings()}
    assert kinds <= {int, str, bool}
    assert desk_settings.YES_NO == {"yes": "Yes", "no": "No"}


def test_what_protects_accounts_is_for_system_administrators(client: Client) -> None:
    officer, system = make_person(role=Role.OFFICER), make_person(role=Role.SYSTEM)
    db.session.commit()
    with pytest.raises(LookupError):
        change_setting(viewer_of(officer, Role.OFFICER), ASKED_OF_THE_DESK, value=False)
    protecting = [setting.key for setting in settings() if setting.protects]
    assert {"people.second-factor", "people.desk-idle-minutes", "people.longest-sign-in-days"} <= set(protecting)
    client.sign_in(officer)
    page = client.get("/desk/settings")
    assert page.text.count("A system administrator changes this") == len(protecting)
    for key in protecting:
        client.get(f"/desk/settings/{key}", status=403)
        client.post(f"/desk/settings/{key}", {"value": "no"}, status=403)
    client.sign_in(system)
    client.submit(client.get("/desk/settings/people.second-factor"), {"value": "no"}, follow=True)
    assert setting_value(ASKED_OF_THE_DESK) is False


def test_the_administrator_may_not(client: Client) -> None:
    administrator = make_person(role=Role.ADMINISTRATOR)
    db.session.commit()
    client.sign_in(administrator)
    client.get("/desk/settings", status=403)


def test_every_setting_stands_under_a_heading(desk: Client) -> None:
    assert {setting.key.partition(".")[0] for setting in settings()} <= set(desk_settings.GROUPS)
    page = desk.get("/desk/settings")
    assert len(page.select("tbody tr")) == len(settings())
    assert set(page.words("main h2")) <= set(desk_settings.GROUPS.values())
