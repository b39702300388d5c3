"""Where templates are found and what every template can call."""

import hashlib
import secrets
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from training.web.formats import register_formats

TEMPLATES = Path(__file__).parents[2] / "templates"


def new_form_token() -> str:
    """A one-time token for a form, so that a form sent twice acts once."""
    return secrets.token_urlsafe(24)


@lru_cache(maxsize=64)
def _fingerprint(path: Path, _modified_ns: int) -> str:
    """The first part of the file's digest, read again only when the file was written again."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def configure_templating(app: Flask) -> None:
    """Set up Jinja: the checkout's templates beside the GOV.UK macros, formats as filters, and the names
    `asset_url(name)` and `new_form_token()`.

    Call it before anything renders. A missing asset still gets its address, without a fingerprint, so that a
    page can be tested before assets are built.
    """

    def asset_url(name: str) -> str:
        """The address of a built file; it changes with the content, so that browsers may keep the file."""
        path = Path(app.static_folder or "") / name
        if not path.is_file():
            return url_for("static", filename=name)
        return url_for("static", filename=name, v=_fingerprint(path, path.stat().st_mtime_ns))

    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.loader = ChoiceLoader(
        [
            FileSystemLoader(TEMPLATES),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            app.create_global_jinja_loader(),  # what extensions bring with their blueprints
        ]
    )
    app.jinja_env.add_extension("jinja2.ext.do")
    app.add_template_global(asset_url, "asset_url")
    app.add_template_global(new_form_token, "new_form_token")
    register_formats(app)
