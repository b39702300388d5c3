"""Settings the partnership changes by itself: each is registered by its stage with its kind and default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from training.core import audit
from training.core.columns import Identified, ShortText
from training.core.database import Base, db
from training.core.viewer import Role, Viewer

Value = TypeVar("Value", int, str, bool)


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """One setting: its key in the database, what the desk calls it, what it starts as, and in what it is counted."""

    key: str
    label: str
    default: Value
    hint: str = ""
    least: int = 0
    most: int = 1_000_000
    protects: bool = False
    """Whether it protects accounts, also those of system administrators: only they change it."""
    choices: Mapping[str, str] | None = None
    """What a text may be, with the words for each; None: anything."""


_settings: dict[str, Setting[int] | Setting[str] | Setting[bool]] = {}


def register_setting(
    key: str,
    label: str,
    default: Value,
    *,
    hint: str = "",
    least: int = 0,
    most: int = 1_000_000,
    protects: bool = False,
    choices: Mapping[str, str] | None = None,
) -> Setting[Value]:
    """Add a setting, once, when its stage is imported; `least` and `most` bound a number, `choices` a text."""
    if key in _settings:
        raise ValueError(f"the setting {key} is already known")
    setting = Setting(key, label, default, hint, least, most, protects, choices)
    _settings[key] = cast("Setting[int] | Setting[str] | Setting[bool]", setting)
    return setting


def settings() -> tuple[Setting[int] | Setting[str] | Setting[bool], ...]:
    """All settings in the order in which the stages registered them."""
    return tuple(_settings.values())


class SettingValue(Identified, Base):
    """What the partnership set; no row where it left the default."""

    __tablename__ = "setting_value"

    key: Mapped[str] = mapped_column(ShortText, unique=True)
    value: Mapped[int | str | bool] = mapped_column(JSON)


def setting_value(setting: Setting[Value]) -> Value:
    """What `setting` is now: kept for the length of the database session, so asking often costs one query."""
    kept: dict[str, int | str | bool] | None = db.session().info.get("settings")
    if kept is None:
        kept = {row.key: row.value for row in db.session.execute(db.select(SettingValue.key, SettingValue.value))}
        db.session().info["settings"] = kept
    return cast(Value, kept.get(setting.key, setting.default))


def may_change(viewer: Viewer, setting: Setting[Value]) -> bool:
    """Whether `viewer` may change `setting`: one that protects accounts above an officer's is not an officer's."""
    return viewer.is_machine or viewer.has(Role.SYSTEM) or (viewer.has(Role.OFFICER) and not setting.protects)


def change_setting(viewer: Viewer, setting: Setting[Value], value: Value) -> None:
    """Set `setting` to `value`; raises ValueError where it lies outside its bounds, or is none of its choices.

    LookupError where it is not for `viewer` to change.
    """
    if not may_change(viewer, setting):
        raise LookupError(f"the setting {setting.key} is out of reach")
    if isinstance(value, int) and not isinstance(value, bool) and not setting.least <= value <= setting.most:
        raise ValueError(f"{setting.label} must be between {setting.least} and {setting.most}")
    if setting.choices is not None and value not in setting.choices:
        raise ValueError(f"{setting.label} must be one of {', '.join(setting.choices)}")
    present = setting_value(setting)
    if present == value:
        return
    row = db.session.scalar(db.select(SettingValue).where(SettingValue.key == setting.key))
    if row is None:
        row = SettingValue(key=setting.key, value=value)
        db.session.add(row)
    row.value = value
    audit.record(viewer, "changed the setting", row, before={setting.key: present}, after={setting.key: value})
    db.session().info.pop("settings", None)
