"""The mail that development keeps in a folder instead of sending it; in production these pages do not exist."""

from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from training.config import Config, installation
from training.core.transports import KeptMail, kept_mail, kept_mails
from training.web import access
from training.web.security import is_this_machine

blueprint = Blueprint("kept_mail", __name__)
HEADERS = ("Date", "From", "To", "Delivered-To", "Reply-To", "Message-ID", "Auto-Submitted")
# The mail brings styles of its own and nothing else: no scripts, no pictures from elsewhere, no forms.
HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def is_wanted(config: Config) -> bool:
    """Whether the installation keeps mail to look at."""
    return config.mail_folder is not None and not config.is_production


@blueprint.before_request
def only_on_this_machine() -> None:
    """Show mail, which holds ways to sign in, to nobody who asks by another name: a trial run may be open to others."""
    if not is_this_machine(request.host):
        abort(404)


@blueprint.get("/dev/mail")
@access.public
def index() -> ResponseReturnValue:
    """The newest mails."""
    return render_template("web/kept_mails.html", mails=kept_mails(_folder()))


@blueprint.get("/dev/mail/<string:file_id>")
@access.public
def show(file_id: str) -> ResponseReturnValue:
    """One mail: its headers, its text, its HTML in a frame, its calendar part."""
    mail = _mail(file_id)
    return render_template(
        "web/kept_mail.html",
        mail=mail,
        subject=str(mail.message["Subject"] or ""),
        headers=[(name, str(mail.message[name])) for name in HEADERS if mail.message[name]],
        text=_part(mail.message, "text/plain"),
        has_html=bool(_part(mail.message, "text/html")),
        calendar=_part(mail.message, "text/calendar"),
    )


@blueprint.get("/dev/mail/<string:file_id>/html")
@access.public
def html(file_id: str) -> ResponseReturnValue:
    """The HTML of a mail, for the frame on its page."""
    response = Response(_part(_mail(file_id).message, "text/html"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = HTML_POLICY
    return response


def _folder() -> Path:
    folder = installation().mail_folder
    if folder is None:
        abort(404)
    return folder


def _mail(file_id: str) -> KeptMail:
    mail = kept_mail(_folder(), file_id)
    if mail is None:
        abort(404)
    return mail


def _part(message: EmailMessage, content_type: str) -> str:
    """The first part of this type as text; empty where there is none."""
    for part in message.walk():
        if part.get_content_type() == content_type:
            content = part.get_content()
            return content if isinstance(content, str) else content.decode("utf-8", "replace")
    return ""
