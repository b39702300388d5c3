"""Who may call which endpoint, and who is calling: every endpoint declares it, or the start fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from training.core.viewer import ROLE_LABELS, Role, Viewer

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class UndeclaredAccessError(RuntimeError):
    """An endpoint does not say who may call it."""


@dataclass(frozen=True)
class Rule:
    """Who may call an endpoint; rows out of reach are refused by the queries behind it."""

    label: str
    needs_sign_in: bool = False
    roles: frozenset[Role] = frozenset()
    before_second_factor: bool = False
    """Whether it is open to somebody who still has to show a second factor: where they set it up or show it."""

    def allows(self, viewer: Viewer) -> bool:
        """Whether `viewer` may call at all."""
        if not self.needs_sign_in:
            return True
        return viewer.is_signed_in and (not self.roles or viewer.has(*self.roles))

    def allows_role(self, role: Role) -> bool:
        """Whether a person who holds `role`, and is a learner as everybody is, may call."""
        return not self.needs_sign_in or not self.roles or not self.roles.isdisjoint({role, Role.LEARNER})


PUBLIC = Rule("everybody")
LINK_HOLDER = Rule("whoever holds the link")
SIGNED_IN = Rule("everybody signed in", needs_sign_in=True)


SIGNING_IN = Rule("everybody signed in, before a second factor too", needs_sign_in=True, before_second_factor=True)


def public(view: View) -> View:
    """Everybody may call `view`."""
    return _declare(view, PUBLIC)


def link_holder(view: View) -> View:
    """Whoever holds a signed link may call `view`, which checks the link itself."""
    return _declare(view, LINK_HOLDER)


def signed_in(view: View) -> View:
    """Everybody who is signed in may call `view`."""
    return _declare(view, SIGNED_IN)


def signing_in(view: View) -> View:
    """Everybody who is signed in may call `view`, also before they have shown the second factor they need."""
    return _declare(view, SIGNING_IN)


def only(*roles: Role) -> Callable[[View], View]:
    """Only people who hold one of `roles` today may call the view."""
    rule = Rule(" or ".join(sorted(ROLE_LABELS[role].lower() for role in roles)), True, frozenset(roles))
    return lambda view: _declare(view, rule)


def current_viewer() -> Viewer:
    """Who is asking in the present request."""
    if "viewer" not in g:
        g.viewer = current_app.extensions["muster-viewer"]()
    return g.viewer


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """What `endpoint` declares; None if it declares nothing."""
    declared: dict[str, Rule] = app.extensions["muster-access"]
    return declared.get(endpoint) or getattr(app.view_functions.get(endpoint), "access_rule", None)


def configure_access(app: Flask, load_viewer: Callable[[], Viewer]) -> None:
    """Ask `load_viewer` who is asking, once a request, and turn away who may not call the endpoint."""
    app.extensions["muster-viewer"] = load_viewer
    app.extensions["muster-access"] = {"static": PUBLIC}
    describe_foreign(app, {"static": "Styles, scripts, fonts and pictures of the pages."})

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None
        rule = rule_of(app, request.endpoint)
        if rule is None:
            raise UndeclaredAccessError(request.endpoint)
        if not rule.needs_sign_in or (rule.before_second_factor and current_viewer().is_signed_in):
            return None
        viewer = current_viewer()
        following = request.full_path.rstrip("?") if request.method == "GET" else None
        if viewer.withheld and (following is not None or not rule.allows(viewer)):
            return redirect(url_for("accounts.second_step", next=following))
        if rule.allows(viewer):
            return None
        if viewer.is_signed_in:
            current_app.logger.warning("person %s has no role for %s", viewer.person_id, request.endpoint)
            abort(403)
        return redirect(url_for("security.login", next=following))


def declare_foreign(app: Flask, rules: dict[str, Rule]) -> None:
    """Declare access for endpoints of libraries, whose views cannot be decorated."""
    app.extensions["muster-access"].update(rules)


def describe_foreign(app: Flask, sentences: dict[str, str]) -> None:
    """Say what endpoints of libraries are for; our own views say it in the first line of their docstring."""
    app.extensions.setdefault("muster-access-words", {}).update(sentences)


def purpose_of(app: Flask, endpoint: str) -> str:
    """What the page of `endpoint` is for, as a sentence; raises UndeclaredAccessError where nobody said.

    Of a docstring's first line, what stands before a semicolon: what comes after it is for those who read the code.
    """
    sentences: dict[str, str] = app.extensions.get("muster-access-words", {})
    told = sentences.get(endpoint) or (app.view_functions[endpoint].__doc__ or "").strip().partition("\n")[0]
    if not told:
        raise UndeclaredAccessError(f"{endpoint} does not say what it is for")
    sentence, cut, _ = told.replace("'", "’").partition(";")
    return f"{sentence}." if cut else sentence


def check_access_is_declared(app: Flask) -> None:
    """Raise UndeclaredAccessError naming every endpoint that does not say who may call it."""
    silent = sorted(endpoint for endpoint in app.view_functions if rule_of(app, endpoint) is None)
    if silent:
        raise UndeclaredAccessError(f"these endpoints do not say who may call them: {', '.join(silent)}")


def _declare(view: View, rule: Rule) -> View:
    view.access_rule = rule  # type: ignore[attr-defined]
    return view
