"""Which organisations' own sign-ins (OpenID Connect) may be used, as the environment names them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_VARIABLE = re.compile(r"MUSTER_OIDC_([A-Z0-9]+)_([A-Z_]+)")
REQUIRED = {
    "ISSUER": "the address of the provider, such as https://login.microsoftonline.com/<tenant>/v2.0",
    "CLIENT_ID": "the id under which this installation is registered there",
    "CLIENT_SECRET": "the secret of that registration",
    "NAME": "what people call it, such as Merrowbridge Council",
    "DOMAINS": "the email domains it may speak for, separated by commas",
}
SWITCHES = ("ADDRESSES_VERIFIED", "TWO_FACTORS")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHARED_ISSUERS = ("/common/", "/organizations/", "/consumers/")
"""Parts of Entra addresses that stand for everybody's tenant: whoever has one could say what they like."""


class ProviderError(ValueError):
    """A provider is half or wrongly described; the text is a sentence that names the setting."""


@dataclass(frozen=True)
class Provider:
    """One organisation's sign-in."""

    key: str
    """Its part of addresses here, in lower case."""
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    domains: tuple[str, ...]
    """The e-mail domains whose addresses it is believed about; nobody speaks for another organisation's people."""
    addresses_verified: bool = False
    """Its addresses are given out by its administrators, though it does not say so about each."""
    two_factors: bool = False
    """Nobody gets through it without a second factor, though it does not say so each time."""


def providers_from(env: Mapping[str, str], *, is_production: bool) -> tuple[Provider, ...]:
    """The providers that `MUSTER_OIDC_<KEY>_...` variables describe, by key; ProviderError names what is wrong."""
    described: dict[str, dict[str, str]] = {}
    for variable in sorted(env):
        if not variable.startswith("MUSTER_OIDC_"):
            continue
        match = _VARIABLE.fullmatch(variable)
        if match is None or match[2] not in (*REQUIRED, *SWITCHES):
            raise ProviderError(
                f"{variable} is no setting. Those of a provider are {', '.join((*REQUIRED, *SWITCHES))}."
            )
        described.setdefault(match[1], {})[match[2]] = env[variable].strip()
    return tuple(_provider(key, given, is_production) for key, given in sorted(described.items()))


def _provider(key: str, given: Mapping[str, str], is_production: bool) -> Provider:
    for name, purpose in REQUIRED.items():
        if not given.get(name):
            raise ProviderError(f"Set MUSTER_OIDC_{key}_{name}: {purpose}.")
    return Provider(
        key=key.lower(),
        issuer=_issuer(key, given["ISSUER"], is_production),
        client_id=given["CLIENT_ID"],
        client_secret=given["CLIENT_SECRET"],
        name=given["NAME"],
        domains=_domains(key, given["DOMAINS"]),
        addresses_verified=_switch(key, "ADDRESSES_VERIFIED", given),
        two_factors=_switch(key, "TWO_FACTORS", given),
    )


def _issuer(key: str, url: str, is_production: bool) -> str:
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (not is_production and parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not is_safe or not parts.hostname or parts.query or parts.fragment:
        raise ProviderError(f"MUSTER_OIDC_{key}_ISSUER must be an address that begins with https://, not “{url}”.")
    if any(shared in f"{parts.path}/" for shared in SHARED_ISSUERS):
        raise ProviderError(f"MUSTER_OIDC_{key}_ISSUER must name one tenant, not everybody’s, as “{url}” does.")
    return url


def _domains(key: str, text: str) -> tuple[str, ...]:
    domains = tuple(part.strip().lower().lstrip("@") for part in text.split(",") if part.strip())
    if not domains or any("." not in domain or not re.fullmatch(r"[a-z0-9.-]+", domain) for domain in domains):
        raise ProviderError(f"MUSTER_OIDC_{key}_DOMAINS must hold domains such as council.example, not “{text}”.")
    return domains


def _switch(key: str, name: str, given: Mapping[str, str]) -> bool:
    text = given.get(name, "no").lower() or "no"
    if text not in ("yes", "no"):
        raise ProviderError(f"MUSTER_OIDC_{key}_{name} must be yes or no, not “{text}”.")
    return text == "yes"
