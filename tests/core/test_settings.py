"""Settings: the default until somebody changes them, within bounds, and noted."""

import pytest
from flask import Flask

from training.core.audit import AuditEntry
from training.core.database import db
from training.core.settings import Setting, SettingValue, change_setting, register_setting, setting_value, settings
from training.core.viewer import COMMAND

PLACES = Setting("test.places", "Places", 25, least=1, most=100)
NOTICE = Setting("test.notice", "Notice", "")
IS_OPEN = Setting("test.open", "Open", True)


def test_it_is_the_default_until_it_is_changed(app: Flask) -> None:
    assert (setting_value(PLACES), setting_value(NOTICE), setting_value(IS_OPEN)) == (25, "", True)
    change_setting(COMMAND, PLACES, 30)
    change_setting(COMMAND, NOTICE, "Closed on Friday")
    change_setting(COMMAND, IS_OPEN, False)
    db.session.commit()
    db.session.remove()
    assert (setting_value(PLACES), setting_value(NOTICE), setting_value(IS_OPEN)) == (30, "Closed on Friday", False)
    assert setting_value(IS_OPEN) is False


def test_a_change_is_noted_and_no_change_is_not(app: Flask) -> None:
    change_setting(COMMAND, PLACES, 25)
    assert db.session.scalars(db.select(SettingValue)).all() == []
    change_setting(COMMAND, PLACES, 30)
    change_setting(COMMAND, PLACES, 31)
    change_setting(COMMAND, PLACES, 31)
    db.session.flush()
    entries = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id)).all()
    steps = [(entry.values.before, entry.values.after) for entry in entries if entry.values]
    assert steps == [
        ({"test.places": 25}, {"test.places": 30}),
        ({"test.places": 30}, {"test.places": 31}),
    ]
    db.session.rollback()


@pytest.mark.parametrize("number", [0, 101])
def test_a_number_out_of_bounds_is_refused(app: Flask, number: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 100"):
        change_setting(COMMAND, PLACES, number)
    assert setting_value(PLACES) == 25


def test_a_setting_is_registered_once(app: Flask) -> None:
    taken = settings()[0]
    with pytest.raises(ValueError, match="already known"):
        register_setting(taken.key, "Again", 1)


def test_a_change_that_was_rolled_back_is_not_remembered(app: Flask) -> None:
    change_setting(COMMAND, PLACES, 30)
    db.session.rollback()
    db.session.remove()
    assert setting_value(PLACES) == 25
