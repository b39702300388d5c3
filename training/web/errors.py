"""Pages for what went wrong: what it was, and where to go from here."""

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from training.core.database import begin_reading, db
from training.core.refusal import Refused
from training.core.transaction import is_busy

PAGES = {
    400: (
        "This request could not be understood",
        "Go back and try again. If you typed the address, check it.",
    ),
    403: (
        "You cannot open this page",
        "It is for people with another role. If you need it, ask the training team.",
    ),
    404: (
        "Page not found",
        "If you typed the address, check it. If you followed a link, the page may have gone.",
    ),
    405: ("This page cannot be used like that", "Go back and use the buttons on the page."),
    409: (
        "Somebody else has just changed this",
        "Nothing of yours was saved. Open the page again to see how it is now.",
    ),
    413: ("The file is too large", "Files can be up to 5 megabytes. Nothing was saved."),
    429: ("Too many tries", "Wait a few minutes, then try again."),
    500: ("Something went wrong", "Nothing was saved. Try again in a few minutes."),
    503: ("Muster is busy", "Nothing was saved. Try again in a few seconds."),
}


def configure_errors(app: Flask) -> None:
    """Answer every error with a page in plain words; nothing of a failed request is kept."""

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        return _page(error.code)

    @app.errorhandler(CSRFError)
    def form_expired(_error: CSRFError) -> ResponseReturnValue:
        app.logger.warning("a form without its token was refused at %s", request.endpoint)
        advice = "Nothing was saved. Go back, reload the page and send the form again."
        return say("This page was open for too long", advice), 400

    @app.errorhandler(Refused)
    def refused_by_a_rule(refusal: Refused) -> ResponseReturnValue:
        return say("This cannot be done as things stand", f"{refusal.sentence}."), 409

    @app.errorhandler(StaleDataError)
    def changed_meanwhile(_error: StaleDataError) -> ResponseReturnValue:
        return _page(409)

    @app.errorhandler(DBAPIError)
    def database_failed(error: DBAPIError) -> ResponseReturnValue:
        if not is_busy(error):
            app.logger.exception("the database refused a request")
        return _page(503 if is_busy(error) else 500)


def _page(code: int) -> ResponseReturnValue:
    return say(*PAGES.get(code, PAGES[400 if code < 500 else 500])), code


def say(heading: str, advice: str) -> str:
    """The page, with nothing of the failed request kept; without the layout where the database cannot fill it."""
    try:
        db.session.rollback()
        # The layout only reads; in a POST it would wait for the very lock that was not to be had.
        begin_reading()
        return render_template("errors/error.html", heading=heading, advice=advice)
    except SQLAlchemyError:
        bare = current_app.jinja_env.get_template("errors/bare.html")
        return bare.render(heading=heading, advice=advice)
