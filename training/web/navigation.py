"""The tabs of each audience, added by the stages whose pages they open."""

from dataclasses import dataclass

from flask import request, url_for

from training.core.viewer import DESK_ROLES, Role, Viewer


@dataclass(frozen=True)
class Tab:
    """One tab: where it leads, who sees it (everybody where no role is named), which addresses belong to it.

    In a prefix, `*` stands for one segment of the address. Who holds a role of `unless` does not see the tab.
    """

    text: str
    endpoint: str
    roles: frozenset[Role]
    position: int
    prefixes: tuple[str, ...]
    unless: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Entry:
    """A tab as one person sees it on one page."""

    text: str
    href: str
    current: bool


_tabs: list[Tab] = []
_sections: list[Tab] = []


def register_tab(
    text: str,
    endpoint: str,
    *roles: Role,
    position: int,
    prefixes: tuple[str, ...],
    unless: frozenset[Role] = frozenset(),
) -> None:
    """Add a tab, once, when its stage is imported; lower positions come first."""
    if any(tab.endpoint == endpoint for tab in _tabs):
        raise ValueError(f"the tab for {endpoint} is already known")
    _tabs.append(Tab(text, endpoint, frozenset(roles), position, prefixes, unless))
    _tabs.sort(key=lambda tab: tab.position)


def navigation(viewer: Viewer) -> list[Entry]:
    """The tabs `viewer` sees, with the one the present address belongs to marked."""
    return _entries(_tabs, viewer)


def register_desk_section(text: str, endpoint: str, *roles: Role, position: int, prefixes: tuple[str, ...]) -> None:
    """Add a working list to the desk's own navigation, for people at the desk or only for `roles`."""
    if any(tab.endpoint == endpoint for tab in _sections):
        raise ValueError(f"the desk section for {endpoint} is already known")
    _sections.append(Tab(text, endpoint, frozenset(roles) or DESK_ROLES, position, prefixes))
    _sections.sort(key=lambda tab: tab.position)


def desk_navigation(viewer: Viewer) -> list[Entry]:
    """The desk's sections for `viewer`; empty for everybody who does not work there."""
    return _entries(_sections, viewer)


def _entries(tabs: list[Tab], viewer: Viewer) -> list[Entry]:
    """The tabs `viewer` sees; current is the one with the longest prefix of the address, of several the last."""
    seen = [tab for tab in tabs if (not tab.roles or viewer.has(*tab.roles)) and not viewer.has(*tab.unless)]
    fits = {
        tab: max((len(prefix) for prefix in tab.prefixes if _under(request.path, prefix)), default=0) for tab in seen
    }
    best = max((tab for tab in seen if fits[tab]), key=lambda tab: (fits[tab], tab.position), default=None)
    return [Entry(tab.text, url_for(tab.endpoint), tab is best) for tab in seen]


def _under(path: str, prefix: str) -> bool:
    wanted, given = prefix.rstrip("/").split("/"), path.split("/")
    return len(given) >= len(wanted) and all(part in ("*", there) for part, there in zip(wanted, given, strict=False))
