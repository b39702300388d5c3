"""Muster: multi-agency training and events, from the need to the difference it made."""

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from training import subjects
from training.accounts.configuring import account_links, configure_accounts, declare_account_access, load_viewer
from training.accounts.form_limits import declare_form_limits
from training.accounts.sign_ins import configure_sign_ins
from training.accounts.views import blueprint as accounts_pages
from training.accounts.views_single_sign_on import configure_single_sign_on
from training.agencies.views import blueprint as agencies_pages
from training.allotment.views import blueprint as allotment_pages
from training.attendance.views import blueprint as attendance_pages
from training.bookings.limits_first import declare_first_limits
from training.bookings.views import blueprint as bookings_pages
from training.calendars.views import blueprint as calendars_pages
from training.catalogue.views import blueprint as catalogue_pages
from training.changes.views import blueprint as changes_pages
from training.config import ROOT, Config
from training.core.database import configure_database, db
from training.core.logs import configure_logs
from training.core.notes import configure_notes
from training.custody.views import blueprint as custody_pages
from training.evaluations.views import blueprint as evaluations_pages
from training.groups.views import blueprint as groups_pages
from training.homes.views import blueprint as homes_pages
from training.people.views import blueprint as people_pages
from training.planning.views import blueprint as planning_pages
from training.pool.views import blueprint as pool_pages
from training.programme.views import blueprint as programme_pages
from training.reports.views import blueprint as reports_pages
from training.schedule.views import blueprint as schedule_pages
from training.web import (
    audit,
    batch_addresses,
    desk_settings,
    health,
    kept_mail,
    links,
    message_pages,
    policies,
    roles,
    tasks,
)
from training.web.access import check_access_is_declared, configure_access
from training.web.errors import configure_errors
from training.web.layout import configure_layout
from training.web.limits import configure_limits
from training.web.requests import Muster, configure_requests
from training.web.security import asset_headers, configure_security_headers, configure_trial_runs
from training.web.templating import configure_templating

BLUEPRINTS = (
    health.blueprint,
    links.blueprint,
    message_pages.blueprint,
    message_pages.texts_blueprint,
    audit.blueprint,
    policies.blueprint,
    desk_settings.blueprint,
    tasks.blueprint,
    batch_addresses.blueprint,
    roles.blueprint,
    agencies_pages,
    people_pages,
    accounts_pages,
    catalogue_pages,
    planning_pages,
    schedule_pages,
    programme_pages,
    bookings_pages,
    changes_pages,
    allotment_pages,
    calendars_pages,
    groups_pages,
    pool_pages,
    attendance_pages,
    evaluations_pages,
    reports_pages,
    homes_pages,
    custody_pages,
)
"""In the order of the stages."""
SUBJECTS = subjects.SOURCES
"""What the audit log can name."""


def create_app(config: Config) -> Flask:
    """The application for one installation; the same for the web server, the worker and commands."""
    configure_logs()
    app = Muster(__name__, static_folder="static", template_folder=str(ROOT / "templates"))
    app.extensions["muster"] = config
    app.config["TESTING"] = config.environment == "testing"
    configure_database(app, config.database_url)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    configure_trial_runs(app, config)
    configure_templating(app)
    configure_requests(app)
    configure_access(app, load_viewer)
    configure_security_headers(app, config)
    configure_limits(app)
    configure_accounts(app, config)
    configure_sign_ins(app)
    configure_single_sign_on(app)
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
    declare_form_limits(app)
    declare_first_limits(app)
    check_access_is_declared(app)
    links.check_links_have_pages(app)


def configure_serving(app: Flask, config: Config) -> None:
    """Serve the page assets from the process, and believe as many proxies as there are."""
    app.wsgi_app = WhiteNoise(
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        max_age=31_536_000,
        # Nobody else's pages need them.
        allow_all_origins=False,
        add_headers_function=asset_headers(config),
    )
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies)
