"""What stands on every page: the partnership’s name, the notice, the tabs and the links around them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, url_for

from training.core import clock, policies
from training.core.partnership import PARTNERSHIP_NAME
from training.core.policies import POLICY_LABELS, PolicyKind
from training.core.settings import register_setting, setting_value
from training.web.access import current_viewer
from training.web.formats import short_day
from training.web.navigation import desk_navigation, navigation
from training.web.security import content_security_nonce

NOTICE = register_setting(
    "partnership.notice",
    "Notice on every page",
    "",
    hint="One sentence in a band below the header, such as that the data are invented. Leave empty for none.",
)

AccountLinks = Callable[[], list[dict[str, str | bool]]]


NEWS_FOR = timedelta(days=30)
"""How long the foot of every page says that the privacy notice has changed."""


def footer_links() -> list[dict[str, str]]:
    """The texts that everybody may read, and whether the privacy notice changed of late."""
    changed = policies.changed_since(PolicyKind.PRIVACY, clock.now() - NEWS_FOR)
    links = [{"href": url_for("policies.show", kind=kind.value), "text": POLICY_LABELS[kind]} for kind in PolicyKind]
    if changed is not None:
        links[0]["text"] += f" (changed {short_day(changed)})"
    return links


def configure_layout(app: Flask, account_links: AccountLinks) -> None:
    """Give every template what the layout asks for."""

    @app.context_processor
    def layout() -> dict[str, Any]:
        viewer = current_viewer()
        return {
            "partnership_name": setting_value(PARTNERSHIP_NAME),
            "notice": setting_value(NOTICE),
            "navigation": navigation(viewer),
            "desk_navigation": desk_navigation(viewer),
            "account_links": account_links(),
            "footer_links": footer_links(),
            "csp_nonce": content_security_nonce(),
            "viewer": viewer,
        }
