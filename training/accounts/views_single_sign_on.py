"""Pages of single sign-on: to the provider, back from it, and what is linked.

The provider leads back with a GET, which changes nothing here; the button on that page is what signs in.
"""

import time
from dataclasses import asdict
from hmac import compare_digest
from typing import Any

from flask import Flask, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security.core import Security

from training.accounts import single_sign_on
from training.accounts.blueprint import blueprint
from training.accounts.entering import enter, enter_with_both
from training.accounts.oidc import Attempt, NotBelievedError, OutsideClaims, ProviderDownError, begin, redeem
from training.accounts.sign_ins import Way
from training.accounts.single_sign_on import UnknownAddressError, handle_of, identities_of, unlink
from training.accounts.where_to import remember_where_to, where_to
from training.config import installation
from training.config_single_sign_on import Provider
from training.core.refusal import Refused
from training.web import access
from training.web.access import current_viewer
from training.web.forms import Form
from training.web.limits import SIGNING_IN, require_within
from training.web.requests import prepare

ATTEMPT = "single_sign_on"
"""Where the session cookie keeps the attempt that is under way."""
LASTS = 15 * 60
"""Seconds until an attempt is too old to come back from."""

TOO_OLD = "You began signing in with another browser, or too long ago. Start again."
NOT_TAKEN = "We could not be sure who you are. Nothing was changed. Start again."
CANCELLED = "You did not sign in there, so you are not signed in here."


def configure_single_sign_on(app: Flask) -> None:
    """Offer the providers on the sign-in page, and ask them before the transaction of the request begins to write."""
    security: Security = app.extensions["security"]
    security.login_context_processor(lambda: {"single_sign_on_links": sign_on_links()})
    app.add_template_global(lambda: bool(installation().single_sign_on), "has_single_sign_on")
    prepare(app, {"accounts.single_sign_on_back": _ask_provider})


def sign_on_links() -> list[dict[str, str]]:
    """The buttons of the sign-in page: one for each provider."""
    following = request.args.get("next") or None
    return [
        {
            "text": f"Sign in with {provider.name}",
            "href": url_for("accounts.single_sign_on_begin", key=provider.key, next=following),
        }
        for provider in installation().single_sign_on
    ]


@blueprint.get("/sign-in/with/<string:key>")
@access.public
def single_sign_on_begin(key: str) -> ResponseReturnValue:
    """Lead to the provider; what the browser must remember is in its cookie."""
    provider = _provider(key)
    require_within(SIGNING_IN)
    remember_where_to(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(where_to())
    try:
        address, attempt = begin(provider, _redirect_uri(provider))
    except ProviderDownError as error:
        return _down(provider, error)
    session[ATTEMPT] = asdict(attempt)
    return redirect(address)


@blueprint.get("/sign-in/with/<string:key>/back")
@access.public
def single_sign_on_return(key: str) -> ResponseReturnValue:
    """Where the provider leads back to: a button, for opening an address signs nobody in."""
    provider = _provider(key)
    if _attempt(provider, request.args.get("state", "")) is None:
        return _trouble(provider, TOO_OLD, 400)
    code = request.args.get("code", "")
    if request.args.get("error") or not code:
        return _trouble(provider, CANCELLED, 403)
    return render_template(
        "accounts/single_sign_on.html", form=Form(), provider=provider, code=code, state=request.args["state"]
    )


@blueprint.post("/sign-in/with/<string:key>/back")
@access.public
def single_sign_on_back(key: str) -> ResponseReturnValue:
    """Sign in whom the provider vouches for; on to the second step where the provider asked for none."""
    provider = _provider(key)
    outcome: OutsideClaims | ProviderDownError | str = g.single_sign_on
    if isinstance(outcome, ProviderDownError):
        return _down(provider, outcome)
    if isinstance(outcome, str):
        return _trouble(provider, outcome, 400)
    session.pop(ATTEMPT, None)
    try:
        account = single_sign_on.account_for(outcome)
    except UnknownAddressError as unknown:
        return render_template("accounts/single_sign_on_unknown.html", provider=provider, address=unknown.address), 403
    except Refused as refusal:
        return _trouble(provider, f"{refusal.sentence}.", 403)
    if outcome.has_two_factors:
        return enter_with_both(account, Way.SINGLE_SIGN_ON)
    return enter(account, Way.SINGLE_SIGN_ON)


@blueprint.get("/my/account/linked")
@access.signed_in
def linked_sign_ons() -> ResponseReturnValue:
    """The organisations' sign-ins that lead to one's account."""
    names = {provider.issuer: provider.name for provider in installation().single_sign_on}
    return render_template(
        "accounts/linked.html", identities=identities_of(current_user.id), names=names, handle_of=handle_of
    )


@blueprint.post("/my/account/linked/<string:handle>/remove")
@access.signed_in
def remove_linked(handle: str) -> ResponseReturnValue:
    """Let an organisation’s sign-in lead to one’s account no more; one that is gone already is what was wanted."""
    for identity in identities_of(current_user.id):
        if handle_of(identity) == handle:
            unlink(current_viewer(), identity)
    flash("The link is removed.", "success")
    return redirect(url_for("accounts.linked_sign_ons"))


def _ask_provider() -> None:
    """Redeem the code; the provider takes each once.

    The cookie stays as it is until somebody is let in: the answer to a second press must not overwrite the first one.
    """
    provider = _provider((request.view_args or {}).get("key", ""))
    attempt = _attempt(provider, request.form.get("state", ""))
    outcome: OutsideClaims | ProviderDownError | str = TOO_OLD
    if attempt is not None:
        try:
            outcome = redeem(provider, _redirect_uri(provider), attempt, request.form.get("code", ""))
        except ProviderDownError as error:
            outcome = error
        except NotBelievedError as error:
            current_app.logger.warning("single sign-on with %s: %s", provider.key, error)
            outcome = NOT_TAKEN
    g.single_sign_on = outcome


def _attempt(provider: Provider, state: str) -> Attempt | None:
    """The attempt of this browser, if it is the one that `state` names and not too old."""
    kept: dict[str, Any] | None = session.get(ATTEMPT)
    if kept is None:
        return None
    attempt = Attempt(**kept)
    is_this_one = attempt.provider == provider.key and compare_digest(attempt.state.encode(), state.encode())
    return attempt if is_this_one and 0 <= time.time() - attempt.begun_at < LASTS else None


def _provider(key: str) -> Provider:
    found = next((provider for provider in installation().single_sign_on if provider.key == key), None)
    return found or abort(404)


def _redirect_uri(provider: Provider) -> str:
    """Exactly what is registered with the provider, whatever host the request came by."""
    return f"{installation().base_url}/sign-in/with/{provider.key}/back"


def _trouble(provider: Provider, text: str, status: int) -> ResponseReturnValue:
    return render_template("accounts/single_sign_on_trouble.html", provider=provider, text=text), status


def _down(provider: Provider, error: ProviderDownError) -> ResponseReturnValue:
    current_app.logger.warning("single sign-on with %s does not answer: %r", provider.key, error.__cause__)
    text = f"The sign-in of {provider.name} does not answer at the moment. Try again in a few minutes."
    return _trouble(provider, text, 503)
