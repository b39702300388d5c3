"""OpenID Connect: where to send a browser, and what the provider says of who came back (code flow with PKCE).

A code is redeemed once, from here to the provider over TLS, with the verifier that only this browser's cookie holds;
the token that comes back counts only if it is signed by the provider, for us, for this very attempt, and not old.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from training.config_single_sign_on import Provider
from training.core import clock

SCOPE = "openid email profile"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a key pair only; what the provider's own list says besides is not asked."""
TIMEOUT = 5
"""Seconds to wait for a provider; somebody sits before the page."""
KEPT_FOR = 3600
"""Seconds for which a provider's addresses and keys are kept; a key we do not know is asked for at once."""
LEEWAY = 120
"""Seconds by which the provider's clock may differ."""
CODE_LENGTH = 4096

_kept: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}


class ProviderDownError(Exception):
    """The provider does not answer, or not as one does."""


class NotBelievedError(Exception):
    """What came back proves nothing; the text says why, for the log."""


@dataclass(frozen=True)
class Attempt:
    """What the browser keeps of an attempt to sign in with a provider."""

    provider: str
    state: str
    nonce: str
    verifier: str
    begun_at: float


@dataclass(frozen=True)
class OutsideClaims:
    """What a provider says of somebody."""

    provider: Provider
    subject: str
    address: str
    """In lower case; empty where it says none."""
    is_verified: bool
    """The address is theirs, and on a domain that the provider may speak for."""
    has_two_factors: bool


def begin(provider: Provider, redirect_uri: str) -> tuple[str, Attempt]:
    """The address to send the browser to, and what it has to keep; ProviderDownError."""
    attempt = Attempt(
        provider=provider.key,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        begun_at=time.time(),
    )
    endpoint = _metadata(provider)["authorization_endpoint"]
    address, _ = _client(provider, redirect_uri).create_authorization_url(
        endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
    )
    return str(address), attempt


def redeem(provider: Provider, redirect_uri: str, attempt: Attempt, code: str) -> OutsideClaims:
    """Who came back with `code`; ProviderDownError, or NotBelievedError where it proves nothing."""
    if not 0 < len(code) <= CODE_LENGTH:
        raise NotBelievedError("there is no code")
    try:
        answer = _client(provider, redirect_uri).fetch_token(
            _metadata(provider)["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=attempt.verifier,
            allow_redirects=False,
        )
    except AuthlibBaseError as error:
        raise NotBelievedError(f"the provider refused the code: {error.error}") from error
    except (requests.RequestException, ValueError) as error:
        raise ProviderDownError(provider.key) from error
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise NotBelievedError("the answer has no identity token")
    return _claims(provider, _checked(provider, token, attempt.nonce))


def forget_providers() -> None:
    """Ask the providers anew for their addresses and keys."""
    _kept.clear()


def _client(provider: Provider, redirect_uri: str) -> Any:
    methods = _metadata(provider).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "client_secret_post" if "client_secret_post" in methods else "client_secret_basic"
    return cast(Any, OAuth2Session)(
        provider.client_id,
        provider.client_secret,
        token_endpoint_auth_method=method,
        scope=SCOPE,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        default_timeout=TIMEOUT,
    )


def _checked(provider: Provider, token: str, nonce: str) -> dict[str, Any]:
    try:
        try:
            claims = jwt.decode(token, _keys(provider), list(ALGORITHMS)).claims
        except InvalidKeyIdError:
            claims = jwt.decode(token, _keys(provider, anew=True), list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            now=int(clock.now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
    except (JoseError, ValueError) as error:
        raise NotBelievedError(f"the token does not hold: {error}") from error
    audience = claims["aud"]
    if claims.get("azp", provider.client_id) != provider.client_id or (
        isinstance(audience, list) and "azp" not in claims
    ):
        raise NotBelievedError("the token is for somebody else as well")
    return claims


def _claims(provider: Provider, claims: dict[str, Any]) -> OutsideClaims:
    address = str(claims.get("email") or "").strip().lower()
    factors = claims.get("amr")
    return OutsideClaims(
        provider=provider,
        subject=str(claims["sub"]),
        address=address,
        is_verified=_is_verified(provider, claims) and address.rpartition("@")[2] in provider.domains,
        has_two_factors=provider.two_factors or (isinstance(factors, list) and "mfa" in factors),
    )


def _is_verified(provider: Provider, claims: dict[str, Any]) -> bool:
    """Whether the provider vouches for the address; what it says of this one wins over what is said of all."""
    said = [claims[name] for name in ("email_verified", "xms_edov") if claims.get(name) is not None]
    if said:
        return all(str(value).lower() in ("true", "1") for value in said)
    return provider.addresses_verified


def _metadata(provider: Provider) -> dict[str, Any]:
    found = _fetched(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != provider.issuer or not all(isinstance(found.get(name), str) for name in names):
        raise ProviderDownError(provider.key)
    return found


def _keys(provider: Provider, *, anew: bool = False) -> KeySet:
    address = _metadata(provider)["jwks_uri"]
    if anew:
        _kept.pop((provider.key, address), None)
    return KeySet.import_key_set(cast(Any, _fetched(provider, address)))


def _fetched(provider: Provider, address: str) -> dict[str, Any]:
    at, found = _kept.get((provider.key, address), (0.0, {}))
    if found and 0 <= time.time() - at < KEPT_FOR:
        return found
    try:
        answer = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        fresh: object = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderDownError(provider.key) from error
    if not isinstance(fresh, dict):
        raise ProviderDownError(provider.key)
    _kept[provider.key, address] = time.time(), cast("dict[str, Any]", fresh)
    return _kept[provider.key, address][1]
