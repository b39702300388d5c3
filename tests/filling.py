"""Fills the real form of a page: only fields that are there, only choices that are offered."""

from collections.abc import Mapping
from typing import Any, cast

from bs4 import BeautifulSoup, Tag

from tests.examination import attribute, words

Fields = dict[str, Any]


def chosen_form(soup: BeautifulSoup, button: str = "", form: str = "") -> tuple[Tag, Tag | None]:
    """The form that is meant and the button pressed: by its words, by a CSS selector, or the only one that asks."""
    candidates = soup.select(form) if form else soup.select("main form")
    if button:
        pairs = [
            (candidate, press)
            for candidate in candidates
            for press in candidate.select("button")
            if words(press) == button
        ]
        offered = [words(press) for candidate in candidates for press in candidate.select("button")]
        assert len(pairs) == 1, f"{len(pairs)} buttons say “{button}”; there are {offered}"
        return pairs[0]
    asking = [candidate for candidate in candidates if _names(candidate)] if len(candidates) > 1 else candidates
    assert len(asking) == 1, f"{len(asking)} forms ask for something: say which by button= or form="
    return asking[0], asking[0].select_one("button")


def filled(form: Tag, pressed: Tag | None, answers: Mapping[str, Any]) -> Fields:
    """What a browser would send: what the form holds already, changed by `answers`."""
    fields = _present(form)
    if pressed is not None and attribute(pressed, "name"):
        fields[attribute(pressed, "name")] = attribute(pressed, "value")
    for asked, answer in answers.items():
        name = _name_of(form, asked)
        if answer is None:
            fields.pop(name, None)
            continue
        _require_offered(form, name, answer)
        fields[name] = answer
    return fields


def _controls(form: Tag) -> list[Tag]:
    return [control for control in form.select("input, select, textarea") if attribute(control, "name")]


def _names(form: Tag) -> list[str]:
    """The names of what the form asks for, without its hidden inputs."""
    return [attribute(c, "name") for c in _controls(form) if attribute(c, "type") not in ("hidden", "submit")]


def _present(form: Tag) -> Fields:
    fields: Fields = {}
    for control in _controls(form):
        if control.has_attr("disabled"):
            continue
        for value in _values(control):
            _add(fields, attribute(control, "name"), value)
    return fields


def _values(control: Tag) -> list[str]:
    kind = attribute(control, "type")
    if control.name == "textarea":
        return [control.get_text().removeprefix("\n")]
    if control.name == "select":
        options = control.select("option")
        chosen = [option for option in options if option.has_attr("selected")]
        if not chosen and not control.has_attr("multiple"):
            chosen = options[:1]
        return [_option_value(option) for option in chosen]
    if kind in ("checkbox", "radio"):
        return [attribute(control, "value") or "on"] if control.has_attr("checked") else []
    if kind in ("file", "submit", "button", "image"):
        return []
    return [attribute(control, "value")]


def _option_value(option: Tag) -> str:
    return attribute(option, "value") if option.has_attr("value") else words(option)


def _add(fields: Fields, name: str, value: str) -> None:
    present = fields.get(name)
    if present is None:
        fields[name] = value
    else:
        fields[name] = [*present, value] if isinstance(present, list) else [present, value]


def _name_of(form: Tag, asked: str) -> str:
    names = [attribute(control, "name") for control in _controls(form)]
    if asked in names:
        return asked
    by_label = {
        attribute(label, "for"): words(label) for label in form.select("label") if words(label).startswith(asked)
    }
    found = {attribute(control, "name") for control in _controls(form) if attribute(control, "id") in by_label}
    assert len(found) == 1, f"no field “{asked}”; the form has {list(dict.fromkeys(names))}"
    return found.pop()


def _require_offered(form: Tag, name: str, answer: Any) -> None:
    controls = [control for control in _controls(form) if attribute(control, "name") == name]
    offered: list[str] = []
    for control in controls:
        if attribute(control, "type") in ("checkbox", "radio"):
            offered.append(attribute(control, "value") or "on")
        elif control.name == "select":
            offered.extend(_option_value(option) for option in control.select("option"))
        else:
            return
    for value in cast("list[str]", answer) if isinstance(answer, list) else [str(answer)]:
        assert value in offered, f"“{name}” offers {offered}, not “{value}”"
