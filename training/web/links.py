"""The pages behind links in mails: `/link/<token>`, and a plain address to type the mail’s short code at.

A stage registers the purpose with `core.links` and its page here. Opening a link never does anything.
"""

from collections.abc import Callable

from flask import Blueprint, Flask, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import ValidationError

from training.core.haste import flag_haste
from training.core.links import LinkPurpose, SignedLink, exchange_code, find_link, purposes
from training.web import access
from training.web.fields import TextField
from training.web.forms import Form

LinkPage = Callable[[SignedLink], ResponseReturnValue]
blueprint = Blueprint("links", __name__)
_pages: dict[str, LinkPage] = {}


def link_page(purpose: LinkPurpose) -> Callable[[LinkPage], LinkPage]:
    """Make the decorated function the page (GET and POST) of links of `purpose`; it gets an open link."""

    def register(page: LinkPage) -> LinkPage:
        _pages[purpose.name] = page
        return page

    return register


class CodeForm(Form):
    """The short code of a mail."""

    code = TextField("Code from the message", ask="the code from the message", autocomplete="one-time-code")

    def validate_code(self, field: TextField) -> None:
        """The code must belong to a link that is still open."""
        self.exchanged = exchange_code(field.data or "")
        if self.exchanged is None:
            raise ValidationError("This code is not right, was used already or has run out. Check the message")


@blueprint.route("/link", methods=["GET", "POST"])
@access.public
def code() -> ResponseReturnValue:
    """Type the code of a mail instead of following its link."""
    form = CodeForm()
    if form.validate_on_submit() and form.exchanged:
        return redirect(url_for("links.open_link", token=form.exchanged[1]))
    return render_template("links/code.html", form=form), form.status


@blueprint.route("/link/<string:token>", methods=["GET", "POST"])
@access.link_holder
def open_link(token: str) -> ResponseReturnValue:
    """The one thing a mail asked for; a link that no longer works says why and leads on."""
    link = find_link(token)
    if link is None:
        return render_template("links/unknown.html"), 404
    if not link.is_open:
        return render_template("links/closed.html", link=link), 410
    answer = make_response(_pages[link.purpose](link))
    if request.method == "POST" and answer.status_code < 400:
        flag_haste(link)
    return answer


def link_of(purpose: LinkPurpose, token: str) -> SignedLink:
    """The open link of `purpose` for a further page below `/link/<token>`; aborts with why there is none."""
    link = find_link(token)
    if link is None or link.purpose != purpose.name:
        abort(make_response(render_template("links/unknown.html"), 404))
    if not link.is_open:
        abort(make_response(render_template("links/closed.html", link=link), 410))
    return link


def check_links_have_pages(_app: Flask) -> None:
    """Raise LookupError naming a purpose without a page."""
    missing = sorted(set(purposes()) - set(_pages))
    if missing:
        raise LookupError(f"links of these purposes lead nowhere: {', '.join(missing)}")
