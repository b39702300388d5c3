"""Muster: multi-agency training and events, from the need to the difference it made."""

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from training.agencies import views as agencies
from training.attendance import views as attendance
from training.bookings import views as bookings
from training.catalogue import views as catalogue
from training.config import ROOT, Config
from training.core.database import configure_database, db
from training.core.notes import configure_notes
from training.evaluations import views as evaluations
from training.homes import views as homes
from training.people import views as people
from training.people.accounts import account_links, configure_accounts, declare_account_access, load_viewer
from training.planning import views as planning
from training.reports import views as reports
from training.schedule import views as schedule
from training.web import desk_settings, health, kept_mail, links, messages, tasks
from training.web.access import check_access_is_declared, configure_access
from training.web.errors import configure_errors
from training.web.layout import configure_layout
from training.web.requests import Muster, configure_requests
from training.web.security import configure_security_headers
from training.web.templating import configure_templating

BLUEPRINTS = (
    health.blueprint,
    links.blueprint,
    messages.blueprint,
    desk_settings.blueprint,
    tasks.blueprint,
    agencies.blueprint,
    people.blueprint,
    catalogue.blueprint,
    planning.blueprint,
    schedule.blueprint,
    bookings.blueprint,
    attendance.blueprint,
    evaluations.blueprint,
    reports.blueprint,
    homes.blueprint,
)
"""In the order of the stages."""


def create_app(config: Config) -> Flask:
    """The application for one installation; the same for the web server, the worker and commands."""
    app = Muster(__name__, static_folder="static", template_folder=str(ROOT / "templates"))
    app.extensions["muster"] = config
    app.config["TESTING"] = config.environment == "testing"
    configure_database(app, config.database_url)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    configure_templating(app)
    configure_requests(app)
    configure_access(app, load_viewer)
    configure_security_headers(app, config)
    configure_accounts(app, config)
    configure_layout(app, account_links)
    configure_errors(app)
    configure_notes(app)
    register_stages(app, config)
    configure_serving(app, config)
    return app


def register_stages(app: Flask, config: Config) -> None:
    """Add the pages of every stage, and refuse to start where one is half declared."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if kept_mail.is_wanted(config):
        app.register_blueprint(kept_mail.blueprint)
    declare_account_access(app)
    check_access_is_declared(app)
    links.check_links_have_pages(app)


def configure_serving(app: Flask, config: Config) -> None:
    """Serve the page assets from the process, and believe as many proxies as there are."""
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=app.static_folder, prefix="static/", max_age=31_536_000)
    if config.proxies:
        app.wsgi_app = ProxyFix(
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
